//! What is in storage: collect garbage, verify the advertised artifact, heal (R5); the stable link (S2); and the end of
//! an object (R2).

use artifact::store::ArtifactPath;
use common::reconcile::{Flow, Notice, Pass, Progress, ReadyNote, Stop};
use crds::source::well_known::reason;

use super::conditions::{IN_STORAGE, STORAGE_FAILED};
use super::{Kind, NEXT, Published, Sources, StorageError, background};
use crate::storage::{Damage, Storage};

/// What became of the advertised artifact.
struct Outcome {
    collected: usize,
    damage: Option<Damage>,
}

/// Runs the step.
pub async fn run<K: Kind>(sources: &Sources<K>, pass: &mut Pass<Sources<K>>) -> Result<Flow, Stop> {
    pass.remove(STORAGE_FAILED);
    let directory = pass.object.directory()?;
    let storage = &sources.storage;
    let mut disappeared = false;
    if let Some(artifact) = pass.object.artifact() {
        // A path that is not ours is as good as none.
        let outcome = match storage.path_of(&directory, artifact) {
            None => Outcome {
                collected: 0,
                damage: Some(Damage::Missing),
            },
            Some(path) => {
                let storage = storage.clone();
                let digest = artifact.digest.clone();
                background(move || check(&storage, &path, &digest)).await?
            }
        };
        tell(pass, &outcome);
        disappeared = outcome.damage.is_some();
    }
    if disappeared {
        *pass.object.artifact_mut() = None;
        if let Some(url) = pass.object.url_mut() {
            *url = None;
        }
    }
    if let Some(artifact) = pass.object.artifact_mut() {
        if let Some(path) = storage.path_of(&directory, artifact) {
            artifact.url = storage.url(&path);
        }
        if let Some(url) = pass.object.url_mut()
            && let Some(link) = K::Object::LINK
            && url.is_some()
        {
            *url = Some(storage.link_url(&directory.file(link).map_err(StorageError::Path)?));
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

/// Moves the stable link to a new artifact, as far as that works (S2), and notes its address.
pub fn link<K: Kind>(sources: &Sources<K>, pass: &mut Pass<Sources<K>>, artifact: &ArtifactPath) {
    let Some(name) = K::Object::LINK else {
        return;
    };
    match sources.storage.link(artifact, name) {
        Ok(url) => {
            if let Some(status) = pass.object.url_mut() {
                *status = Some(url);
            }
        }
        Err(error) => {
            let message = format!("failed to update status URL symlink: {error}");
            pass.event(Notice::Trace, reason::SYMLINK_UPDATE_FAILED, &message, &[]);
        }
    }
}

/// Removes the object's artifacts (R2).
pub async fn finalize<K: Kind>(
    sources: &Sources<K>,
    pass: &mut Pass<Sources<K>>,
) -> Result<(), Stop> {
    let directory = pass.object.directory()?;
    let storage = sources.storage.clone();
    let removed = background(move || {
        storage
            .remove_object(&directory)
            .map_err(StorageError::Garbage)
    })
    .await?;
    if removed {
        let message = "garbage collected artifacts for deleted resource";
        let reason = reason::GARBAGE_COLLECTION_SUCCEEDED;
        pass.event(Notice::Trace, reason, message, &[]);
    }
    *pass.object.artifact_mut() = None;
    Ok(())
}

fn tell<K: Kind>(pass: &Pass<Sources<K>>, outcome: &Outcome) {
    if outcome.collected > 0 {
        let message = format!("garbage collected {} artifacts", outcome.collected);
        let reason = reason::GARBAGE_COLLECTION_SUCCEEDED;
        pass.event(Notice::Trace, reason, &message, &[]);
    }
    if let Some(damage) = &outcome.damage
        && !matches!(damage, Damage::Missing)
    {
        let message = format!("failed to verify integrity of artifact: {damage}");
        let reason = reason::ARTIFACT_VERIFICATION_FAILED;
        pass.event(Notice::Error, reason, &message, &[]);
    }
}

/// Collects and verifies; a damaged file is removed.
fn check(storage: &Storage, path: &ArtifactPath, digest: &str) -> Result<Outcome, StorageError> {
    // What could not be collected now is tried again by the next pass (S8).
    let collected = storage.collect_garbage(path).unwrap_or_default();
    let damage = storage.verify(path, digest).err();
    if damage
        .as_ref()
        .is_some_and(|damage| !matches!(damage, Damage::Missing))
    {
        storage.remove(path).map_err(StorageError::Remove)?;
    }
    Ok(Outcome { collected, damage })
}
