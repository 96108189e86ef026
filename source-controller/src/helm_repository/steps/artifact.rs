//! Publishes the fetched index as JSON (H3, E5).

use common::reconcile::{Flow, Pass, Stop};

use super::super::HelmRepositories;
use super::super::conditions::STORAGE_FAILED;
use crate::source::announce::{self, SUCCEEDED};
use crate::source::archive::Destination;
use crate::source::{NEXT, background, storage};

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
        let destination = Destination::new(
            &repositories.storage,
            &pass.object,
            &format!("index-{hex}.yaml"),
            revision.clone(),
        )?;
        let path = destination.path.clone();
        let artifact = background(move || {
            destination.locked(|destination| destination.copy(&mut index.to_json().as_bytes()))
        })
        .await?;
        pass.object.status.artifact = Some(artifact);
        storage::link(repositories, pass, &path);
        pass.remove(STORAGE_FAILED);
    } else {
        announce::up_to_date(pass, &revision);
    }
    let message = format!("stored artifact: revision '{revision}'");
    announce::stored(pass, SUCCEEDED, &message);
    NEXT
}
