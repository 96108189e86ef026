//! Passes that a killed process left behind.

use common::kube::api::{Patch, PatchParams};
use serde_json::{Value, json};
use testing::http::Received;

use crate::support::{Fixture, LONG, config_map};

/// The change lists that were told so far, once there are this many.
async fn told(fixture: &Fixture, count: usize) -> Vec<Value> {
    let lists = |received: &Vec<Received>| -> Vec<Value> {
        let events = received.iter().map(Received::json);
        events
            .filter(|event| event["reason"] == "Progressing")
            .map(|event| event["message"].clone())
            .collect()
    };
    let mut updates = fixture.events.updates();
    let enough = updates.wait_for(|received| lists(received).len() >= count);
    let received = tokio::time::timeout(LONG, enough).await.unwrap();
    lists(&received.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn k7_5_what_a_killed_pass_has_changed_is_told_after_the_restart() {
    let mut fixture = Fixture::new("cut-off").await;
    let revision = fixture
        .publish(&[("apps/a.yaml", config_map("a", "one").as_str())])
        .await;
    fixture.create("apps", json!({"path": "./apps"})).await;
    fixture.ready("apps", &revision).await;
    let line = json!(format!("ConfigMap/{}/a created", fixture.namespace));
    assert_eq!(told(&fixture, 1).await, std::slice::from_ref(&line));

    // A pass that ended in good order has told everything.
    fixture.restart().await;
    fixture.request("apps", "ended").await;
    fixture
        .wait("apps", "the request handled", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("ended")
        })
        .await;
    assert_eq!(told(&fixture, 1).await, std::slice::from_ref(&line));

    // One that was cut off has left this behind. No pass is under way that could write over it.
    fixture.stop().await;
    let map = fixture.config_maps().get("a").await.unwrap();
    let patch = json!({"status": {
        "lastAppliedRevision": null,
        "conditions": [{
            "type": "Reconciling", "status": "True", "reason": "Progressing", "message": "Fetching manifests",
            "lastTransitionTime": map.metadata.creation_timestamp,
        }],
    }});
    fixture
        .kustomizations()
        .patch_status("apps", &PatchParams::default(), &Patch::Merge(patch))
        .await
        .unwrap();
    fixture.start();
    fixture.ready("apps", &revision).await;
    assert_eq!(told(&fixture, 2).await, [line.clone(), line]);
}
