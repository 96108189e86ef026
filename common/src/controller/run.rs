//! The loop.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::gate::Gate;
use super::own::OwnWatch;
use super::slot::{Slot, Slots};
use super::store::{Index, Store};
use super::trigger::{Memory, Source, Trigger, Wiring};
use crate::context::Context;
use crate::metrics::ControllerMetrics;
use crate::object::ObjectKey;
use crate::patch::PatchError;
use crate::queue::{Backoff, Item, Queue};
use crate::reconcile::{self, Action, Pass, Reconciler};

/// How much a controller does at a time, and how it backs off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Workers: `--concurrent`.
    pub concurrent: usize,
    /// Delays after failures: `--min-retry-delay`, `--max-retry-delay`.
    pub backoff: Backoff,
    /// How long running passes may go on after the shutdown began.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent: 4,
            backoff: Backoff::default(),
            // With what follows it is over within the ten seconds that a pod of source-controller gets (M2).
            grace: Duration::from_secs(6),
        }
    }
}

/// Runs the passes of one kind.
pub struct Controller<R: Reconciler> {
    reconciler: Arc<R>,
    context: Arc<Context>,
    limits: Limits,
    store: Store<R::Object>,
    queue: Queue,
    metrics: ControllerMetrics,
    triggers: Vec<Trigger<R::Object>>,
}

impl<R: Reconciler> Controller<R> {
    /// A controller with these indexes over its own objects.
    pub fn new(
        reconciler: R,
        context: Arc<Context>,
        limits: Limits,
        indexes: Vec<Index<R::Object>>,
    ) -> Self {
        let kind = <R::Object as kube::Resource>::kind(&());
        let metrics = context.metrics.controller(&kind, limits.concurrent);
        let queue_metrics = context.metrics.queue(&kind);
        let queue = Queue::new(
            limits.backoff,
            queue_metrics.clone(),
            context.shutdown.clone(),
        );
        let measured = queue.clone();
        context.metrics.before_scrape(move || {
            let (sum, longest) = measured.unfinished();
            queue_metrics.unfinished(sum, longest);
        });
        Self {
            reconciler: Arc::new(reconciler),
            context,
            limits,
            store: Store::new(indexes),
            queue,
            metrics,
            triggers: Vec::new(),
        }
    }

    /// Adds a trigger.
    #[must_use]
    pub fn trigger(mut self, trigger: Trigger<R::Object>) -> Self {
        self.triggers.push(trigger);
        self
    }

    /// The objects of the kind as last seen; handles stay valid while the controller runs.
    pub fn store(&self) -> Store<R::Object> {
        self.store.clone()
    }

    /// Runs until the context's shutdown, then until the running passes have ended or the grace period has.
    pub async fn run(mut self) {
        let gate = Gate::new();
        let watches = tokio::spawn(outlive(self.start_watches(&gate), self.context.clone()));
        tokio::select! {
            () = gate.opened() => {}
            () = self.context.shutdown.cancelled() => {}
        }
        let passes = self.dispatch().await;
        self.finish(passes).await;
        watches.abort();
    }

    fn start_watches(&mut self, gate: &Gate) -> JoinSet<()> {
        let mut watches = JoinSet::new();
        let mut followers = Vec::new();
        for trigger in std::mem::take(&mut self.triggers) {
            match trigger.source {
                Source::Own(rule) => followers.push(Memory::new(rule)),
                Source::Other(start) => {
                    let wiring = Wiring {
                        context: self.context.clone(),
                        store: self.store.clone(),
                        queue: self.queue.clone(),
                        gate: gate.clone(),
                        bar: gate.bar(),
                    };
                    watches.spawn(start(wiring));
                }
            }
        }
        let own = OwnWatch {
            reconciler: self.reconciler.clone(),
            context: self.context.clone(),
            store: self.store.clone(),
            queue: self.queue.clone(),
            metrics: self.metrics.clone(),
            followers,
            gate: gate.clone(),
        };
        watches.spawn(own.follow(gate.bar()));
        watches
    }

