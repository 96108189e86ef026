//! Order between Kustomizations (section 18).

use common::kube::api::{Patch, PatchParams};
use serde_json::json;

use crate::support::{Fixture, condition, config_map};

fn link(index: usize) -> (String, String) {
    (
        format!("app-{index}/x.yaml"),
        config_map(&format!("app-{index}"), "one"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_ten_follows_every_revision_in_order_without_waiting_for_a_timer() {
    // The delay is longer than anybody waits here: it is events that wake.
    let fixture = Fixture::with_flags("chain", &["--requeue-dependency=1h"]).await;
    let links: Vec<(String, String)> = (0..10).map(link).collect();
    for index in 0..10 {
        let mut spec = json!({"path": format!("app-{index}"), "wait": true});
        if index > 0 {
            spec["dependsOn"] = json!([{"name": format!("app-{}", index - 1)}]);
        }
        fixture.create(&format!("app-{index}"), spec).await;
    }
    let first = fixture.publish(&links).await;
    fixture.ready("app-9", &first).await;
    // More revisions, with all links there: nobody may run ahead of its dependency, and nobody sleeps.
    for value in ["two", "three"] {
        let changed: Vec<(String, String)> = links
            .iter()
            .map(|(path, text)| (path.clone(), text.replace("one", value)))
            .collect();
        let revision = fixture.publish(&changed).await;
        fixture.ready("app-9", &revision).await;
        for index in 0..10 {
            let name = format!("app-{index}");
            assert_eq!(fixture.value(&name, "key").await.as_deref(), Some(value));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn k18_3_a_missing_dependency_is_named_and_wakes_who_waits_once_it_is_there() {
    let fixture = Fixture::with_flags("missing", &["--requeue-dependency=1h"]).await;
    let revision = fixture.publish(&[link(0), link(1)]).await;
    fixture
        .create(
            "app-1",
            json!({"path": "app-1", "dependsOn": [{"name": "app-0"}]}),
        )
        .await;
    let (_, message) = fixture.failed("app-1", "DependencyNotReady").await;
    assert_eq!(
        message,
        format!(
            "dependency '{}/app-0' not found: kustomizations.kustomize.toolkit.fluxcd.io \"app-0\" not found",
            fixture.namespace
        )
    );
    fixture
        .event(
            "app-1",
            "DependencyNotReady",
            "Dependencies do not meet ready condition, retrying in 1h0m0s",
        )
        .await;
    // The delay is longer than anybody waits here: it is the event that wakes.
    fixture.create("app-0", json!({"path": "app-0"})).await;
    fixture.ready("app-1", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k18_5_a_cycle_never_becomes_ready_and_stops_nobody() {
    let fixture = Fixture::new("cycle").await;
    fixture
        .create(
            "app-0",
            json!({"path": "app-0", "dependsOn": [{"name": "app-1"}]}),
        )
        .await;
    fixture
        .create(
            "app-1",
            json!({"path": "app-1", "dependsOn": [{"name": "app-0"}]}),
        )
        .await;
    fixture.create("app-2", json!({"path": "app-2"})).await;
    let links = [link(0), link(1), link(2)];
    let revision = fixture.publish(&links).await;
    fixture.ready("app-2", &revision).await;
    for name in ["app-0", "app-1"] {
        let (_, message) = fixture.failed(name, "DependencyNotReady").await;
        assert!(message.ends_with("is not ready"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn k18_4_a_ready_expression_decides_and_is_asked_again_when_the_dependency_changes() {
    let fixture = Fixture::new("readyexpr").await;
    let links = [link(0), link(1)];
    let revision = fixture.publish(&links).await;
    fixture.create("app-0", json!({"path": "app-0"})).await;
    fixture.ready("app-0", &revision).await;
    let expression = "dep.metadata.?labels['stage'].orValue('') == self.spec.path";
    fixture
        .create(
            "app-1",
            json!({"path": "app-1", "dependsOn": [{"name": "app-0", "readyExpr": expression}]}),
        )
        .await;
    let (_, message) = fixture.failed("app-1", "DependencyNotReady").await;
    assert!(
        message.ends_with("/app-0' is not ready according to readyExpr eval"),
        "{message}"
    );
    let label = Patch::Merge(json!({"metadata": {"labels": {"stage": "app-1"}}}));
    fixture
        .kustomizations()
        .patch("app-0", &PatchParams::default(), &label)
        .await
        .unwrap();
    fixture.ready("app-1", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k18_4_a_ready_expression_that_is_no_boolean_stalls() {
    let fixture = Fixture::new("badexpr").await;
    let links = [link(0), link(1)];
    let revision = fixture.publish(&links).await;
    fixture.create("app-0", json!({"path": "app-0"})).await;
    fixture.ready("app-0", &revision).await;
    let dependency = json!([{"name": "app-0", "readyExpr": "dep.status.conditions"}]);
    fixture
        .create("app-1", json!({"path": "app-1", "dependsOn": dependency}))
        .await;
    let (object, message) = fixture.failed("app-1", "InvalidCELExpression").await;
    assert_eq!(
        message,
        "Reconciliation failed terminally due to configuration error: terminal error: failed to evaluate dependency app-0: CEL \
         expression output type mismatch: expected bool, got dyn"
    );
    assert_eq!(
        condition(&object, "Stalled").unwrap().1,
        "InvalidCELExpression"
    );
}
