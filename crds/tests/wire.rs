//! What the types read and write: lenient on the way in, upstream's form on the way out.
#![allow(clippy::unwrap_used)]

use crds::kustomize::{DeletionPolicy, Kustomization, SourceKind};
use crds::notification::{Alert, AlertSpec, Receiver};
use crds::source::{ExternalArtifact, GitProvider, GitRepository, GitVerificationMode};
use crds::{CustomResource, ReconcileStatus, Status, WithStatus};
use serde_json::{Value, json};

fn decode<T: CustomResource>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn round_trip<T: CustomResource>(value: &Value) -> Value {
    serde_json::to_value(decode::<T>(value.clone())).unwrap()
}

#[test]
fn an_object_reads_back_as_it_was_written() {
    let object = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": { "name": "apps", "namespace": "flux-system" },
        "spec": {
            "interval": "10m",
            "timeout": "90s",
            "prune": false,
            "sourceRef": { "kind": "GitRepository", "name": "fleet" },
            "dependsOn": [{ "name": "infra", "readyExpr": "dep.status.x == 1" }],
            "postBuild": {
                "substitute": { "a": "1" },
                "substituteFrom": [{ "kind": "ConfigMap", "name": "vars", "optional": true }],
            },
            "deletionPolicy": "Orphan",
            "kubeConfig": { "secretRef": { "name": "kc", "key": "value.yaml" } },
        },
        "status": {
            "observedGeneration": -1,
            "lastHandledReconcileAt": "now",
            "conditions": [{
                "type": "Ready", "status": "False", "reason": "BuildFailed", "message": "",
                "lastTransitionTime": "2026-01-02T03:04:05Z", "observedGeneration": 2,
            }],
            "inventory": { "entries": [{ "id": "default_web_apps_Deployment", "v": "v1" }] },
            "history": [{
                "digest": "sha256:00",
                "firstReconciled": "2026-01-02T03:04:05Z",
                "lastReconciled": "2026-01-02T03:04:05Z",
                "lastReconciledDuration": "1.234567891s",
                "lastReconciledStatus": "ReconciliationSucceeded",
                "totalReconciliations": 1,
                "metadata": { "revision": "main@sha1:00" },
            }],
        },
    });
    assert_eq!(round_trip::<Kustomization>(&object), object);
}

#[test]
fn an_object_without_a_spec_decodes_since_the_schema_does_not_require_one() {
    let object: Kustomization = decode(json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": { "name": "empty" },
    }));
    assert_eq!(object.metadata.name.as_deref(), Some("empty"));
    assert!(object.spec.interval.is_zero());
    assert_eq!(object.status.observed_generation(), 0);
}

#[test]
fn null_missing_and_empty_values_decode_to_unset() {
    let object: GitRepository = decode(json!({
        "metadata": { "name": "repo" },
        "spec": {
            "url": "https://example.com/repo.git",
            "suspend": null,
            "include": null,
            "provider": "",
            "secretRef": null,
            "timeout": null,
            "ref": { "branch": "" },
            "ignore": "",
            "unknownField": { "of": ["any", "shape"] },
        },
        "status": null,
    }));
    let spec = object.spec;
    assert!(!spec.suspend && spec.include.is_empty() && spec.timeout.is_none());
    assert_eq!(spec.provider, None);
    assert_eq!(spec.provider(), GitProvider::Generic);
    assert_eq!(spec.reference.unwrap().branch, None);
    assert_eq!(
        spec.ignore.as_deref(),
        Some(""),
        "an empty list of patterns is not an unset one"
    );
}

#[test]
fn a_value_that_the_schema_does_not_list_is_kept_and_not_an_error() {
    let object = json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {},
        "spec": {
            "interval": "1m",
            "prune": true,
            "deletionPolicy": "Later",
            "sourceRef": { "kind": "Tarball", "name": "x" },
        },
    });
    let kustomization: Kustomization = decode(object.clone());
    assert_eq!(
        kustomization.spec.deletion_policy(),
        DeletionPolicy::Other("Later".into())
    );
    assert_eq!(
        kustomization.spec.source_ref.kind,
        SourceKind::Other("Tarball".into())
    );
    assert_eq!(round_trip::<Kustomization>(&object), object);
}