    /// Hands out keys to workers until the shutdown; returns the passes that still run.
    async fn dispatch(&self) -> JoinSet<()> {
        let slots = Slots::new(self.limits.concurrent, self.metrics.clone());
        let mut passes = JoinSet::new();
        loop {
            if !self.queue.ready().await {
                return passes;
            }
            // A worker is taken only when there is work for it, and the key only when there is a worker: an idle loop
            // must not keep a worker from a pass that comes back from being parked, and the queue should decide as
            // late as possible who is next.
            let slot = tokio::select! {
                slot = slots.take() => slot,
                () = self.context.shutdown.cancelled() => return passes,
            };
            let Some(item) = self.queue.take() else {
                continue;
            };
            passes.spawn(self.worker().work(item, slot));
            while passes.try_join_next().is_some() {}
        }
    }

    /// Lets running passes end within the grace period.
    async fn finish(&self, mut passes: JoinSet<()>) {
        let all = async { while passes.join_next().await.is_some() {} };
        if tokio::time::timeout(self.limits.grace, all).await.is_err() {
            tracing::warn!(
                passes = passes.len(),
                "passes did not end within the grace period, giving them up"
            );
            passes.shutdown().await;
        }
    }

    fn worker(&self) -> Worker<R> {
        Worker {
            reconciler: self.reconciler.clone(),
            context: self.context.clone(),
            store: self.store.clone(),
            queue: self.queue.clone(),
            metrics: self.metrics.clone(),
        }
    }
}

/// Watches end with the process and not before: without one of them, changes would go unnoticed for good, so the process
/// ends in good order and is started anew.
async fn outlive(mut watches: JoinSet<()>, context: Arc<Context>) {
    while watches.join_next().await.is_some() {
        if !context.shutdown.is_cancelled() {
            tracing::error!("a watch ended, shutting down");
            context.shutdown.cancel();
        }
    }
}

/// Runs one pass.
struct Worker<R: Reconciler> {
    reconciler: Arc<R>,
    context: Arc<Context>,
    store: Store<R::Object>,
    queue: Queue,
    metrics: ControllerMetrics,
}

impl<R: Reconciler> Worker<R> {
    async fn work(self, item: Item, slot: Slot) {
        // Whatever happens, the key is given back.
        let held = Held {
            queue: self.queue.clone(),
            key: item.key.clone(),
        };
        let kind = <R::Object as kube::Resource>::kind(&());
        let span = tracing::info_span!(
            "reconcile",
            controller = %kind.to_lowercase(),
            controllerGroup = %<R::Object as kube::Resource>::group(&()),
            controllerKind = %kind,
            namespace = %item.key.namespace,
            name = %item.key.name,
            reconcileID = %uuid::Uuid::new_v4(),
        );
        // Panics in steps are dealt with inside; this is for the code around them, which must not lose a key either.
        let pass = AssertUnwindSafe(self.pass(item, slot).instrument(span)).catch_unwind();
        let action = pass.await.unwrap_or(Some(Action::Backoff));
        self.plan(&held.key, action);
    }

    /// Nothing when the object is not there any more.
    async fn pass(&self, item: Item, slot: Slot) -> Option<Action> {
        let object = self.store.get(&item.key)?;
        match Pass::begin(
            R::Object::clone(&object),
            self.context.clone(),
            slot,
            item.interrupt,
        ) {
            Ok(mut pass) => {
                let action =
                    reconcile::run(self.reconciler.as_ref(), &mut pass, &self.metrics).await;
                if let Some(latest) = pass.into_latest() {
                    self.store.refresh(latest);
                }
                Some(action)
            }
            Err(error) => Some(refuse(&error)),
        }
    }

    fn plan(&self, key: &ObjectKey, action: Option<Action>) {
        match action {
            None => self.queue.discard(key),
            Some(Action::Await) => self.queue.forget(key),
            Some(Action::After(delay) | Action::RetryAfter(delay)) => {
                self.queue.forget(key);
                self.queue.add_after(key, delay);
            }
            Some(Action::Backoff) => {
                self.queue.add_backed_off(key);
            }
        }
    }
}

fn refuse(error: &PatchError) -> Action {
    tracing::error!(%error, "Reconciler error");
    Action::Backoff
}

/// A key that is being worked on; given back when dropped.
struct Held {
    queue: Queue,
    key: ObjectKey,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.queue.done(&self.key);
    }
}
