//! The status subresource: initial status, and what is refused in it.

use crds::kustomize::Kustomization;
use crds::meta::{Artifact, Condition, ConditionStatus};
use crds::notification::Alert;
use crds::source::{ExternalArtifact, GitRepository};
use crds::{CustomResource, ReconcileStatus, Status, WithStatus};
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use testing::ControlPlane;

async fn api<K: CustomResource>() -> Api<K> {
    let plane = ControlPlane::shared().await;
    let namespace = plane.namespace("status").await;
    Api::namespaced(plane.client().await, &namespace)
}

async fn create<K: CustomResource + std::fmt::Debug>(api: &Api<K>, spec: Value) -> K {
    let object = serde_json::from_value(json!({ "metadata": { "name": "one" }, "spec": spec }));
    api.create(&PostParams::default(), &object.unwrap())
        .await
        .unwrap()
}

async fn patch_status<K: CustomResource + std::fmt::Debug>(
    api: &Api<K>,
    status: Value,
) -> Result<K, kube::Error> {
    let patch = Patch::Merge(json!({ "status": status }));
    api.patch_status("one", &PatchParams::default(), &patch)
        .await
}

fn condition(fields: &Value) -> Value {
    let mut condition = json!({
        "type": "Ready", "status": "True", "reason": "Succeeded", "message": "",
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    });
    crate::check::merge(&mut condition, fields);
    json!({ "conditions": [condition] })
}

#[tokio::test]
async fn k2_a_new_object_is_unobserved() {
    let git = api::<GitRepository>().await;
    let git = create(&git, json!({ "url": "https://x", "interval": "1m" })).await;
    assert_eq!(git.status().observed_generation(), -1);
    let external = api::<ExternalArtifact>().await;
    let external = create(&external, json!({})).await;
    assert_eq!(
        external.status,
        crds::source::ExternalArtifactStatus::default()
    );
}

#[tokio::test]
async fn k4_an_artifact_is_checked_and_reads_back() {
    let api = api::<ExternalArtifact>().await;
    create(&api, json!({})).await;
    let artifact = Artifact {
        path: "gitrepository/a/b/c.tar.gz".into(),
        url: "http://x/gitrepository/a/b/c.tar.gz".into(),
        revision: "main@sha1:00".into(),
        digest: "sha256:00".into(),
        last_update_time: "2026-01-02T03:04:05Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .into(),
        size: Some(1),
        metadata: [(
            "org.opencontainers.image.revision".to_owned(),
            "x".to_owned(),
        )]
        .into(),
    };
    let stored = patch_status(&api, json!({ "artifact": artifact }))
        .await
        .unwrap();
    assert_eq!(stored.status.artifact.as_ref(), Some(&artifact));
    assert_eq!(artifact.origin_revision(), Some("x"));

    let error = patch_status(&api, json!({ "artifact": { "digest": "00" } }))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("status.artifact.digest: Invalid value"),
        "{error}"
    );
    let error = patch_status(&api, json!({ "artifact": { "digest": null } }))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("status.artifact.digest: Required value"),
        "{error}"
    );
}

#[tokio::test]
async fn conditions_are_checked_and_read_back() {
    let api = api::<Kustomization>().await;
    let source = json!({ "kind": "Bucket", "name": "x" });
    create(
        &api,
        json!({ "interval": "1m", "prune": true, "sourceRef": source }),
    )
    .await;
    let ours = Condition {
        r#type: "Ready".into(),
        status: ConditionStatus::Unknown,
        observed_generation: 1,
        last_transition_time: "2026-01-02T03:04:05Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .into(),
        reason: "Progressing".into(),
        message: "a".repeat(32_768),
    };
    let stored = patch_status(&api, json!({ "conditions": [ours] }))
        .await
        .unwrap();
    assert_eq!(stored.status.conditions(), [ours]);
    for (fields, words) in [
        (
            json!({ "message": "a".repeat(32_769) }),
            "may not be more than 32768",
        ),
        (json!({ "reason": "" }), "conditions[0].reason"),
        (
            json!({ "reason": "two words" }),
            "conditions[0].reason in body should match",
        ),
        (
            json!({ "status": "true" }),
            "conditions[0].status: Unsupported value",
        ),
        (
            json!({ "type": "-" }),
            "conditions[0].type in body should match",
        ),
        (
            json!({ "observedGeneration": -1 }),
            "greater than or equal to 0",
        ),
        (json!({ "lastTransitionTime": "now" }), "lastTransitionTime"),
        (
            json!({ "lastTransitionTime": null }),
            "lastTransitionTime: Required value",
        ),
    ] {
        let error = patch_status(&api, condition(&fields))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn a_kind_without_a_status_has_no_subresource() {
    let api = api::<Alert>().await;
    create(
        &api,
        json!({ "providerRef": { "name": "x" }, "eventSources": [] }),
    )
    .await;
    let error = patch_status(&api, json!({})).await.unwrap_err();
    assert!(
        matches!(&error, kube::Error::Api(status) if status.code == 404),
        "{error}"
    );
}
