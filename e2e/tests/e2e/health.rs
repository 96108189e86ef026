//! Waiting until what was applied works.

use e2e::Scenario;
use e2e::manifests::{config_map, deployment};
use serde_json::json;

#[tokio::test]
async fn wait_reports_healthy_when_everything_is_and_names_what_is_not() {
    let story = Scenario::new("wait").await;
    let revision = story.push(&[
        ("well/d.yaml", Some(&deployment("well", 0))),
        ("ill/d.yaml", Some(&deployment("ill", 1))),
    ]);
    story.source().await;
    story.unit("well", "./well", json!({ "wait": true })).await;
    story
        .unit("ill", "./ill", json!({ "wait": true, "timeout": "5s" }))
        .await;
    story.ready("Kustomization", "well", &revision).await;
    let message = story
        .condition("Kustomization", "well", ("Healthy", "True", "Succeeded"))
        .await;
    assert!(message.starts_with("Health check passed in "), "{message}");

    let message = story
        .condition(
            "Kustomization",
            "ill",
            ("Ready", "False", "HealthCheckFailed"),
        )
        .await;
    let ill = format!(
        "timeout waiting for: [Deployment/{}/ill status: 'InProgress']",
        story.namespace
    );
    assert!(message.contains(&ill), "{message}");
    let unit = story.get("Kustomization", "ill").await.unwrap();
    assert_eq!(
        unit.data["status"]["history"][0]["lastReconciledStatus"],
        "HealthCheckFailed"
    );
    assert!(unit.data["status"]["lastAppliedRevision"].is_null());
}

#[tokio::test]
async fn a_fix_that_is_pushed_during_the_wait_is_applied_at_once() {
    let story = Scenario::new("fix").await;
    let first = story.push(&[("app/d.yaml", Some(&deployment("app", 1)))]);
    story.source().await;
    story
        .unit("app", "./app", json!({ "wait": true, "timeout": "50m" }))
        .await;
    story
        .wait("Kustomization", "app", "waiting for health", |object| {
            let waiting = |c: &serde_json::Value| {
                c["type"] == "Reconciling"
                    && c["message"]
                        .as_str()
                        .is_some_and(|m| m.starts_with("Running health checks"))
            };
            object["status"]["lastAttemptedRevision"] == first
                && e2e::scenario::conditions(object).any(waiting)
        })
        .await;
    let second = story.push(&[("app/d.yaml", Some(&deployment("app", 0)))]);
    story.sync("fix").await;
    story.ready("Kustomization", "app", &second).await;
}

#[tokio::test]
async fn listed_health_checks_wait_for_objects_that_the_unit_does_not_own() {
    let story = Scenario::new("listed").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("app", "k", "v")))]);
    story.source().await;
    let check = json!([{ "apiVersion": "apps/v1", "kind": "Deployment", "name": "other", "namespace": story.namespace }]);
    story
        .unit("app", "./app", json!({ "healthChecks": check }))
        .await;
    story.wait("ConfigMap", "app", "applied", |_| true).await;
    let other = serde_json::json!({
        "replicas": 0, "selector": { "matchLabels": { "app": "other" } },
        "template": {
            "metadata": { "labels": { "app": "other" } },
            "spec": { "containers": [{ "name": "main", "image": "example/other:1" }] },
        },
    });
    story.create("Deployment", "other", other).await;
    story.ready("Kustomization", "app", &revision).await;
}
