//! Handles with the labels already filled in.

use std::sync::Arc;
use std::time::Duration;

use super::registry::{
    ControllerLabels, DepthLabels, Families, ObjectLabels, QueueLabels, ResultLabels,
};
use crate::object::ObjectKey;

/// How a pass ended, as `controller_runtime_reconcile_total` counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReconcileResult {
    /// Done, nothing planned.
    Success,
    /// Failed, to be tried again after a back-off.
    Error,
    /// To be run again at once, rate-limited.
    Requeue,
    /// To be run again after an interval.
    RequeueAfter,
}

impl ReconcileResult {
    const ALL: [Self; 4] = [
        Self::Success,
        Self::Error,
        Self::Requeue,
        Self::RequeueAfter,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Requeue => "requeue",
            Self::RequeueAfter => "requeue_after",
        }
    }
}

/// What one controller loop counts into.
#[derive(Clone)]
pub struct ControllerMetrics {
    families: Arc<Families>,
    kind: String,
    controller: ControllerLabels,
}

impl ControllerMetrics {
    pub(super) fn new(families: Arc<Families>, kind: &str, workers: usize) -> Self {
        let controller = ControllerLabels {
            controller: kind.to_lowercase(),
        };
        families
            .max_workers
            .get_or_create(&controller)
            .set(i64::try_from(workers).unwrap_or(i64::MAX));
        // Series exist from the start, so that a rate over them has a beginning.
        drop(families.active_workers.get_or_create(&controller));
        drop(families.reconcile_errors.get_or_create(&controller));
        drop(families.reconcile_panics.get_or_create(&controller));
        let metrics = Self {
            families,
            kind: kind.to_owned(),
            controller,
        };
        for result in ReconcileResult::ALL {
            drop(
                metrics
                    .families
                    .reconcile_total
                    .get_or_create(&metrics.result(result)),
            );
        }
        metrics
    }

    /// A worker took up a pass, or took it up again after it was parked.
    pub fn worker_started(&self) {
        self.families
            .active_workers
            .get_or_create(&self.controller)
            .inc();
    }

    /// A worker is free again.
    pub fn worker_stopped(&self) {
        self.families
            .active_workers
            .get_or_create(&self.controller)
            .dec();
    }

    /// A pass ended after the given time.
    pub fn reconciled(&self, key: &ObjectKey, result: ReconcileResult, took: Duration) {
        let seconds = took.as_secs_f64();
        self.families
            .reconcile_duration
            .get_or_create(&self.object(key))
            .observe(seconds);
        self.families
            .reconcile_time
            .get_or_create(&self.controller)
            .observe(seconds);
        self.families
            .reconcile_total
            .get_or_create(&self.result(result))
            .inc();
        if result == ReconcileResult::Error {
            self.families
                .reconcile_errors
                .get_or_create(&self.controller)
                .inc();
        }
    }

    /// A pass panicked.
    pub fn panicked(&self) {
        self.families
            .reconcile_panics
            .get_or_create(&self.controller)
            .inc();
    }

    /// Drops the series of an object that is not there any more.
    pub fn forget(&self, key: &ObjectKey) {
        self.families.reconcile_duration.remove(&self.object(key));
    }

    fn object(&self, key: &ObjectKey) -> ObjectLabels {
        ObjectLabels {
            kind: self.kind.clone(),
            name: key.name.as_ref().to_owned(),
            namespace: key.namespace.as_ref().to_owned(),
        }
    }

    fn result(&self, result: ReconcileResult) -> ResultLabels {
        ResultLabels {
            controller: self.controller.controller.clone(),
            result: result.label(),
        }
    }
}

impl std::fmt::Debug for ControllerMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ControllerMetrics")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What one work queue counts into.
#[derive(Clone)]
pub struct QueueMetrics {
    families: Arc<Families>,
    queue: QueueLabels,
}

impl QueueMetrics {
    pub(super) fn new(families: Arc<Families>, kind: &str) -> Self {
        let name = kind.to_lowercase();
        Self {
            families,
            queue: QueueLabels {
                controller: name.clone(),
                name,
            },
        }
    }

    pub(crate) fn added(&self) {
        self.families.queue_adds.get_or_create(&self.queue).inc();
    }

    pub(crate) fn retried(&self) {
        self.families.queue_retries.get_or_create(&self.queue).inc();
    }

    pub(crate) fn depth(&self, depth: usize) {
        let labels = DepthLabels {
            controller: self.queue.controller.clone(),
            name: self.queue.name.clone(),
            priority: "0",
        };
        self.families
            .queue_depth
            .get_or_create(&labels)
            .set(i64::try_from(depth).unwrap_or(i64::MAX));
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.families
            .queue_wait
            .get_or_create(&self.queue)
            .observe(time.as_secs_f64());
    }

    pub(crate) fn worked(&self, time: Duration) {
        self.families
            .queue_work
            .get_or_create(&self.queue)
            .observe(time.as_secs_f64());
    }

    pub(crate) fn unfinished(&self, sum: f64, longest: f64) {
        self.families
            .queue_unfinished
            .get_or_create(&self.queue)
            .set(sum);
        self.families
            .queue_longest
            .get_or_create(&self.queue)
            .set(longest);
    }
}

impl std::fmt::Debug for QueueMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueueMetrics")
            .field("queue", &self.queue.name)
            .finish_non_exhaustive()
    }
}
