//! What this controller does not do yet is refused here, with the name of the field: a field that is ignored would
//! publish something else than was asked for.

use common::reconcile::{Flow, Pass, Stop};

use super::super::conditions::VERIFIED;
use super::super::{Error, OciRepositories};
use crate::source::NEXT;

/// Runs the step.
#[expect(clippy::unused_async, reason = "steps are async functions")]
pub async fn run(_: &OciRepositories, pass: &mut Pass<OciRepositories>) -> Result<Flow, Stop> {
    if pass.object.spec.verify.is_none() {
        pass.remove(VERIFIED);
        return NEXT;
    }
    Err(Error::Verify {
        field: "spec.verify",
    }
    .into())
}
