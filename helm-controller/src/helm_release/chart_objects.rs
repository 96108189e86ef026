//! The `HelmChart`s as the watch has shown them last.
//!
//! A pass that finds the HelmChart of its template here, as the template wants it, does not read it from the API server. What is
//! here may be a moment old, as with every watch: whatever it lacks wakes its users when it arrives. Who owns its fields is not
//! here.
//!
//! A pass that has just written one waits here until source-controller has looked at it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::conditions::{self, READY};
use common::object::ObjectKey;
use crds::source::HelmChart;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long what was seen is believed: an object may go while the watch is interrupted.
const MAX_AGE: Duration = Duration::from_mins(10);

/// What the watch has shown.
#[derive(Debug, Default)]
pub(super) struct ChartObjects(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    known: HashMap<ObjectKey, Seen>,
    /// Those that a pass waits for, with its bell.
    awaited: HashMap<ObjectKey, Arc<Notify>>,
}

#[derive(Debug)]
struct Seen {
    chart: Arc<HelmChart>,
    at: Instant,
}

impl ChartObjects {
    /// Takes in a HelmChart that has appeared or changed. One that is about to go is not used any more.
    pub fn see(&self, chart: &HelmChart) {
        let key = ObjectKey::of(&chart.metadata);
        let mut state = self.lock();
        if let Some(bell) = state.awaited.get(&key) {
            bell.notify_one();
        }
        if chart.metadata.deletion_timestamp.is_some() {
            state.known.remove(&key);
            return;
        }
        let seen = Seen {
            chart: Arc::new(chart.clone()),
            at: Instant::now(),
        };
        state.known.insert(key, seen);
    }

    /// Forgets a HelmChart whose last word this is: the server counts a deletion as a version of its own.
    pub fn forget_unless_seen(&self, chart: &HelmChart) {
        let key = ObjectKey::of(&chart.metadata);
        let mut state = self.lock();
        let version = &chart.metadata.resource_version;
        let seen = state.known.get(&key);
        if seen.is_some_and(|seen| seen.chart.metadata.resource_version != *version) {
            state.known.remove(&key);
        }
    }

    /// The HelmChart as it was seen, unless that is too long ago.
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<HelmChart>> {
        let state = self.lock();
        let seen = state.known.get(key)?;
        (seen.at.elapsed() < MAX_AGE).then(|| Arc::clone(&seen.chart))
    }

    /// Begins to wait for source-controller's word on a HelmChart. As long as the wait lives, the pass that waits need not be
    /// woken in another way.
    pub fn wait(self: &Arc<Self>, key: ObjectKey) -> Awaited {
        let bell = Arc::<Notify>::default();
        self.lock().awaited.insert(key.clone(), Arc::clone(&bell));
        Awaited {
            objects: Arc::clone(self),
            key,
            bell,
        }
    }

    /// Whether a pass waits for this HelmChart.
    pub fn is_awaited(&self, key: &ObjectKey) -> bool {
        self.lock().awaited.contains_key(key)
    }

    /// Nothing panics while the lock is held.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wait for one HelmChart; ends when dropped.
#[derive(Debug)]
pub(super) struct Awaited {
    objects: Arc<ChartObjects>,
    key: ObjectKey,
    bell: Arc<Notify>,
}

impl Awaited {
    /// The HelmChart, once source-controller has looked at this generation of it.
    pub async fn looked_at(&self, generation: Option<i64>) -> Arc<HelmChart> {
        loop {
            if let Some(chart) = self.objects.get(&self.key)
                && chart.metadata.generation >= generation
                && was_looked_at(&chart)
            {
                return chart;
            }
            self.bell.notified().await;
        }
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.objects.lock().awaited.remove(&self.key);
    }
}

/// Whether source-controller has come to an end with the newest generation, or says why it has not.
pub(super) fn was_looked_at(chart: &HelmChart) -> bool {
    let generation = chart.metadata.generation.unwrap_or_default();
    chart.status.observed_generation == generation
        || conditions::is_false(&chart.status.conditions, READY)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn chart(version: &str, more: Value) -> HelmChart {
        let mut metadata = json!({"name": "c", "namespace": "ns", "resourceVersion": version});
        for (key, value) in more.as_object().unwrap() {
            metadata[key] = value.clone();
        }
        serde_json::from_value(json!({
            "metadata": metadata,
            "spec": {"chart": "c", "interval": "1m", "sourceRef": {"kind": "HelmRepository", "name": "r"}},
        }))
        .unwrap()
    }

    fn version(objects: &ChartObjects) -> Option<String> {
        let chart = objects.get(&ObjectKey::new("ns", "c"))?;
        chart.metadata.resource_version.clone()
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_seen_last_is_believed_for_a_while() {
        let objects = ChartObjects::default();
        assert_eq!(version(&objects), None);
        objects.see(&chart("1", json!({})));
        objects.see(&chart("2", json!({})));
        objects.forget_unless_seen(&chart("2", json!({})));
        assert_eq!(version(&objects).as_deref(), Some("2"));
        tokio::time::advance(MAX_AGE).await;
        assert_eq!(version(&objects), None);
    }

    #[tokio::test(start_paused = true)]
    async fn h8_4_a_wait_ends_with_the_first_word_on_the_generation() {
        let with = |version: &str, generation: i64, status: Value| {
            let mut chart = chart(version, json!({"generation": generation}));
            chart.status = serde_json::from_value(status).unwrap();
            chart
        };
        let ready = |status: &str| {
            json!([{"type": "Ready", "status": status, "reason": "R", "message": "",
                    "lastTransitionTime": "2026-01-01T00:00:00Z"}])
        };
        let objects = Arc::new(ChartObjects::default());
        let key = ObjectKey::new("ns", "c");
        let wait = objects.wait(key.clone());
        assert!(objects.is_awaited(&key));
        let looked_at = tokio::spawn(async move { wait.looked_at(Some(2)).await });
        for early in [
            // Of the spec before, not begun, and under way.
            with(
                "1",
                1,
                json!({"observedGeneration": 1, "conditions": ready("True")}),
            ),
            with("2", 2, json!({"observedGeneration": -1})),
            with(
                "3",
                2,
                json!({"observedGeneration": 1, "conditions": ready("Unknown")}),
            ),
        ] {
            objects.see(&early);
            tokio::time::advance(MAX_AGE / 100).await;
            assert!(!looked_at.is_finished());
        }
        objects.see(&with(
            "4",
            2,
            json!({"observedGeneration": 1, "conditions": ready("False")}),
        ));
        let chart = looked_at.await.unwrap();
        assert_eq!(chart.metadata.resource_version.as_deref(), Some("4"));
        assert!(!objects.is_awaited(&key));
    }

    #[tokio::test]
    async fn what_goes_is_forgotten() {
        let objects = ChartObjects::default();
        objects.see(&chart("1", json!({})));
        objects.forget_unless_seen(&chart("2", json!({})));
        assert_eq!(version(&objects), None);
        objects.see(&chart("3", json!({})));
        let deleted = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
        objects.see(&chart("4", deleted));
        assert_eq!(version(&objects), None);
    }
}
