//! Fields of the spec that cannot be done (sections 2, 12, 13, 16, 18, 19).

use common::k8s_openapi::api::core::v1::Secret;
use common::kube::Api;
use common::kube::api::PostParams;
use serde_json::{Value, json};

use crate::support::{Fixture, config_map};
use crate::table::{End, row, run};

const BUILD: &str = "BuildFailed";
const APPLY: &str = "ReconciliationFailed";

fn patch(patch: &str, target: Value) -> Value {
    json!({ "patches": [{ "patch": patch, "target": target }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn k2_1_k10_6_transformations_that_cannot_be_done() {
    let fixture = Fixture::new("bad-transform").await;
    let add = r#"[{"op": "add", "path": "/data/x", "value": "y"}]"#;
    let maps = json!({ "kind": "ConfigMap" });
    let rows = vec![
        row("patch-target-regex")
            .spec(patch(add, json!({ "kind": "(" })))
            .fails(BUILD, "kustomize build failed: error parsing regexp: unclosed group: `^(?:()$`"),
        row("patch-target-labels")
            .spec(patch(add, json!({ "labelSelector": "a b c" })))
            .fails(BUILD, "kustomize build failed: …a b c…"),
        row("patch-no-yaml")
            .spec(patch("a: [", maps.clone()))
            .fails(BUILD, "kustomize build failed: …as a JSON patch: error converting YAML to JSON: yaml: line 1: did not find expected node content"),
        row("patch-empty")
            .spec(patch("", maps.clone()))
            .fails(BUILD, "kustomize build failed: trouble configuring builtin PatchTransformer: must specify one of patch and path in a patch"),
        row("patch-unknown-op")
            .spec(patch("- op: nope\n  path: /data/key", maps.clone()))
            .fails(BUILD, "kustomize build failed: …nope…"),
        row("patch-missing-path")
            .spec(patch("- op: remove\n  path: /data/none", maps.clone()))
            .fails(BUILD, "kustomize build failed: …/data/none…"),
        row("patch-no-match")
            .spec(json!({ "patches": [{ "patch": config_map("nobody", "x") }] }))
            .fails(BUILD, "kustomize build failed: …no matches for Id ConfigMap.v1.[noGrp]/nobody.[noNs]…"),
        row("component-absolute")
            .spec(json!({ "components": ["/etc"] }))
            .fails(BUILD, "component path '/etc' must be local and relative"),
        row("component-remote")
            .spec(json!({ "components": ["https://example.com/c"] }))
            .fails(BUILD, "component path 'https://example.com/c' must be local and relative"),
        row("component-missing")
            .spec(json!({ "components": ["nowhere"] }))
            .fails(BUILD, "kustomize build failed: …nowhere…"),
        row("name-prefix")
            .spec(json!({ "namePrefix": "Bad_" }))
            .fails(APPLY, "ConfigMap/{ns}/Bad_name-prefix dry-run failed (Invalid): …metadata.name: Invalid value…"),
        row("target-namespace-missing")
            .spec(json!({ "targetNamespace": "nowhere" }))
            .fails(APPLY, "ConfigMap/nowhere/target-namespace-missing not found: namespaces \"nowhere\" not found"),
        row("target-namespace-no-name")
            .spec(json!({ "targetNamespace": "No/Name" }))
            .fails(APPLY, "ConfigMap/No/Name/target-namespace-no-name not found: the server could not find the requested resource"),
        row("common-label")
            .spec(json!({ "commonMetadata": { "labels": { "a": "b c" } } }))
            .fails(APPLY, "ConfigMap/{ns}/common-label dry-run failed (Invalid): …metadata.labels: Invalid value…"),
        row("ignore-target-regex")
            .spec(json!({ "ignore": [{ "paths": ["/data/key"], "target": { "kind": "(" } }] }))
            .fails(APPLY, "…invalid kind regex: …"),
        row("path-escapes")
            .spec(json!({ "path": "../../../etc" }))
            .fails("ArtifactFailed", "kustomization path not found: stat etc: no such file or directory"),
        row("path-is-a-file")
            .spec(json!({ "path": "./witness.yaml" }))
            .fails(BUILD, "failed to read witness.yaml: Not a directory (os error 20)"),
        row("path-with-nul")
            .spec(json!({ "path": "a\u{0}b" }))
            .fails("ArtifactFailed", "kustomization path not found: stat …"),
    ];
    run(&fixture, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_variables_and_k12_decryption_that_cannot_be_done() {
    let fixture = Fixture::new("bad-variables").await;
    let text = |value: &str| config_map("x", value);
    let set = |value: Value| json!({ "postBuild": { "substitute": value } });
    let from = |kind: &str| json!({ "postBuild": { "substituteFrom": [{ "kind": kind, "name": "nowhere" }] } });
    let unset = "post build failed for 'ConfigMap.v1.[noGrp]/x': envsubst error: variable substitution failed: ";
    let rows = vec![
        row("variable-name")
            .spec(set(json!({ "not-a-name": "1" })))
            .fails(BUILD, "…envsubst error: 'not-a-name' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'"),
        row("variable-unset")
            .file("x.yaml", text("${missing}"))
            .spec(set(json!({ "a": "1" })))
            .fails(BUILD, &format!("{unset}variable not set (strict mode): \"missing\"…")),
        row("variable-open")
            .file("x.yaml", text("${a"))
            .spec(set(json!({ "a": "1" })))
            .fails(BUILD, &format!("{unset}missing closing brace…")),
        row("variable-dash")
            .file("x.yaml", text("${a-b}"))
            .spec(set(json!({ "a": "1" })))
            .fails(BUILD, &format!("{unset}missing closing brace…")),
        row("variable-breaks-yaml")
            .file("x.yaml", text("${a}"))
            .spec(set(json!({ "a": "[" })))
            .fails(BUILD, "post build failed for 'ConfigMap.v1.[noGrp]/x': envsubst error: YAMLToJSON: …"),
        row("variables-no-config-map")
            .spec(from("ConfigMap"))
            .fails(BUILD, "…substitute from 'ConfigMap/nowhere' error: configmaps \"nowhere\" not found"),
        row("variables-no-secret")
            .spec(from("Secret"))
            .fails(BUILD, "…substitute from 'Secret/nowhere' error: secrets \"nowhere\" not found"),
        row("decryption-account")
            .spec(json!({ "decryption": { "provider": "sops", "serviceAccountName": "keys" } }))
            .ends(End::Stall)
            .fails("FeatureGateDisabled", "to use spec.decryption.serviceAccountName for decryption authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller"),
    ];
    run(&fixture, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k18_k16_dependencies_and_checks_that_cannot_be_met() {
    let fixture = Fixture::new("bad-waits").await;
    let on = |reference: Value| json!({ "dependsOn": [reference] });
    let expressions = |checks: Value| json!({ "healthCheckExprs": checks });
    let terminal = "Reconciliation failed terminally due to configuration error: ";
    let map =
        |current: &str| json!({ "apiVersion": "v1", "kind": "ConfigMap", "current": current });
    let rows = vec![
        row("dependency-missing")
            .spec(on(json!({ "name": "nobody" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "dependency '{ns}/nobody' not found: kustomizations.kustomize.toolkit.fluxcd.io \"nobody\" not found"),
        row("dependency-on-itself")
            .spec(on(json!({ "name": "dependency-on-itself" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "dependency '{ns}/dependency-on-itself' is not ready"),
        row("dependency-cycle-a")
            .spec(on(json!({ "name": "dependency-cycle-b" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "dependency '{ns}/dependency-cycle-b' …"),
        row("dependency-cycle-b")
            .spec(on(json!({ "name": "dependency-cycle-a" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "dependency '{ns}/dependency-cycle-a' is not ready"),
        row("dependency-no-name")
            .spec(on(json!({ "name": "no name/status" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "dependency '{ns}/no name/status' not found: …"),
        row("ready-expression-syntax")
            .spec(on(json!({ "name": "neighbour", "readyExpr": "dep." })))
            .ends(End::Stall)
            .fails("InvalidCELExpression", &format!("{terminal}…neighbour…")),
        row("ready-expression-type")
            .spec(on(json!({ "name": "neighbour", "readyExpr": "dep.status.x" })))
            .ends(End::Stall)
            .fails("InvalidCELExpression", &format!("{terminal}…neighbour…")),
        row("ready-expression-fails")
            .spec(on(json!({ "name": "neighbour", "readyExpr": "dep.status.nothing == 1" })))
            .ends(End::Wait)
            .fails("DependencyNotReady", "…nothing…"),
        row("health-expression-syntax")
            .spec(expressions(json!([map("data.")])))
            .ends(End::Stall)
            .fails("InvalidCELExpression", &format!("{terminal}…")),
        row("health-expression-twice")
            .spec(expressions(json!([map("true"), map("false")])))
            .ends(End::Stall)
            .fails("InvalidCELExpression", &format!("{terminal}…duplicate…")),
        row("health-expression-fails")
            .spec(expressions(json!([map("data.nothing == 1")])))
            .spec(json!({ "wait": true }))
            .ends(End::Applied)
            .fails("HealthCheckFailed", "health check failed after 3…s: timeout waiting for: [ConfigMap/{ns}/health-expression-fails status: 'Unknown'…]"),
        row("health-kind-unknown")
            .spec(json!({ "healthChecks": [{ "apiVersion": "example.com/v1", "kind": "Widget", "name": "w", "namespace": "default" }] }))
            .ends(End::Applied)
            .fails("HealthCheckFailed", "health check failed after 3…s: timeout waiting for: [Widget/default/w status: 'Unknown': no matches for kind \"Widget\" in group \"example.com\"]"),
        row("health-without-namespace")
            .spec(json!({ "healthChecks": [{ "kind": "Deployment", "name": "w" }] }))
            .ends(End::Applied)
            .fails("HealthCheckFailed", "health check failed after …resource Deployment.apps w is namespace scoped, but namespace is not set"),
        row("health-object-missing")
            .spec(json!({ "healthChecks": [{ "kind": "Deployment", "name": "w", "namespace": "default" }] }))
            .ends(End::Applied)
            .fails("HealthCheckFailed", "health check failed after 3…s: timeout waiting for: [Deployment/default/w status: 'NotFound']"),
    ];
    run(&fixture, rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k19_section_4_sources_identities_and_clusters_that_cannot_be_used() {
    let fixture = Fixture::with_flags("bad-identity", &["--no-cross-namespace-refs"]).await;
    let unreachable = "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
        contexts: [{name: c, context: {cluster: k, user: u}}]\n\
        clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
        users: [{name: u, user: {token: hush-hush}}]\n";
    let no_authority = unreachable.replace(
        "server:",
        "certificate-authority-data: aHVzaC1odXNo, server:",
    );
    for (name, data) in [
        ("cluster-no-key", json!({ "other": unreachable })),
        ("cluster-no-yaml", json!({ "value": "hush-hush: [" })),
        (
            "cluster-no-context",
            json!({ "value": "apiVersion: v1\nkind: Config\n" }),
        ),
        ("cluster-unreachable", json!({ "value": unreachable })),
        ("cluster-authority", json!({ "value": no_authority })),
    ] {
        let secret = json!({ "metadata": { "name": name }, "stringData": data });
        let secret: Secret = serde_json::from_value(secret).unwrap();
        let secrets: Api<Secret> = Api::namespaced(fixture.client.clone(), &fixture.namespace);
        secrets
            .create(&PostParams::default(), &secret)
            .await
            .unwrap();
    }
    let cluster = |name: &str| json!({ "kubeConfig": { "secretRef": { "name": name } } });
    let git = |name: &str| json!({ "kind": "GitRepository", "name": name });
    let rows = vec![
        row("source-missing")
            .source(git("nobody"))
            .ends(End::Quiet)
            .fails("ArtifactFailed", "GitRepository.source.toolkit.fluxcd.io \"nobody\" not found"),
        row("source-kind-missing")
            .source(json!({ "kind": "Bucket", "name": "nobody" }))
            .ends(End::Quiet)
            .fails("ArtifactFailed", "Bucket.source.toolkit.fluxcd.io \"nobody\" not found"),
        row("source-no-name")
            .source(git("repo/status"))
            .ends(End::Quiet)
            .fails("ArtifactFailed", "GitRepository.source.toolkit.fluxcd.io \"repo/status\" not found"),
        row("source-elsewhere")
            .source(json!({ "kind": "GitRepository", "name": "repo", "namespace": "default" }))
            .ends(End::Stall)
            .fails("AccessDenied", "can't access 'GitRepository/default/repo', cross-namespace references have been blocked"),
        row("source-gate")
            .source(json!({ "kind": "ExternalArtifact", "name": "x" }))
            .ends(End::Stall)
            .fails("AccessDenied", "can't access 'ExternalArtifact/{ns}/x', ExternalArtifact feature gate is disabled"),
        row("account-missing")
            .spec(json!({ "serviceAccountName": "nobody" }))
            .fails(APPLY, "ConfigMap/{ns}/account-missing …is forbidden: User \"system:serviceaccount:{ns}:nobody\" …"),
        row("account-no-name")
            .spec(json!({ "serviceAccountName": "default:x" }))
            .fails(APPLY, "…can't impersonate service account \"default:x\": expected the name of a ServiceAccount"),
        row("cluster-missing")
            .spec(cluster("nobody"))
            .fails(APPLY, "…unable to read KubeConfig secret '{ns}/nobody' error: …secrets \"nobody\" not found"),
        row("cluster-no-key")
            .spec(cluster("cluster-no-key"))
            .fails(APPLY, "…KubeConfig secret '{ns}/cluster-no-key' does not contain a 'value' key with data"),
        row("cluster-no-yaml")
            .spec(cluster("cluster-no-yaml"))
            .fails(APPLY, "…failed to load KubeConfig from secret '{ns}/cluster-no-yaml': it is no kubeconfig"),
        row("cluster-no-context")
            .spec(cluster("cluster-no-context"))
            .fails(APPLY, "…failed to load KubeConfig from secret '{ns}/cluster-no-context': failed to determine current context"),
        row("cluster-authority")
            .spec(cluster("cluster-authority"))
            .fails(APPLY, "ConfigMap/{ns}/cluster-authority dry-run failed: …(Connect)…"),
        row("cluster-unreachable")
            .spec(cluster("cluster-unreachable"))
            .fails(APPLY, "ConfigMap/{ns}/cluster-unreachable dry-run failed: …(Connect)…"),
        row("cluster-of-a-config-map")
            .spec(json!({ "kubeConfig": { "configMapRef": { "name": "x" } } }))
            .fails(APPLY, "…spec.kubeConfig.configMapRef is not supported: …"),
    ];
    run(&fixture, rows).await;
    for name in [
        "cluster-no-yaml",
        "cluster-authority",
        "cluster-unreachable",
    ] {
        let (object, _) = fixture.failed(name, APPLY).await;
        let status = serde_json::to_string(&object.status).unwrap();
        assert!(!status.contains("hush"), "{status}");
    }
}
