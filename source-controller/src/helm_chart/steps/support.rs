//! What this controller does not do yet is refused here, with the name of the field: a field that is ignored would
//! publish something else than was asked for.

use common::conditions;
use common::reconcile::{Flow, Pass, Stop};
use crds::source::well_known::condition;
use crds::source::{ChartSourceKind, HelmChartVerification, SignatureProvider};

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
    match &spec.verify {
        None => pass.remove(VERIFIED),
        Some(verify) => refuse(verify)?,
    }
    if pass.object.spec.source_ref.kind == ChartSourceKind::Bucket {
        return Err(Error::Unsupported {
            field: "spec.sourceRef.kind 'Bucket'".to_owned(),
            remedy: "keep the chart in a GitRepository or HelmRepository",
        }
        .into());
    }
    NEXT
}

fn refuse(verify: &HelmChartVerification) -> Result<(), Error> {
    let field = if verify.provider != SignatureProvider::Cosign {
        "spec.verify.provider 'notation'"
    } else if verify.secret_ref.is_none() {
        "spec.verify without secretRef"
    } else {
        return Ok(());
    };
    Err(Error::Verify { field })
}
