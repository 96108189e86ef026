//! Events that find out whether somebody is told of events.

use serde_json::json;
use testing::http::{Received, Sink, post};
use tokio::time::{Instant, sleep};

use crate::Scenario;
use crate::scenario::{DEADLINE, LOOK};

/// What a probe says.
const TEXT: &str = "probe ";

/// Waits until events about `name` of this kind reach the sink: an Alert that was created a moment ago may not have been seen yet, and
/// an event that nobody wants is gone for good. `url` is where events are posted to.
pub async fn reach(story: &Scenario, url: &str, sink: &Sink, (kind, name): (&str, &str)) {
    let is_probe = |one: &Received| {
        let event = one.json();
        let about = &event["involvedObject"];
        about["kind"] == kind
            && about["name"] == name
            && event["message"]
                .as_str()
                .is_some_and(|message| message.starts_with(TEXT))
    };
    let end = Instant::now() + DEADLINE;
    for number in 0_u64.. {
        // Each says something else: a repetition would be refused.
        let event = json!({
            "involvedObject": {
                "apiVersion": "example.dev/v1", "kind": kind, "name": name, "namespace": story.namespace, "uid": "probe",
            },
            "severity": "error", "timestamp": "2026-01-02T03:04:05Z", "message": format!("{TEXT}{number}"),
            "reason": "Probe", "reportingController": "test", "reportingInstance": "test",
        });
        let answer = post(url, &[], event.to_string().into_bytes()).await;
        assert_eq!(answer.unwrap().status, 202);
        if sink.received().iter().any(is_probe) {
            return;
        }
        assert!(Instant::now() < end, "{kind}/{name} is not told of");
        sleep(LOOK).await;
    }
}
