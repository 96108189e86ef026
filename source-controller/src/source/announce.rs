//! A new revision is told before it is archived (R6, E6).

use common::reconcile::{Pass, Progress, ReadyNote, Stop};
use crds::source::well_known::reason;

use super::conditions::OUTDATED;
use super::{Published as _, Publisher};

/// Says that a revision is being published, unless it is the one that is; `message` is what users know from the kind.
pub async fn revision<R: Publisher>(
    pass: &mut Pass<R>,
    revision: &str,
    message: &str,
) -> Result<(), Stop> {
    match pass.object.artifact() {
        Some(artifact) if artifact.revision == revision => return Ok(()),
        Some(_) => pass.mark(OUTDATED, true, reason::NEW_REVISION, message),
        None => {}
    }
    building(pass, message).await
}

/// Says what is being built.
pub async fn building<R: Publisher>(pass: &mut Pass<R>, message: &str) -> Result<(), Stop> {
    let message = format!("building artifact: {message}");
    pass.progress(&Progress::new(&message).ready(ReadyNote::Unknown(message.clone())));
    pass.patch().await
}
