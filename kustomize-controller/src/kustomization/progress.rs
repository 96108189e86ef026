//! Saying how far a pass is (K5.3), and to whom.
//!
//! A pass that finds everything as it was says nothing until it ends: its object stays Ready, and nobody is woken. One that has
//! something new to do says so before it begins; later phases are written when the last writing is a while ago, so that people
//! see what takes long and the API server is spared what does not.

use std::time::Duration;

use common::conditions::{self, READY};
use common::object::Object as _;
use common::reconcile::{Notice, Pass, Progress, ReadyNote, Stop};
use tokio::time::Instant;

use super::Kustomizations;

/// A phase that begins this soon after the last writing is not written.
const QUIET: Duration = Duration::from_secs(1);

/// The reason of events in the middle of a pass (K7.2).
const PROGRESSING: &str = "Progressing";

impl Kustomizations {
    /// Begins the work on a revision: Ready becomes Unknown where there is news.
    pub(super) async fn begin(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        pass.state.started = Some(Instant::now());
        let revision = &pass.state.source().artifact.revision;
        let known = pass.object.status.last_attempted_revision.as_ref() == Some(revision)
            && conditions::is_true(pass.object.conditions(), READY);
        if known && !pass.is_new() {
            Self::note(pass, "Fetching manifests");
            return Ok(());
        }
        self.say(pass, "Fetching manifests").await
    }

    /// Says what begins now, where there is news and it has been a while.
    pub(super) async fn phase(&self, pass: &mut Pass<Self>, phase: &str) -> Result<(), Stop> {
        match pass.state.announced {
            Some(last) if last.elapsed() >= QUIET => self.say(pass, phase).await,
            _ => {
                Self::note(pass, phase);
                Ok(())
            }
        }
    }

    /// Remembers what begins now without a word to the server: a failure tells in which phase it happened.
    fn note(pass: &mut Pass<Self>, phase: &str) {
        let text = message(pass, phase);
        pass.progress(&Progress::new(text));
    }

    /// Says what begins now, and writes it.
    pub(super) async fn say(&self, pass: &mut Pass<Self>, phase: &str) -> Result<(), Stop> {
        let message = message(pass, phase);
        let note = ReadyNote::Unknown("Reconciliation in progress".to_owned());
        pass.progress(&Progress::new(message).ready(note));
        pass.state.announced = Some(Instant::now());
        pass.patch().await
    }

    /// An event in the middle of a pass.
    pub(super) fn tell(pass: &Pass<Self>, message: &str) {
        let metadata = pass.state.metadata();
        let metadata: Vec<(&str, &str)> = metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        pass.event(Notice::Info, PROGRESSING, message, &metadata);
    }
}

/// `<phase> for revision <revision> with a timeout of <timeout>`.
pub(super) fn message(pass: &Pass<Kustomizations>, phase: &str) -> String {
    let revision = &pass.state.source().artifact.revision;
    let timeout = common::duration::format(pass.object.spec.timeout());
    format!("{phase} for revision {revision} with a timeout of {timeout}")
}
