//! What this controller does not do yet is refused here, with the name of the field: a field that is ignored would
//! publish something else than was asked for.

use common::reconcile::{Flow, Pass, Stop};

use crds::source::{OciRepositoryVerification, SignatureProvider};

use super::super::conditions::VERIFIED;
use super::super::{Error, OciRepositories};
use crate::source::NEXT;

/// Runs the step.
#[expect(clippy::unused_async, reason = "steps are async functions")]
pub async fn run(_: &OciRepositories, pass: &mut Pass<OciRepositories>) -> Result<Flow, Stop> {
    match &pass.object.spec.verify {
        None => pass.remove(VERIFIED),
        Some(verify) => refuse(verify)?,
    }
    NEXT
}

fn refuse(verify: &OciRepositoryVerification) -> Result<(), Error> {
    let field = if verify.provider != SignatureProvider::Cosign {
        "spec.verify.provider 'notation'"
    } else if verify.secret_ref.is_none() {
        "spec.verify without secretRef"
    } else if verify.trusted_root_secret_ref.is_some() {
        "spec.verify.trustedRootSecretRef"
    } else {
        return Ok(());
    };
    Err(Error::Verify { field })
}
