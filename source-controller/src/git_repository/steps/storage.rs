//! What is in storage: collect garbage, verify the advertised artifact, heal (R5).

use common::reconcile::{Flow, Notice, Pass, Progress, ReadyNote, Stop};
use crds::source::well_known::reason;

use super::super::conditions::{IN_STORAGE, STORAGE_FAILED};
use super::super::{Error, GitRepositories, NEXT, directory};
use super::background;
use crate::storage::{Damage, Storage};

/// What became of the advertised artifact.
struct Outcome {
    collected: usize,
    damage: Option<Damage>,
}

/// Runs the step.
pub async fn run(
    repositories: &GitRepositories,
    pass: &mut Pass<GitRepositories>,
) -> Result<Flow, Stop> {
    pass.remove(STORAGE_FAILED);
    let directory = directory(&pass.object)?;
    let mut disappeared = false;
    if let Some(artifact) = &pass.object.status.artifact {
        // A path that is not ours is as good as none.
        let outcome = match repositories.storage.path_of(&directory, artifact) {
            None => Outcome {
                collected: 0,
                damage: Some(Damage::Missing),
            },
            Some(path) => {
                let storage = repositories.storage.clone();
                let digest = artifact.digest.clone();
                background(move || check(&storage, &path, &digest)).await?
            }
        };
        if outcome.collected > 0 {
            let message = format!("garbage collected {} artifacts", outcome.collected);
            pass.event(
                Notice::Trace,
                reason::GARBAGE_COLLECTION_SUCCEEDED,
                &message,
                &[],
            );
        }
        disappeared = outcome.damage.is_some();
        if let Some(damage) = outcome.damage
            && !matches!(damage, Damage::Missing)
        {
            let message = format!("failed to verify integrity of artifact: {damage}");
            pass.event(
                Notice::Error,
                reason::ARTIFACT_VERIFICATION_FAILED,
                &message,
                &[],
            );
        }
    }
    let status = &mut pass.object.status;
    if disappeared {
        status.artifact = None;
    }
    if let Some(artifact) = &mut status.artifact {
        if let Some(path) = repositories.storage.path_of(&directory, artifact) {
            artifact.url = repositories.storage.url(&path);
        }
    } else {
        let message = if disappeared {
            "building artifact: disappeared from storage"
        } else {
            "building artifact"
        };
        pass.progress(&Progress::new(message).ready(ReadyNote::Unknown(message.to_owned())));
        pass.remove(IN_STORAGE);
        pass.patch().await?;
    }
    NEXT
}

/// Collects and verifies; a damaged file is removed.
fn check(
    storage: &Storage,
    path: &artifact::store::ArtifactPath,
    digest: &str,
) -> Result<Outcome, Error> {
    // What could not be collected now is tried again by the next pass (S8).
    let collected = storage.collect_garbage(path).unwrap_or_default();
    let damage = storage.verify(path, digest).err();
    if damage
        .as_ref()
        .is_some_and(|damage| !matches!(damage, Damage::Missing))
    {
        storage.remove(path).map_err(Error::Remove)?;
    }
    Ok(Outcome { collected, damage })
}
