//! Waiting for health (section 16). Nothing runs pods here, so a Deployment stays in progress.

use common::kube::api::PostParams;
use serde_json::json;

use crate::support::{Fixture, condition};

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 1\n  selector:\n    \
                          matchLabels: {app: app}\n  template:\n    metadata:\n      labels: {app: app}\n    spec:\n      \
                          containers: [{name: app, image: app}]\n";

#[tokio::test(flavor = "multi_thread")]
async fn section_16_a_passed_check_is_reported() {
    let fixture = Fixture::new("healthy").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({"wait": true})).await;
    let object = fixture.ready("apps", &revision).await;
    let healthy = condition(&object, "Healthy").unwrap();
    assert_eq!(
        (healthy.0.as_str(), healthy.1.as_str()),
        ("True", "Succeeded")
    );
    assert!(
        healthy.2.starts_with("Health check passed in "),
        "{}",
        healthy.2
    );
    fixture
        .event("apps", "Progressing", "Health check passed in ")
        .await;
    // Without checks there is no such condition.
    fixture.patch("apps", json!({"wait": false})).await;
    let object = fixture.ready("apps", &revision).await;
    assert_eq!(condition(&object, "Healthy"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn k16_3_what_does_not_become_healthy_in_time_is_named() {
    let fixture = Fixture::new("timeout").await;
    let revision = fixture.publish(&[("app.yaml", DEPLOYMENT)]).await;
    fixture
        .create("apps", json!({"wait": true, "timeout": "5s"}))
        .await;
    let (object, message) = fixture.failed("apps", "HealthCheckFailed").await;
    let waited = format!(
        "timeout waiting for: [Deployment/{}/app status: 'InProgress']",
        fixture.namespace
    );
    assert!(
        message.starts_with("health check failed after ") && message.ends_with(&waited),
        "{message}"
    );
    let healthy = condition(&object, "Healthy").unwrap();
    assert_eq!(
        (healthy.0.as_str(), healthy.1.as_str(), healthy.2.as_str()),
        ("False", "HealthCheckFailed", waited.as_str())
    );
    assert_eq!(object.status.last_applied_revision, None);
    assert_eq!(object.status.last_attempted_revision, Some(revision));
    assert_eq!(
        object.status.history[0].last_reconciled_status,
        "HealthCheckFailed"
    );
    // What was applied is in the inventory all the same.
    assert_eq!(object.status.inventory.unwrap().entries.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn k16_10_a_new_revision_ends_the_wait() {
    let fixture = Fixture::with_flags("cancel", &["--concurrent=1"]).await;
    let first = fixture.publish(&[("app.yaml", DEPLOYMENT)]).await;
    fixture
        .create("apps", json!({"wait": true, "timeout": "10m"}))
        .await;
    fixture
        .wait("apps", "waiting for health", |object| {
            condition(object, "Healthy")
                .is_some_and(|healthy| healthy.0 == "Unknown" && healthy.2.contains(&first))
        })
        .await;
    // The wait holds no worker.
    fixture.create("other", json!({"path": "none"})).await;
    fixture.failed("other", "ArtifactFailed").await;
    let second = fixture.publish_map("a", "one").await;
    fixture.ready("apps", &second).await;
    let cause = format!(
        "New reconciliation triggered by GitRepository/{}/repo",
        fixture.namespace
    );
    let canceled = format!("Health checks canceled due to n{}", &cause[1..]);
    fixture
        .event("apps", "HealthCheckCanceled", &canceled)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k16_10_a_change_of_the_spec_ends_the_wait() {
    let fixture = Fixture::new("respec").await;
    let revision = fixture.publish(&[("app.yaml", DEPLOYMENT)]).await;
    fixture
        .create("apps", json!({"wait": true, "timeout": "10m"}))
        .await;
    fixture
        .wait("apps", "waiting for health", |object| {
            condition(object, "Healthy").is_some_and(|healthy| healthy.0 == "Unknown")
        })
        .await;
    fixture.patch("apps", json!({"wait": false})).await;
    fixture.ready("apps", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k16_1_listed_checks_may_be_about_objects_of_others() {
    let fixture = Fixture::new("listed").await;
    let revision = fixture.publish_map("a", "one").await;
    let check = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "later", "namespace": fixture.namespace}]);
    fixture
        .create("apps", json!({"healthChecks": check, "timeout": "10m"}))
        .await;
    fixture
        .config_map("a", "applied", |map| map.is_some())
        .await;
    let later = serde_json::from_value(json!({"metadata": {"name": "later"}})).unwrap();
    fixture
        .config_maps()
        .create(&PostParams::default(), &later)
        .await
        .unwrap();
    fixture.ready("apps", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k16_7_expressions_replace_the_rules_of_a_kind() {
    let fixture = Fixture::new("exprs").await;
    fixture.publish_map("a", "broken").await;
    let rules = json!([{
        "apiVersion": "v1", "kind": "ConfigMap", "failed": "data.key == 'broken'", "current": "data.key == 'fine'",
    }]);
    fixture
        .create(
            "apps",
            json!({"wait": true, "timeout": "10m", "healthCheckExprs": rules}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "HealthCheckFailed").await;
    let failed = format!(
        "failed early due to stalled resources: [ConfigMap/{}/a status: 'Failed']",
        fixture.namespace
    );
    assert!(message.ends_with(&failed), "{message}");
    let second = fixture.publish_map("a", "fine").await;
    fixture.ready("apps", &second).await;
}
