//! Saying how far a pass is (K5.3), and to whom.
//!
//! A pass that finds everything as it was says nothing until it ends: its object stays Ready, and nobody is woken. One that has
//! something new to do says so before it downloads, when health is awaited, and when it is at it, or has been silent, for a while:
//! people see what takes long, and the API server is spared what does not.

use std::pin::pin;
use std::time::Duration;

use common::conditions::{self, READY};
use common::object::Object as _;
use common::reconcile::{Notice, Pass, Progress, ReadyNote, Stop};
use tokio::time::{Instant, timeout};

use super::Kustomizations;

/// How long a pass with news may be silent.
const QUIET: Duration = Duration::from_secs(1);

/// The first phase.
pub(super) const FETCHING: &str = "Fetching manifests";

/// The reason of events in the middle of a pass (K7.2).
const PROGRESSING: &str = "Progressing";

impl Kustomizations {
    /// Begins the work on a revision. Where there is news, later phases tell of it.
    pub(super) fn begin(pass: &mut Pass<Self>) {
        pass.state.started = Some(Instant::now());
        let revision = &pass.state.source().artifact.revision;
        let known = pass.object.status.last_attempted_revision.as_ref() == Some(revision)
            && conditions::is_true(pass.object.conditions(), READY);
        if !known || pass.is_new() {
            pass.state.announced = pass.state.started;
        }
        Self::note(pass, FETCHING);
    }

    /// Does a piece of work, and says what takes so long if it is at it for a while. A word that cannot be
    /// written now is written with the next one.
    pub(super) async fn patiently<T>(
        &self,
        pass: &mut Pass<Self>,
        phase: &str,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        if let Ok(done) = timeout(QUIET, &mut work).await {
            return done;
        }
        if pass.state.announced.is_some()
            && let Err(unsaid) = self.say(pass, phase).await
        {
            tracing::debug!(?unsaid, "the phase could not be written");
        }
        work.await
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
