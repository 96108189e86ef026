//! What the status says of a revision: that it is new, before it is archived (R6, E6); that it is stored (E5).

use common::reconcile::{Notice, Pass, Progress, ReadyNote, Stop};
use crds::source::well_known::reason;

use super::conditions::{IN_STORAGE, OUTDATED};
use super::{Kind, Published as _, Sources};

/// The reason of an artifact in storage, for kinds that have none of their own.
pub const SUCCEEDED: &str = "Succeeded";

/// Says that a revision is being published, unless it is the one that is; `message` is what users know from the kind.
pub async fn revision<K: Kind>(
    pass: &mut Pass<Sources<K>>,
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
pub async fn building<K: Kind>(pass: &mut Pass<Sources<K>>, message: &str) -> Result<(), Stop> {
    let message = format!("building artifact: {message}");
    pass.progress(&Progress::new(&message).ready(ReadyNote::Unknown(message.clone())));
    pass.patch().await
}

/// Leaves a trace that nothing was to be stored (E8).
pub fn up_to_date<K: Kind>(pass: &Pass<Sources<K>>, revision: &str) {
    let message = format!("artifact up-to-date with remote revision: '{revision}'");
    pass.event(Notice::Trace, reason::ARTIFACT_UP_TO_DATE, &message, &[]);
}

/// Says that the newest revision is in storage: Ready takes over reason and message (R8, E5).
pub fn stored<K: Kind>(pass: &mut Pass<Sources<K>>, reason: &'static str, message: &str) {
    pass.remove(OUTDATED);
    pass.mark(IN_STORAGE, true, reason, message);
}