#[test]
fn a_field_of_the_wrong_type_is_an_error_that_names_what_was_expected() {
    let error = serde_json::from_value::<Kustomization>(json!({
        "metadata": {}, "spec": { "prune": "yes" },
    }))
    .unwrap_err()
    .to_string();
    assert!(error.contains("expected a boolean"), "{error}");
    let error = serde_json::from_value::<Kustomization>(json!({
        "metadata": {}, "spec": { "interval": "10 minutes" },
    }))
    .unwrap_err()
    .to_string();
    assert!(
        error.contains(r#"unknown unit " minutes" in duration"#),
        "{error}"
    );
}

#[test]
fn required_fields_are_written_even_when_zero_and_others_are_not() {
    let spec = serde_json::to_value(Kustomization::default().spec).unwrap();
    assert_eq!(
        spec,
        json!({ "interval": "0s", "prune": false, "sourceRef": { "kind": "", "name": "" } })
    );
    assert_eq!(
        serde_json::to_value(GitRepository::default().status).unwrap(),
        json!({})
    );
}

#[test]
fn k2_a_fresh_status_of_minus_one_is_kept() {
    let object: GitRepository = decode(json!({ "status": { "observedGeneration": -1 } }));
    assert_eq!(object.status().observed_generation(), -1);
    let written = serde_json::to_value(&object).unwrap();
    assert_eq!(written["status"], json!({ "observedGeneration": -1 }));
}

#[test]
fn conditions_are_found_by_type_and_an_odd_status_is_unknown() {
    let object: ExternalArtifact = decode(json!({ "status": { "conditions": [
        { "type": "Ready", "status": "True" },
        { "type": "Odd", "status": "Perhaps" },
    ] } }));
    assert!(object.status.condition("Ready").unwrap().is_true());
    let odd = object.status.condition("Odd").unwrap();
    assert!(!odd.is_true() && !odd.is_false());
    assert!(object.status.condition("Stalled").is_none());
}

#[test]
fn d12_the_older_spelling_of_a_verification_mode_is_another_value() {
    let mode: GitVerificationMode = serde_json::from_value(json!("head")).unwrap();
    assert_eq!(mode, GitVerificationMode::LowerHead);
}

#[test]
fn flattened_fields_stay_beside_their_own() {
    let object = json!({
        "apiVersion": "notification.toolkit.fluxcd.io/v1",
        "kind": "Receiver",
        "metadata": {},
        "spec": {
            "type": "github",
            "resources": [{ "kind": "GitRepository", "name": "*", "filter": "res.x",
                            "matchLabels": { "a": "b" } }],
            "secretRef": { "name": "token" },
        },
    });
    assert_eq!(round_trip::<Receiver>(&object), object);
}

#[test]
fn a_kind_without_a_status_has_none_on_the_wire() {
    let written = serde_json::to_value(Alert::new("all", AlertSpec::default())).unwrap();
    assert_eq!(written["metadata"]["name"], "all");
    assert_eq!(written.get("status"), None);
    assert_eq!(
        written["apiVersion"],
        "notification.toolkit.fluxcd.io/v1beta3"
    );
}

#[test]
fn section_2_default_timeout_of_a_kustomization_is_derived_from_its_interval() {
    let timeout = |spec: Value| {
        let object: Kustomization = decode(json!({ "spec": spec }));
        object.spec.timeout().as_secs()
    };
    assert_eq!(timeout(json!({ "interval": "10m" })), 570);
    assert_eq!(timeout(json!({ "interval": "10s" })), 30);
    assert_eq!(timeout(json!({ "interval": "10m", "timeout": "2m" })), 120);
    assert_eq!(timeout(json!({ "interval": "10m", "timeout": "1s" })), 30);
}
