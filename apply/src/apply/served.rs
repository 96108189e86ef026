//! Waiting until the kinds of new definitions can be found.
//!
//! A definition is established a moment before discovery tells of its kind: an object of that kind in a later stage
//! would be refused as unknown.

use crate::cluster::{ApiError, Cluster};
use crate::id::Gvk;
use crate::object::Object;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Waits for the kinds of definitions that were just applied, at every version that they serve. When the time is up
/// it goes on: the objects of those kinds then tell what is wrong.
pub async fn wait(cluster: &dyn Cluster, definitions: &[&Object], timeout: Duration) {
    let deadline = Instant::now() + timeout;
    for definition in definitions {
        let spec = &definition.as_value()["spec"];
        cluster.forget(spec["group"].as_str().unwrap_or_default());
        for gvk in served(spec) {
            let mut pause = FIRST_PAUSE;
            while let Err(ApiError::NoMatch(_)) = cluster.mapping(&gvk).await {
                if Instant::now() + pause >= deadline {
                    return;
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

fn served(spec: &Value) -> Vec<Gvk> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    spec["versions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|version| version["served"].as_bool().unwrap_or_default())
        .map(|version| Gvk {
            group: text(&spec["group"]),
            version: text(&version["name"]),
            kind: text(&spec["names"]["kind"]),
        })
        .collect()
}
