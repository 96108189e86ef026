//! Deletion (section 17).

use common::kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::{Fixture, condition, config_map};

/// Applies one ConfigMap, changes the spec, deletes the Kustomization, and says whether the ConfigMap is still there.
async fn stays(fixture: &Fixture, name: &str, spec: Value, later: Value) -> bool {
    let object = fixture.create(name, spec).await;
    let revision = fixture
        .publish(&[(&format!("{name}/x.yaml"), &config_map(name, "one"))])
        .await;
    drop(object);
    fixture.ready(name, &revision).await;
    fixture.patch(name, later).await;
    fixture.delete(name).await;
    fixture.gone(name).await;
    fixture.exists(name).await
}

#[tokio::test(flavor = "multi_thread")]
async fn section_17_the_policy_decides_what_is_left() {
    let fixture = Fixture::new("policies").await;
    for (name, policy, prune, expected) in [
        ("mirror", json!(null), true, false),
        ("keep", json!("MirrorPrune"), false, true),
        ("delete", json!("Delete"), false, false),
        ("terminate", json!("WaitForTermination"), false, false),
        ("orphan", json!("Orphan"), true, true),
    ] {
        let spec = json!({"path": name, "prune": prune, "deletionPolicy": policy});
        assert_eq!(
            stays(&fixture, name, spec, json!({})).await,
            expected,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn k17_1_a_suspended_one_leaves_everything() {
    let fixture = Fixture::new("suspendel").await;
    assert!(
        stays(
            &fixture,
            "apps",
            json!({"path": "apps"}),
            json!({"suspend": true})
        )
        .await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k17_1_what_carries_an_opt_out_or_other_labels_stays() {
    let fixture = Fixture::new("keepers").await;
    let files = ["a", "b", "c"].map(|name| (format!("{name}.yaml"), config_map(name, "one")));
    let revision = fixture.publish(&files).await;
    fixture.create("apps", json!({})).await;
    fixture.ready("apps", &revision).await;
    let edit = async |name: &str, metadata: Value| {
        let patch = Patch::Merge(json!({ "metadata": metadata }));
        fixture
            .config_maps()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    };
    edit(
        "a",
        json!({"annotations": {"kustomize.toolkit.fluxcd.io/prune": "disabled"}}),
    )
    .await;
    edit(
        "b",
        json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "somebody-else"}}),
    )
    .await;
    fixture.delete("apps").await;
    fixture.gone("apps").await;
    assert!(fixture.exists("a").await);
    assert!(fixture.exists("b").await);
    assert!(!fixture.exists("c").await);
    let ns = &fixture.namespace;
    let event = fixture
        .event("apps", "ReconciliationSucceeded", " deleted")
        .await;
    let lines: Vec<&str> = event["message"].as_str().unwrap().lines().collect();
    assert!(
        lines.contains(&format!("ConfigMap/{ns}/c deleted").as_str()),
        "{lines:?}"
    );
    assert!(
        lines.contains(&format!("ConfigMap/{ns}/a skipped").as_str()),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k17_2_an_account_that_is_gone_does_not_hold_up_the_deletion() {
    let fixture = Fixture::new("goneaccount").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({})).await;
    fixture.ready("apps", &revision).await;
    fixture
        .patch(
            "apps",
            json!({"serviceAccountName": "gone", "suspend": false}),
        )
        .await;
    fixture.delete("apps").await;
    fixture.gone("apps").await;
    assert!(fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_ends_the_wait_for_health() {
    let fixture = Fixture::new("delwait").await;
    fixture.publish_map("a", "one").await;
    let check = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "never", "namespace": fixture.namespace}]);
    fixture
        .create("apps", json!({"healthChecks": check, "timeout": "10m"}))
        .await;
    fixture
        .wait("apps", "waiting for health", |object| {
            condition(object, "Healthy").is_some_and(|healthy| healthy.0 == "Unknown")
        })
        .await;
    fixture.delete("apps").await;
    fixture.gone("apps").await;
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k17_2_a_missing_kubeconfig_keeps_the_object() {
    let fixture = Fixture::new("remote").await;
    fixture
        .create(
            "apps",
            json!({"kubeConfig": {"secretRef": {"name": "kubeconfig"}}}),
        )
        .await;
    fixture.failed("apps", "ArtifactFailed").await;
    let inventory = json!({"inventory": {"entries": [{"id": "ns_a__ConfigMap", "v": "v1"}]}});
    let patch = Patch::Merge(json!({ "status": inventory }));
    fixture
        .kustomizations()
        .patch_status("apps", &PatchParams::default(), &patch)
        .await
        .unwrap();
    fixture.delete("apps").await;
    fixture
        .event(
            "apps",
            "ReconciliationFailed",
            "unable to read KubeConfig secret",
        )
        .await;
    let object = fixture.kustomizations().get("apps").await.unwrap();
    assert_eq!(
        object.metadata.finalizers.as_deref().unwrap_or_default(),
        ["finalizers.fluxcd.io"]
    );
    // The way out.
    fixture
        .patch("apps", json!({"deletionPolicy": "Orphan"}))
        .await;
    fixture.gone("apps").await;
}
