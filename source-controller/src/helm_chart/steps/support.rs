//! What this controller does not do yet is refused here, with the name of the field: a field that is ignored would
//! publish something else than was asked for.

use common::conditions;
use common::reconcile::{Flow, Pass, Stop};
use crds::source::ChartSourceKind;
use crds::source::well_known::condition;

use super::super::conditions::VERIFIED;
use super::super::{Error, HelmCharts};
use crate::source::NEXT;

/// Runs the step.
#[expect(clippy::unused_async, reason = "steps are async functions")]
pub async fn run(_: &HelmCharts, pass: &mut Pass<HelmCharts>) -> Result<Flow, Stop> {
    // What failed to verify is judged anew (R11).
    if conditions::is_false(&pass.object.status.conditions, condition::SOURCE_VERIFIED) {
        pass.remove(VERIFIED);
    }
    let spec = &pass.object.spec;
    if spec.verify.is_some() {
        return Err(Error::Verify.into());
    }
    pass.remove(VERIFIED);
    if pass.object.spec.source_ref.kind == ChartSourceKind::Bucket {
        return Err(Error::Unsupported {
            field: "spec.sourceRef.kind 'Bucket'".to_owned(),
            remedy: "keep the chart in a GitRepository or HelmRepository",
        }
        .into());
    }
    NEXT
}
