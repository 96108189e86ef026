//! What this controller does not do yet is refused here, with the name of the field: a field that is ignored would
//! publish something else than was asked for.

use common::reconcile::{Flow, Pass, Stop};
use crds::source::{GitProvider, GitRepositorySpec};

use super::super::conditions::VERIFIED;
use super::super::{Error, GitRepositories};
use crate::args::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::source::NEXT;

/// Runs the step.
#[expect(clippy::unused_async, reason = "steps are async functions")]
pub async fn run(_: &GitRepositories, pass: &mut Pass<GitRepositories>) -> Result<Flow, Stop> {
    if pass.object.spec.verify.is_none() {
        pass.remove(VERIFIED);
        pass.object.status.source_verification_mode = None;
    }
    let gate = pass.context.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY);
    refuse(&pass.object.spec, gate)?;
    NEXT
}

fn refuse(spec: &GitRepositorySpec, object_identity: bool) -> Result<(), Error> {
    let provider = spec.provider();
    if provider == GitProvider::GitHub && spec.secret_ref.is_none() {
        return Err(Error::NoGitHubSecret);
    }
    if spec.service_account_name.is_some() && !object_identity {
        return Err(Error::Gate(OBJECT_LEVEL_WORKLOAD_IDENTITY));
    }
    if provider != GitProvider::Generic {
        return Err(Error::Provider(provider.as_str().to_owned()));
    }
    if spec.recurse_submodules {
        let remedy = "submodules are left out of the artifact when it is unset";
        return Err(Error::Unsupported {
            field: "spec.recurseSubmodules",
            remedy,
        });
    }
    Ok(())
}
