//! Publishes the fetched index as JSON (H3, E5).

use common::reconcile::{Flow, Notice, Pass, Stop};
use crds::source::well_known::reason;

use super::super::HelmRepositories;
use super::super::conditions::{IN_STORAGE, OUTDATED, STORAGE_FAILED};
use crate::source::archive::Destination;
use crate::source::{self, NEXT, Published as _, StorageError, background};

/// Runs the step.
pub async fn run(
    repositories: &HelmRepositories,
    pass: &mut Pass<HelmRepositories>,
) -> Result<Flow, Stop> {
    let Some(revision) = pass.state.revision.clone() else {
        return NEXT;
    };
    if let Some(index) = pass.state.index.take() {
        let hex = revision.split_once(':').map_or(&*revision, |(_, hex)| hex);
        let name = format!("index-{hex}.yaml");
        let path = pass
            .object
            .directory()?
            .file(&name)
            .map_err(StorageError::Path)?;
        let destination = Destination {
            storage: repositories.storage.clone(),
            path: path.clone(),
            revision: revision.clone(),
        };
        let artifact = background(move || {
            destination.locked(|destination| destination.copy(&mut index.to_json().as_bytes()))
        })
        .await?;
        pass.object.status.artifact = Some(artifact);
        source::link(repositories, pass, &path);
        pass.remove(STORAGE_FAILED);
    } else {
        let message = format!("artifact up-to-date with remote revision: '{revision}'");
        pass.event(Notice::Trace, reason::ARTIFACT_UP_TO_DATE, &message, &[]);
    }
    pass.remove(OUTDATED);
    let message = format!("stored artifact: revision '{revision}'");
    pass.mark(IN_STORAGE, true, "Succeeded", &message);
    NEXT
}
