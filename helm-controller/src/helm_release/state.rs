//! What the steps of one pass hand to each other, and what passes remember.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apply::GroupKind;
use common::cluster::KubeCluster;
use common::object::ObjectKey;
use crds::source::HelmChart;
use health::Readers;
use helm::chart::Chart;
use yaml::Map;

use super::source::Source;

/// Filled in from step to step.
#[derive(Default)]
pub struct State {
    /// From the step `check`.
    pub(super) readers: Readers,
    /// From the step `check`: for hooks.
    pub(super) hook_readers: Readers,
    /// From the step `check`: kinds with expressions of the user.
    pub(super) custom_kinds: Vec<GroupKind>,
    /// From the step `chart template`, where the spec has one.
    pub(super) helm_chart: Option<HelmChart>,
    /// From the step `source`.
    source: Option<Source>,
    /// From the step `values`.
    pub(super) values: Map,
    /// From the step `chart`.
    chart: Option<Chart>,
    /// From the step `chart`: of the artifact, where the source is one of OCI.
    pub(super) oci_digest: Option<String>,
    /// From the step `identity`.
    cluster: Option<Arc<KubeCluster>>,
}

impl State {
    /// Takes the source.
    pub(super) fn set_source(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// The source, in steps after the one that finds it.
    pub(super) fn source(&self) -> &Source {
        self.source
            .as_ref()
            .expect("the step `source` stops the pass where there is none")
    }

    /// Takes the chart.
    pub(super) fn set_chart(&mut self, chart: Chart) {
        self.chart = Some(chart);
    }

    /// The chart, in steps after the one that loads it.
    pub(super) fn chart(&self) -> &Chart {
        self.chart
            .as_ref()
            .expect("the step `chart` stops the pass where there is none")
    }

    /// Takes the cluster.
    pub(super) fn set_cluster(&mut self, cluster: Arc<KubeCluster>) {
        self.cluster = Some(cluster);
    }

    /// The cluster under the identity of the release, in steps after the one that chooses it.
    pub(super) fn cluster(&self) -> Arc<KubeCluster> {
        self.cluster
            .clone()
            .expect("the step `identity` stops the pass where there is none")
    }
}

/// The releases that were in sync when they were last looked at, and by what they can be known again: what was wanted, and
/// the labels and versions of the stored records. It lives in the process alone.
#[derive(Debug, Default)]
pub(super) struct Seen {
    known: Mutex<HashMap<ObjectKey, Sight>>,
}

/// What made a release be in sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// Spec, status, chart and values, as far as they count.
    pub wanted: String,
    /// The records: number and resource version.
    pub stored: Vec<(i64, String)>,
}

impl Seen {
    /// What is known of a release.
    pub fn get(&self, key: &ObjectKey) -> Option<Sight> {
        self.known().get(key).cloned()
    }

    /// Notes that a release is in sync.
    pub fn keep(&self, key: ObjectKey, sight: Sight) {
        self.known().insert(key, sight);
    }

    /// It is not, or nobody knows.
    pub fn forget(&self, key: &ObjectKey) {
        self.known().remove(key);
    }

    /// Nothing panics while the lock is held.
    fn known(&self) -> MutexGuard<'_, HashMap<ObjectKey, Sight>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
