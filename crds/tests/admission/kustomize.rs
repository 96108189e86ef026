//! Group `kustomize.toolkit.fluxcd.io`.

use crds::kustomize::Kustomization;
use serde_json::json;

use crate::check::Kind;

#[tokio::test]
async fn section_2_kustomization() {
    let kind = Kind::new::<Kustomization>(json!({
        "interval": "10m", "prune": true, "sourceRef": { "kind": "GitRepository", "name": "x" },
    }))
    .await;
    kind.requires(&["interval", "prune", "sourceRef"]).await;
    kind.stores(
        "defaults",
        json!({}),
        json!({ "force": false, "deletionPolicy": null }),
    )
    .await;
    let from = json!({ "postBuild": { "substituteFrom": [{ "kind": "Secret", "name": "x" }] } });
    let stored = json!({ "postBuild": { "substituteFrom": [
        { "kind": "Secret", "name": "x", "optional": false }] } });
    kind.stores("optional", from, stored).await;
    let long = "a".repeat(201);
    kind.admits(&[
        (
            "every source",
            json!({ "sourceRef": { "kind": "ExternalArtifact", "apiVersion": "x" } }),
        ),
        ("policy", json!({ "deletionPolicy": "WaitForTermination" })),
        (
            "other cluster",
            json!({ "kubeConfig": { "secretRef": { "name": "x" } } }),
        ),
        (
            "cloud cluster",
            json!({ "kubeConfig": { "configMapRef": { "name": "x" } } }),
        ),
        (
            "metadata",
            json!({ "buildMetadata": ["originAnnotations", "transformerAnnotations"] }),
        ),
        (
            "check",
            json!({ "healthChecks": [{ "kind": "Deployment", "name": "x" }] }),
        ),
        (
            "strategy",
            json!({ "postBuild": { "substituteStrategy": "Always" } }),
        ),
        (
            "patch",
            json!({ "patches": [{ "patch": "x", "target": { "kind": ".*" } }] }),
        ),
        (
            "ignore",
            json!({ "ignore": [{ "paths": ["/spec/replicas"] }] }),
        ),
    ])
    .await;
    let one = "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be \
               specified";
    kind.refuses(&[
        (
            "source",
            json!({ "sourceRef": { "kind": "HelmRepository" } }),
            "spec.sourceRef.kind: Unsupported value",
        ),
        (
            "policy",
            json!({ "deletionPolicy": "Keep" }),
            "Unsupported value: \"Keep\"",
        ),
        ("no cluster", json!({ "kubeConfig": {} }), one),
        (
            "two clusters",
            json!({ "kubeConfig": { "secretRef": { "name": "x" },
            "configMapRef": { "name": "x" } } }),
            one,
        ),
        (
            "namespace",
            json!({ "targetNamespace": "" }),
            "should be at least 1 chars long",
        ),
        (
            "long namespace",
            json!({ "targetNamespace": "a".repeat(64) }),
            "Too long",
        ),
        (
            "prefix",
            json!({ "namePrefix": long }),
            "Too long: may not be more than 200",
        ),
        (
            "suffix",
            json!({ "nameSuffix": "" }),
            "should be at least 1 chars long",
        ),
        (
            "metadata",
            json!({ "buildMetadata": ["all"] }),
            "spec.buildMetadata[0]: Unsupported",
        ),
        (
            "decryption",
            json!({ "decryption": { "provider": "age" } }),
            "Unsupported value: \"age\"",
        ),
        (
            "variables",
            json!({ "postBuild": { "substituteFrom": [{ "kind": "Pod", "name": "x" }] } }),
            "postBuild.substituteFrom[0].kind: Unsupported value",
        ),
        (
            "strategy",
            json!({ "postBuild": { "substituteStrategy": "Never" } }),
            "Unsupported value",
        ),
        (
            "check without a kind",
            json!({ "healthChecks": [{ "name": "x" }] }),
            "spec.healthChecks[0].kind: Required value",
        ),
        (
            "check without an expression",
            json!({ "healthCheckExprs": [{ "apiVersion": "v1" }] }),
            "spec.healthCheckExprs[0].current: Required value",
        ),
        (
            "patch of nothing",
            json!({ "patches": [{}] }),
            "spec.patches[0].patch: Required value",
        ),
        (
            "image without a name",
            json!({ "images": [{ "newTag": "x" }] }),
            "spec.images[0].name: Required value",
        ),
        (
            "retry",
            json!({ "retryInterval": "soon" }),
            "spec.retryInterval in body should match",
        ),
        (
            "prune",
            json!({ "prune": "yes" }),
            "must be of type boolean",
        ),
    ])
    .await;
}
