//! The `HelmChart`s as the watch has shown them last.
//!
//! A pass that finds the HelmChart of its template here, as the template wants it, does not read it from the API server. What is
//! here may be a moment old, as with every watch: whatever it lacks wakes its users when it arrives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use common::object::ObjectKey;
use crds::source::HelmChart;
use tokio::time::Instant;

use crate::FIELD_MANAGER;

/// How long what was seen is believed: an object may go while the watch is interrupted.
const MAX_AGE: Duration = Duration::from_mins(10);

/// What the watch has shown.
#[derive(Debug, Default)]
pub(super) struct ChartObjects(Mutex<HashMap<ObjectKey, Seen>>);

#[derive(Debug)]
struct Seen {
    chart: Arc<HelmChart>,
    at: Instant,
}

impl ChartObjects {
    /// Takes in a HelmChart that has appeared or changed. One that is about to go is not used any more.
    pub fn see(&self, chart: &HelmChart) {
        let key = ObjectKey::of(&chart.metadata);
        if chart.metadata.deletion_timestamp.is_some() {
            self.known().remove(&key);
            return;
        }
        let mut chart = chart.clone();
        // What others own tells nothing that a pass wants to know.
        if let Some(entries) = &mut chart.metadata.managed_fields {
            entries.retain(|entry| entry.manager.as_deref() == Some(FIELD_MANAGER));
        }
        let seen = Seen {
            chart: Arc::new(chart),
            at: Instant::now(),
        };
        self.known().insert(key, seen);
    }

    /// Forgets a HelmChart whose last word this is: the server counts a deletion as a version of its own.
    pub fn forget_unless_seen(&self, chart: &HelmChart) {
        let key = ObjectKey::of(&chart.metadata);
        let mut known = self.known();
        let version = &chart.metadata.resource_version;
        if known
            .get(&key)
            .is_some_and(|seen| seen.chart.metadata.resource_version != *version)
        {
            known.remove(&key);
        }
    }

    /// The HelmChart as it was seen, unless that is too long ago.
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<HelmChart>> {
        let known = self.known();
        let seen = known.get(key)?;
        (seen.at.elapsed() < MAX_AGE).then(|| Arc::clone(&seen.chart))
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ObjectKey, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
