//! Every metric of the process, by name.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use super::{ControllerMetrics, QueueMetrics, RequestCounter, exposition, process};

/// A gauge that holds any number.
pub(super) type FloatGauge = Gauge<f64, AtomicU64>;
/// Histograms by labels; the buckets come with the constructor.
pub(super) type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Labels of a series about one object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ObjectLabels {
    pub kind: String,
    pub name: String,
    pub namespace: String,
}

/// Labels of a series about one controller.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ControllerLabels {
    pub controller: String,
}

/// Labels of the count of passes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResultLabels {
    pub controller: String,
    pub result: &'static str,
}

/// Labels of a series about one work queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct QueueLabels {
    pub controller: String,
    pub name: String,
}

/// Labels of the depth of a work queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DepthLabels {
    pub controller: String,
    pub name: String,
    pub priority: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LeaderLabels {
    name: String,
}

/// The metrics of the process; clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    before_scrape: Arc<Mutex<Vec<Hook>>>,
    pub(super) families: Arc<Families>,
    requests: RequestCounter,
}

type Hook = Box<dyn Fn() + Send>;

/// The families that controllers count into.
pub(super) struct Families {
    pub reconcile_duration: Histograms<ObjectLabels>,
    pub reconcile_total: Family<ResultLabels, Counter>,
    pub reconcile_errors: Family<ControllerLabels, Counter>,
    pub reconcile_panics: Family<ControllerLabels, Counter>,
    pub reconcile_time: Histograms<ControllerLabels>,
    pub active_workers: Family<ControllerLabels, Gauge>,
    pub max_workers: Family<ControllerLabels, Gauge>,
    pub queue_depth: Family<DepthLabels, Gauge>,
    pub queue_adds: Family<QueueLabels, Counter>,
    pub queue_retries: Family<QueueLabels, Counter>,
    pub queue_wait: Histograms<QueueLabels>,
    pub queue_work: Histograms<QueueLabels>,
    pub queue_unfinished: Family<QueueLabels, FloatGauge>,
    pub queue_longest: Family<QueueLabels, FloatGauge>,
    leader: Family<LeaderLabels, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Registers everything.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let families = Families::register(&mut registry);
        let requests = RequestCounter::default();
        requests.register(&mut registry);
        registry.register_collector(Box::new(process::ProcessCollector));
        Self {
            registry: Arc::new(Mutex::new(registry)),
            before_scrape: Arc::default(),
            families: Arc::new(families),
            requests,
        }
    }

    /// The handle of one controller; `kind` is the kind that it reconciles, `workers` its bound.
    pub fn controller(&self, kind: &str, workers: usize) -> ControllerMetrics {
        ControllerMetrics::new(self.families.clone(), kind, workers)
    }

    /// The handle of one controller's queue.
    pub fn queue(&self, kind: &str) -> QueueMetrics {
        QueueMetrics::new(self.families.clone(), kind)
    }

    /// The counter of requests to API servers.
    pub fn requests(&self) -> &RequestCounter {
        &self.requests
    }

    /// Says whether this process holds the named lease.
    pub fn set_leader(&self, lease: &str, leads: bool) {
        self.families
            .leader
            .get_or_create(&LeaderLabels {
                name: lease.to_owned(),
            })
            .set(leads.into());
    }

    /// Adds a metric of a controller's own. A counter is named without its `_total`.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        lock(&self.registry).register(name, help, metric);
    }

    /// Adds metrics that are computed when asked for.
    pub fn register_collector(&self, collector: impl Collector) {
        lock(&self.registry).register_collector(Box::new(collector));
    }

    /// Runs `hook` before each [`Metrics::render`], to bring gauges up to date.
    pub fn before_scrape(&self, hook: impl Fn() + Send + 'static) {
        lock(&self.before_scrape).push(Box::new(hook));
    }

    /// The exposition in the text format 0.0.4; its type is [`super::CONTENT_TYPE`].
    pub fn render(&self) -> String {
        for hook in lock(&self.before_scrape).iter() {
            hook();
        }
        exposition::render(&lock(&self.registry))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Families {
    fn register(registry: &mut Registry) -> Self {
        let families = Self {
            reconcile_duration: Family::new_with_constructor(buckets::reconcile_duration),
            reconcile_total: Family::default(),
            reconcile_errors: Family::default(),
            reconcile_panics: Family::default(),
            reconcile_time: Family::new_with_constructor(buckets::reconcile_time),
            active_workers: Family::default(),
            max_workers: Family::default(),
            queue_depth: Family::default(),
            queue_adds: Family::default(),
            queue_retries: Family::default(),
            queue_wait: Family::new_with_constructor(buckets::queue),
            queue_work: Family::new_with_constructor(buckets::queue),
            queue_unfinished: Family::default(),
            queue_longest: Family::default(),
            leader: Family::default(),
        };
        let mut add = Adder { registry };
        add.metric(
            "gotk_reconcile_duration_seconds",
            "The duration in seconds of a reconciliation of one object",
            &families.reconcile_duration,
        );
        add.metric(
            "controller_runtime_reconcile",
            "Total number of reconciliations per controller",
            &families.reconcile_total,
        );
        add.metric(
            "controller_runtime_reconcile_errors",
            "Total number of reconciliation errors per controller",
            &families.reconcile_errors,
        );
        add.metric(
            "controller_runtime_reconcile_panics",
            "Total number of reconciliation panics per controller",
            &families.reconcile_panics,
        );
        add.metric(
            "controller_runtime_reconcile_time_seconds",
            "Length of time per reconciliation per controller",
            &families.reconcile_time,
        );
        add.metric(
            "controller_runtime_active_workers",
            "Number of currently used workers per controller",
            &families.active_workers,
        );
        add.metric(
            "controller_runtime_max_concurrent_reconciles",
            "Maximum number of concurrent reconciles per controller",
            &families.max_workers,
        );
        add.metric(
            "workqueue_depth",
            "Current depth of workqueue by workqueue and priority",
            &families.queue_depth,
        );
        add.metric(
            "workqueue_adds",
            "Total number of adds handled by workqueue",
            &families.queue_adds,
        );
        add.metric(
            "workqueue_retries",
            "Total number of retries handled by workqueue",
            &families.queue_retries,
        );
        add.metric(
            "workqueue_queue_duration_seconds",
            "How long in seconds an item stays in workqueue before being requested",
            &families.queue_wait,
        );
        add.metric(
            "workqueue_work_duration_seconds",
            "How long in seconds processing an item from workqueue takes",
            &families.queue_work,
        );
        add.metric(
            "workqueue_unfinished_work_seconds",
            "How many seconds of work is in progress and hasn't been observed by work_duration",
            &families.queue_unfinished,
        );
        add.metric(
            "workqueue_longest_running_processor_seconds",
            "How many seconds has the longest running processor for workqueue been running",
            &families.queue_longest,
        );
        add.metric(
            "leader_election_master_status",
            "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master",
            &families.leader,
        );
        families
    }
}

struct Adder<'a> {
    registry: &'a mut Registry,
}

impl Adder<'_> {
    fn metric(&mut self, name: &str, help: &str, metric: &(impl Metric + Clone)) {
        self.registry.register(name, help, metric.clone());
    }
}

/// The bounds of the histograms.
mod buckets {
    use prometheus_client::metrics::histogram::{
        Histogram, exponential_buckets, exponential_buckets_range,
    };

    /// Ten buckets from 10 ms to 30 minutes, spaced evenly on a logarithmic scale.
    pub(super) fn reconcile_duration() -> Histogram {
        Histogram::new(exponential_buckets_range(0.01, 1800.0, 10))
    }

    pub(super) fn reconcile_time() -> Histogram {
        Histogram::new([
            0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7,
            0.8, 0.9, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0,
            10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0,
        ])
    }

    /// Twelve buckets from 10 ns, each ten times the one before.
    pub(super) fn queue() -> Histogram {
        Histogram::new(exponential_buckets(1e-8, 10.0, 12))
    }
}
