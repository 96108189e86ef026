//! The artifacts of included repositories (G7): in the same namespace, in this controller's storage.

use common::object::{self, Object as _};
use common::reconcile::{Flow, Pass, Stop};
use crds::meta::Artifact;
use crds::source::GitRepository;
use crds::source::well_known::reason;

use super::super::conditions::{INCLUDE_UNAVAILABLE, OUTDATED};
use super::super::{Error, GitRepositories, content};
use crate::source::{NEXT, announce};

/// Runs the step. Nothing is copied here; that is done when the artifact is made.
pub async fn run(
    repositories: &GitRepositories,
    pass: &mut Pass<GitRepositories>,
) -> Result<Flow, Stop> {
    let included = look_up(repositories, pass).await?;
    pass.remove(INCLUDE_UNAVAILABLE);
    let observed = &pass.object.status.included_artifacts;
    if content::included_differ(&included, observed) {
        let message = "included artifacts differ from last observed includes";
        if !observed.is_empty() {
            pass.mark(OUTDATED, true, reason::INCLUDE_CHANGE, message);
        }
        announce::building(pass, message).await?;
    }
    pass.remove(OUTDATED);
    pass.state.included = included;
    NEXT
}

async fn look_up(
    repositories: &GitRepositories,
    pass: &Pass<GitRepositories>,
) -> Result<Vec<Artifact>, Error> {
    let delay = repositories.options.requeue_dependency;
    let namespace = pass.object.key().namespace;
    let client = &pass.context.client;
    let mut artifacts = Vec::with_capacity(pass.object.spec.include.len());
    for include in &pass.object.spec.include {
        let name = include.repository.name.clone();
        let found: GitRepository = match object::read(client, &namespace, &name).await {
            Ok(found) => found,
            Err(source) => {
                return Err(Error::Include {
                    name,
                    source: Box::new(source),
                    delay,
                });
            }
        };
        let artifact = found
            .status
            .artifact
            .ok_or(Error::IncludeWithoutArtifact { name, delay })?;
        artifacts.push(artifact);
    }
    Ok(artifacts)
}
