//! One pass, as its steps see it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Bench, Class, Notice, Reconciler, Stop};
use crate::conditions::{self, ConditionType, READY, Status, reasons};
use crate::context::Context;
use crate::controller::Slot;
use crate::events::{Event, Receipts};
use crate::object::{Lenient, Object, ObjectKey, ObjectReference};
use crate::patch::{PatchError, Patcher, Written};
use crate::queue::{Interrupt, Interrupted};

/// The object under work, and everything a step needs around it.
pub struct Pass<R: Reconciler> {
    /// The working copy. What is changed here is written by [`Pass::patch`] and at the end of the pass.
    pub object: R::Object,
    /// What the steps hand to each other.
    pub state: R::State,
    /// Shared services: client, events, flags.
    pub context: Arc<Context>,
    /// The object as it was at the beginning.
    pub(super) original: R::Object,
    pub(super) patcher: Patcher<R::Object>,
    pub(super) bench: Bench,
    receipts: Receipts,
    pub(super) started: Instant,
    pub(super) success: Option<(String, String)>,
    pub(super) gone: bool,
}

/// Something to say about how far a pass is; see [`Pass::progress`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    message: String,
    ready: ReadyNote,
}

/// What progress means for Ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadyNote {
    /// Ready stays.
    Keep,
    /// Ready becomes Unknown with the message, where it is unset or Unknown already (R4).
    UnknownIfUnset,
    /// Ready becomes Unknown with this text: what it said is out of date (R6, section 4).
    Unknown(String),
}

impl Progress {
    /// The message of Reconciling; Ready stays.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ready: ReadyNote::Keep,
        }
    }

    /// And what it means for Ready.
    #[must_use]
    pub fn ready(mut self, note: ReadyNote) -> Self {
        self.ready = note;
        self
    }
}

impl<R: Reconciler> Pass<R> {
    /// Begins a pass over an object.
    ///
    /// # Errors
    /// When the object has no JSON form.
    pub fn begin(
        object: R::Object,
        context: Arc<Context>,
        slot: Slot,
        interrupt: Interrupt,
    ) -> Result<Self, PatchError> {
        let profile = R::PROFILE;
        let patcher = Patcher::new(
            context.client.clone(),
            profile.manager,
            profile.owned_types(),
            &object,
        )?;
        Ok(Self {
            original: object.clone(),
            object,
            state: R::State::default(),
            context,
            patcher,
            bench: Bench::new(slot, interrupt),
            receipts: Receipts::default(),
            started: Instant::now(),
            success: None,
            gone: false,
        })
    }

    /// Namespace and name of the object.
    pub fn key(&self) -> ObjectKey {
        self.object.key()
    }

    /// The object as it was when the pass began.
    pub fn original(&self) -> &R::Object {
        &self.original
    }

    /// How long the pass has been running.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether the object changed since it was last worked on, or somebody asked for this pass: then people watch,
    /// and progress is worth a write.
    pub fn is_new(&self) -> bool {
        let original = &self.original;
        original.generation() != original.observed_generation()
            || original.requested_at() != original.last_handled_reconcile_at()
                && original.requested_at().is_some()
    }

    /// Writes a condition.
    pub fn mark(
        &mut self,
        kind: ConditionType,
        holds: impl Into<Status>,
        reason: &str,
        message: &str,
    ) {
        self.set(kind.name(), holds.into(), reason, message);
    }

    /// Drops a condition.
    pub fn remove(&mut self, kind: ConditionType) {
        conditions::remove(self.object.conditions_mut(), kind.name());
    }

