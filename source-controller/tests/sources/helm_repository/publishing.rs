//! From an index to an artifact.

use artifact::Algorithm;
use common::reconcile::Notice;
use crds::source::{HelmRepository, HelmRepositoryStatus};
use serde_json::json;

use super::world::{INDEX, World};
use crate::plane::{is, says};

#[tokio::test]
async fn e5_h3_an_index_is_published_as_json_served_and_told() {
    let world = World::new().await;
    world.create("charts", json!({})).await;
    let object = world.wait_ready("charts").await;
    let revision = Algorithm::Sha256.digest(INDEX.as_bytes()).to_string();
    let hex = revision.strip_prefix("sha256:").unwrap();
    let stored = (
        "Succeeded".to_owned(),
        format!("stored artifact: revision '{revision}'"),
    );
    assert_eq!(says(&object, "Ready"), stored);
    assert_eq!(says(&object, "ArtifactInStorage"), stored);

    let artifact = object.status.artifact.clone().unwrap();
    let home = format!("helmrepository/{}/charts", world.namespace);
    assert_eq!(artifact.revision, revision);
    assert_eq!(artifact.path, format!("{home}/index-{hex}.yaml"));
    let bytes = std::fs::read(world.file(&artifact)).unwrap();
    assert_eq!(
        artifact.digest,
        Algorithm::Sha256.digest(&bytes).to_string()
    );
    assert_ne!(
        artifact.digest, revision,
        "the revision is of the raw bytes"
    );
    let index: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(index["entries"]["app"][0]["version"], "1.10.0");

    let url = object.status.url.unwrap();
    assert!(url.ends_with(&format!("/{home}/index.yaml")), "{url}");
    assert_eq!(testing::http::get(&url).await.unwrap().body, bytes);

    let asked = &world.files.asked()[0];
    assert_eq!(asked.path, "/charts/index.yaml");
    assert!(asked.user_agent.as_ref().unwrap().starts_with("Helm/"));
    let message = format!(
        "stored fetched index of size {}B from '{}/charts'",
        bytes.len(),
        world.files.url()
    );
    world.told("NewArtifact", Notice::Info, &message).await;
}

#[tokio::test]
async fn r6_e6_an_unchanged_index_is_no_news_and_a_new_one_is() {
    let world = World::new().await;
    world.create("charts", json!({})).await;
    let before = world.wait_ready("charts").await.status.artifact.unwrap();
    world.forget_events();
    let object = world.reconcile("charts", "1").await;
    assert_eq!(object.status.artifact.as_ref(), Some(&before));
    let message = format!(
        "artifact up-to-date with remote revision: '{}'",
        before.revision
    );
    world
        .told("ArtifactUpToDate", Notice::Trace, &message)
        .await;
    assert_eq!(world.events().len(), 1);

    let more = format!("{INDEX}  new:\n  - {{name: new, version: 1.0.0, urls: [n]}}\n");
    world.files.put("/charts/index.yaml", more);
    let object = world.reconcile("charts", "2").await;
    let after = object.status.artifact.clone().unwrap();
    assert_ne!(after.revision, before.revision);
    assert!(is(&object, "Ready", "True"));
    assert!(world.file(&before).exists(), "it outlives its replacement");
}

#[tokio::test]
async fn h1_a_repository_of_type_oci_is_data_alone() {
    let world = World::new().await;
    world
        .create(
            "static",
            json!({ "type": "oci", "url": "oci://h.test/charts" }),
        )
        .await;
    let object = world
        .wait("static", "without status", |object: &HelmRepository| {
            object.status == HelmRepositoryStatus::default()
        })
        .await;
    assert!(object.metadata.finalizers.unwrap_or_default().is_empty());

    world.create("turned", json!({})).await;
    let artifact = world.wait_ready("turned").await.status.artifact.unwrap();
    world
        .change(
            "turned",
            json!({ "type": "oci", "url": "oci://h.test/charts" }),
        )
        .await;
    let object = world
        .wait("turned", "without status", |object: &HelmRepository| {
            object.status == HelmRepositoryStatus::default()
                && object
                    .metadata
                    .finalizers
                    .as_ref()
                    .is_none_or(Vec::is_empty)
        })
        .await;
    assert!(object.status.conditions.is_empty());
    assert!(!world.file(&artifact).parent().unwrap().exists());

    // Turned back, it works again.
    let url = format!("{}/charts", world.files.url());
    world
        .change("turned", json!({ "type": "default", "url": url }))
        .await;
    world.wait_ready("turned").await;
}
