//! What is wrong gives its condition, leaves the cluster as it was, and holds nobody else up.

use artifact::Algorithm;
use serde_json::json;

use crate::support::{Fixture, condition, config_map, tarball};

#[tokio::test(flavor = "multi_thread")]
async fn bad_yaml_names_file_and_line_and_changes_nothing() {
    let fixture = Fixture::new("badyaml").await;
    let first = fixture
        .publish(&[("apps/a.yaml", &config_map("a", "one"))])
        .await;
    fixture.create("apps", json!({"path": "apps"})).await;
    fixture.ready("apps", &first).await;
    let broken = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n data: {\n";
    let second = fixture
        .publish(&[
            ("apps/a.yaml", config_map("a", "two").as_str()),
            ("apps/z/broken.yaml", broken),
        ])
        .await;
    let (object, message) = fixture.failed("apps", "BuildFailed").await;
    assert!(
        message.contains("apps/z/broken.yaml") && message.contains("line 5"),
        "{message}"
    );
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("one"));
    assert_eq!(object.status.last_applied_revision.as_ref(), Some(&first));
    assert_eq!(
        object.status.last_attempted_revision.as_ref(),
        Some(&second)
    );
    assert_eq!(object.status.inventory.unwrap().entries.len(), 1);
    assert_eq!(
        condition(
            &fixture.failed("apps", "BuildFailed").await.0,
            "Reconciling"
        )
        .unwrap()
        .1,
        "ProgressingWithRetry"
    );
    let event = fixture.event("apps", "BuildFailed", "broken.yaml").await;
    assert_eq!(event["severity"], "error");
    // A good revision ends it.
    let third = fixture
        .publish(&[("apps/a.yaml", &config_map("a", "three"))])
        .await;
    fixture.ready("apps", &third).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_without_a_name_is_refused_with_its_file() {
    let fixture = Fixture::new("noname").await;
    fixture
        .publish(&[("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n")])
        .await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "BuildFailed").await;
    assert_eq!(
        message,
        "failed to decode Kubernetes YAML from a.yaml: missing metadata.name in object of kind ConfigMap (document 1)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k24_5_a_refused_object_leaves_its_whole_stage_untouched() {
    let fixture = Fixture::new("refused").await;
    let bad =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: bad\nspec:\n  ports: [{port: 99999}]\n";
    fixture
        .publish(&[("a.yaml", config_map("a", "one").as_str()), ("z.yaml", bad)])
        .await;
    fixture.create("apps", json!({})).await;
    let (object, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let start = format!(
        "Service/{}/bad dry-run failed (Invalid): ",
        fixture.namespace
    );
    assert!(message.starts_with(&start), "{message}");
    assert!(!fixture.exists("a").await);
    assert_eq!(object.status.inventory, None);
    assert_eq!(
        object.status.history[0].last_reconciled_status,
        "ReconciliationFailed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_the_source_is_missing_until_it_is_there() {
    let fixture = Fixture::new("nosource").await;
    fixture
        .create(
            "apps",
            json!({"sourceRef": {"kind": "GitRepository", "name": "later"}}),
        )
        .await;
    let (object, message) = fixture.failed("apps", "ArtifactFailed").await;
    assert_eq!(
        message,
        r#"GitRepository.source.toolkit.fluxcd.io "later" not found"#
    );
    // K3.1
    assert_eq!(object.status.observed_generation, -1);
    fixture.source("later").await;
    let (bytes, digest) = tarball(&[("a.yaml", &config_map("a", "one"))]);
    let revision = fixture.publish_bytes("later", bytes, &digest).await;
    fixture.ready("apps", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_a_source_that_has_published_nothing_is_waited_for() {
    let fixture = Fixture::new("unpublished").await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ArtifactFailed").await;
    assert_eq!(message, "Source artifact not found, retrying in 30s");
    let revision = fixture.publish_map("a", "one").await;
    fixture.ready("apps", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_an_artifact_that_is_not_served() {
    let fixture = Fixture::new("lost").await;
    let (bytes, digest) = tarball(&[("a.yaml", &config_map("a", "one"))]);
    fixture.publish_bytes("repo", bytes, &digest).await;
    fixture.lose_files();
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ArtifactFailed").await;
    assert_eq!(
        message,
        "Source is not ready, artifact not found, retrying in 30s"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_there_is_no_place_to_unpack_the_artifact() {
    let fixture = Fixture::new("disk").await;
    fixture.publish_map("a", "one").await;
    fixture.lose_disk();
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "DirCreationFailed").await;
    assert!(message.starts_with("artifact cache: "), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_an_account_for_decryption_needs_its_gate() {
    let fixture = Fixture::new("gate").await;
    let decryption = json!({"provider": "sops", "serviceAccountName": "keys"});
    fixture
        .create("apps", json!({ "decryption": decryption }))
        .await;
    let (object, message) = fixture.failed("apps", "FeatureGateDisabled").await;
    assert!(
        message.contains("ObjectLevelWorkloadIdentity feature gate"),
        "{message}"
    );
    assert_eq!(condition(&object, "Stalled").unwrap().0, "True");
}

#[tokio::test(flavor = "multi_thread")]
async fn k9_2_an_artifact_with_another_digest_is_not_used() {
    let fixture = Fixture::new("digest").await;
    let (bytes, _) = tarball(&[("a.yaml", &config_map("a", "one"))]);
    let wrong = Algorithm::Sha256.digest(b"something else").to_string();
    fixture.publish_bytes("repo", bytes, &wrong).await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ArtifactFailed").await;
    assert_eq!(
        message,
        format!("failed to verify archive: computed digest doesn't match provided '{wrong}'")
    );
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_the_path_is_not_there() {
    let fixture = Fixture::new("path").await;
    fixture.publish_map("a", "one").await;
    fixture
        .create("apps", json!({"path": "./clusters/prod"}))
        .await;
    let (object, message) = fixture.failed("apps", "ArtifactFailed").await;
    assert_eq!(
        message,
        "kustomization path not found: stat clusters/prod: no such file or directory"
    );
    assert_eq!(object.status.last_attempted_revision, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_expressions_that_cannot_be_used_stall() {
    let fixture = Fixture::new("cel").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture
        .create("apps", json!({"healthCheckExprs": [{"apiVersion": "v1", "kind": "ConfigMap", "current": "data."}]}))
        .await;
    let (object, message) = fixture.failed("apps", "InvalidCELExpression").await;
    assert!(
        message.starts_with("Reconciliation failed terminally due to configuration error: "),
        "{message}"
    );
    assert_eq!(condition(&object, "Stalled").unwrap().0, "True");
    assert_eq!(
        Some(object.status.observed_generation),
        object.metadata.generation
    );
    // Another spec is another chance.
    fixture
        .patch("apps", json!({"healthCheckExprs": null}))
        .await;
    let object = fixture.ready("apps", &revision).await;
    assert_eq!(condition(&object, "Stalled"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn k12_9_encrypted_secrets_do_not_reach_the_cluster() {
    let fixture = Fixture::new("sops").await;
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  a: ENC[x]\nsops:\n  mac: ENC[y]\n";
    fixture
        .publish(&[
            ("a.yaml", config_map("a", "one").as_str()),
            ("s.yaml", secret),
        ])
        .await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let subject = format!("Secret/{}/s", fixture.namespace);
    assert_eq!(
        message,
        format!(
            "{subject} is SOPS encrypted, configuring decryption is required for this secret to be reconciled"
        )
    );
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_supported_yet_says_so_and_applies_nothing() {
    let fixture = Fixture::new("unsupported").await;
    fixture.publish_map("a", "one").await;
    fixture
        .create("sops", json!({"decryption": {"provider": "sops"}}))
        .await;
    fixture
        .create(
            "remote",
            json!({"kubeConfig": {"configMapRef": {"name": "cluster"}}}),
        )
        .await;
    let (_, message) = fixture.failed("sops", "BuildFailed").await;
    assert!(
        message.starts_with("spec.decryption is not supported"),
        "{message}"
    );
    let (_, message) = fixture.failed("remote", "ReconciliationFailed").await;
    assert!(
        message.starts_with("spec.kubeConfig.configMapRef is not supported"),
        "{message}"
    );
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_object_holds_up_no_other() {
    let fixture = Fixture::with_flags("others", &["--concurrent=1"]).await;
    fixture.create("a-bad", json!({"path": "missing"})).await;
    fixture
        .create(
            "b-bad",
            json!({"sourceRef": {"kind": "Bucket", "name": "none"}}),
        )
        .await;
    fixture.create("c-good", json!({"path": "good"})).await;
    let revision = fixture
        .publish(&[("good/a.yaml", &config_map("a", "one"))])
        .await;
    fixture.ready("c-good", &revision).await;
    fixture.failed("a-bad", "ArtifactFailed").await;
    fixture.failed("b-bad", "ArtifactFailed").await;
}
