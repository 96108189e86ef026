//! What a controller provides.

use std::fmt;
use std::future::Future;

use futures::future::BoxFuture;

use super::{Pass, Profile, Schedule, Stop, Verdict};
use crate::object::Object;

/// Reconciles the objects of one kind.
pub trait Reconciler: Send + Sync + Sized + 'static {
    /// The kind.
    type Object: Object;
    /// What the steps of one pass hand to each other.
    type State: Default + Send + Sync + 'static;

    /// How the kind differs from others.
    const PROFILE: Profile;

    /// What a pass that did not come to its end makes of Reconciling.
    const UNFINISHED: Unfinished = Unfinished::Marked;

    /// The steps, in order.
    fn steps(&self) -> &'static [Step<Self>];

    /// When the object runs again.
    fn schedule(&self, object: &Self::Object) -> Schedule;

    /// Whether the object only holds data for others (H1): then nothing is done for it, it has neither finalizer nor
    /// status, and what it did before is undone.
    fn is_static(&self, object: &Self::Object) -> bool {
        let _ = object;
        false
    }

    /// Undoes what the object has done, before its finalizer goes. Runs for suspended objects too.
    fn finalize(&self, pass: &mut Pass<Self>) -> impl Future<Output = Result<(), Stop>> + Send;

    /// Runs after the conditions are summarised and before they are written: the place for the success event, which
    /// needs to know how the pass ended. Not called for suspended objects.
    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        let _ = (pass, verdict);
    }

    /// Forgets what is kept in memory for an object that is not there any more.
    fn forget(&self, key: &crate::object::ObjectKey) {
        let _ = key;
    }
}

/// What a pass that did not come to its end makes of Reconciling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// Its reason becomes `ProgressingWithRetry`.
    Marked,
    /// It is as the steps have left it.
    Left,
}

/// Where a pass goes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// On to the next step; after the last one, success.
    Next,
    /// Success, the remaining steps have nothing to do.
    Done,
}

/// One step: a name for the log, and the function.
pub struct Step<R: Reconciler> {
    name: &'static str,
    run: StepFn<R>,
}

type StepFn<R> = for<'a> fn(&'a R, &'a mut Pass<R>) -> BoxFuture<'a, Result<Flow, Stop>>;

impl<R: Reconciler> Step<R> {
    /// A step from a closure that boxes the future of an `async fn`.
    pub const fn new(name: &'static str, run: StepFn<R>) -> Self {
        Self { name, run }
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) async fn run(&self, reconciler: &R, pass: &mut Pass<R>) -> Result<Flow, Stop> {
        (self.run)(reconciler, pass).await
    }
}

impl<R: Reconciler> fmt::Debug for Step<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Step").field(&self.name).finish()
    }
}