    /// Says how far the pass is: Reconciling=True/Progressing with the message, which ends Stalled, and what it means
    /// for Ready. Nothing is written to the server before [`Pass::patch`].
    pub fn progress(&mut self, progress: &Progress) {
        let generation = self.object.generation();
        let now = Timestamp::now();
        let list = self.object.conditions_mut();
        conditions::mark_reconciling(
            list,
            reasons::PROGRESSING,
            &progress.message,
            generation,
            now,
        );
        let unset =
            conditions::find(list, READY).is_none_or(|ready| ready.status == Status::Unknown);
        let text = match &progress.ready {
            ReadyNote::UnknownIfUnset if unset => &progress.message,
            ReadyNote::Unknown(text) => text,
            ReadyNote::Keep | ReadyNote::UnknownIfUnset => return,
        };
        conditions::set(
            list,
            READY,
            Status::Unknown,
            reasons::PROGRESSING,
            text,
            generation,
            now,
        );
    }

    /// Sets what Ready=True will say, for kinds whose [`Summary`](crate::conditions::Summary) derives nothing.
    pub fn succeed(&mut self, reason: impl Into<String>, message: impl Into<String>) {
        self.success = Some((reason.into(), message.into()));
    }

    /// Writes what has changed so far; no request when nothing has.
    ///
    /// What was told until now has arrived then, as far as the other end answers: were the status first, a process killed in
    /// between would never tell.
    ///
    /// # Errors
    /// A [`Stop`] to be returned: a retry when the write failed, an abandonment when the object is gone.
    pub async fn patch(&mut self) -> Result<(), Stop> {
        if !self.receipts.are_settled() {
            self.bench.rest(self.receipts.settle()).await;
        }
        match self.patcher.patch(&mut self.object).await {
            Ok(Written::Gone) => {
                self.gone = true;
                Err(Stop::abandon())
            }
            Ok(Written::Unchanged | Written::Patched) => Ok(()),
            Err(error) => Err(
                Stop::new(Class::Backoff, reasons::PATCH_FAILED, error.to_string()).keeping_ready(),
            ),
        }
    }

    /// Tells about something that happened. `metadata` are keys and values as K7.3 and E3 have them; the object's own
    /// event annotations are added. Never blocks.
    pub fn event(&self, notice: Notice, reason: &str, message: &str, metadata: &[(&str, &str)]) {
        let metadata = metadata
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        self.record(notice, reason, message, metadata);
    }

    /// The reason that Ready carries now, which events of some kinds take over (K7.2).
    pub fn ready_reason(&self) -> Option<&str> {
        conditions::find(self.object.conditions(), READY)
            .map(|ready| ready.reason.as_str())
            .filter(|reason| !reason.is_empty())
    }

    /// The object as events refer to it.
    pub fn reference(&self) -> ObjectReference {
        self.object.reference()
    }

    /// Waits for `work` without holding a worker, and ends early when the object or what it is made from changes; see
    /// [`Bench::park`].
    ///
    /// # Errors
    /// Why the wait ended early; `work` is dropped then.
    pub async fn park<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        self.bench.park(work).await
    }

    /// Where long work rests while it waits.
    pub fn bench(&self) -> Bench {
        self.bench.clone()
    }

    /// The pass's ear, to be polled or awaited by long work that keeps its worker.
    pub fn interrupt(&self) -> Interrupt {
        self.bench.interrupt().clone()
    }

    /// The object as the server last answered, when this pass wrote it and it is still there.
    pub(crate) fn into_latest(self) -> Option<Lenient<R::Object>> {
        if self.gone {
            None
        } else {
            self.patcher.into_latest()
        }
    }

    pub(super) fn record(
        &self,
        notice: Notice,
        reason: &str,
        message: &str,
        metadata: Vec<(String, String)>,
    ) {
        if notice == Notice::None {
            return;
        }
        let event = Event::new(&self.object, notice, reason, message, metadata);
        self.context.recorder.record_with(&event, &self.receipts);
    }

    pub(super) fn set(&mut self, kind: &str, status: Status, reason: &str, message: &str) {
        let generation = self.object.generation();
        conditions::set(
            self.object.conditions_mut(),
            kind,
            status,
            reason,
            message,
            generation,
            Timestamp::now(),
        );
    }
}
