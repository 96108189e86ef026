//! Actions that were finished when the process was killed, before the status said so.

use common::kube::api::{Patch, PatchParams};
use crds::helm::HelmRelease;
use serde_json::json;

use crate::support::{Fixture, LONG, MAP};

/// Puts the status back to where it was when the last action began.
async fn rewind(fixture: &Fixture, before: &HelmRelease, action: &str) {
    let text = format!("Running '{action}' action with timeout of 1m0s");
    let condition = |kind: &str, status: &str| {
        json!({
            "type": kind, "status": status, "reason": "Progressing", "message": text,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        })
    };
    let status = json!({
        "history": before.status.history,
        "observedGeneration": before.status.observed_generation,
        "conditions": [condition("Reconciling", "True"), condition("Ready", "Unknown")],
    });
    let patch = Patch::Merge(json!({ "status": status }));
    fixture
        .releases()
        .patch_status("web", &PatchParams::default(), &patch)
        .await
        .unwrap();
}

/// A release at its second revision, and its object at each.
async fn upgraded(namespace: &str) -> (Fixture, [HelmRelease; 2]) {
    let fixture = Fixture::new(namespace).await;
    fixture.publish("1.0.0", &[MAP]).await;
    fixture.create("web", json!({})).await;
    let first = fixture.ready("web", "1.0.0").await;
    fixture
        .patch("web", json!({"values": {"value": "two"}}))
        .await;
    let second = fixture.ready("web", "1.0.0").await;
    (fixture, [first, second])
}

#[tokio::test]
async fn h27_3_an_upgrade_that_was_finished_before_the_kill_is_taken_up_and_not_repeated() {
    let (mut fixture, [first, second]) = upgraded("finished").await;
    fixture.kill().await;
    rewind(&fixture, &first, "upgrade").await;
    fixture.restart().await;
    let taken_up = fixture.ready("web", "1.0.0").await;
    assert_eq!(taken_up.status.history, second.status.history);
    assert_eq!(taken_up.status.inventory, second.status.inventory);
    assert_eq!(fixture.revisions("web").await.len(), 2);
    let told = |received: &testing::http::Received| {
        let event = received.json();
        (event["reason"] == "UpgradeSucceeded").then(|| event["message"].clone())
    };
    let mut updates = fixture.events.updates();
    let both = updates.wait_for(|all| all.iter().filter_map(told).count() >= 2);
    let received = tokio::time::timeout(LONG, both).await.unwrap();
    let told: Vec<_> = received.unwrap().iter().filter_map(told).collect();
    assert_eq!(told.len(), 2, "told again, for the first may be lost");
    assert_eq!(told[0], told[1], "so that the receiver knows it again");
}

#[tokio::test]
async fn h27_3_a_finished_upgrade_to_other_values_is_not_taken_up() {
    let (mut fixture, [first, _]) = upgraded("finished-other").await;
    fixture.kill().await;
    fixture
        .patch("web", json!({"values": {"value": "three"}}))
        .await;
    rewind(&fixture, &first, "upgrade").await;
    fixture.restart().await;
    fixture.ready("web", "1.0.0").await;
    assert_eq!(fixture.revisions("web").await.len(), 3);
    assert_eq!(
        fixture.value("web-map", "value").await.as_deref(),
        Some("three")
    );
}
