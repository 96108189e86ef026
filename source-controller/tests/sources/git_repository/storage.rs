//! Self-healing of the storage, its addresses, and garbage (R5, S8).

use std::time::Duration;

use artifact::store::Retention;
use common::reconcile::Notice;
use serde_json::json;

use super::world::{World, is};

#[tokio::test(flavor = "multi_thread")]
async fn r5_a_file_that_was_changed_is_told_removed_and_built_anew() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await.status.artifact.unwrap();
    std::fs::write(world.file(&before), "tampered").unwrap();
    let after = world.reconcile("r", "1").await;
    assert!(is(&after, "Ready", "True"));
    let after = after.status.artifact.unwrap();
    assert_eq!(
        (&after.digest, &after.revision),
        (&before.digest, &before.revision)
    );
    world
        .told_that("a failed verification", |event| {
            event.reason == "ArtifactVerificationFailed"
                && event.notice == Notice::Error
                && event
                    .message
                    .starts_with("failed to verify integrity of artifact: computed digest")
        })
        .await;
    let response = testing::http::get(&after.url).await.unwrap();
    assert_eq!(
        artifact::Algorithm::Sha256
            .digest(&response.body)
            .to_string(),
        before.digest
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r5_a_file_that_is_gone_is_built_anew_after_a_restart_too() {
    let mut world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await.status.artifact.unwrap();
    std::fs::remove_file(world.file(&before)).unwrap();
    world.reconcile("r", "1").await;
    assert!(world.file(&before).exists());

    world.stop().await;
    std::fs::write(world.file(&before), "changed while nobody looked").unwrap();
    world.start().await;
    world
        .wait("r", "built anew", |object| {
            object
                .status
                .artifact
                .as_ref()
                .is_some_and(|artifact| artifact.url != before.url)
        })
        .await;
    let bytes = std::fs::read(world.file(&before)).unwrap();
    assert_eq!(
        artifact::Algorithm::Sha256.digest(&bytes).to_string(),
        before.digest
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn r5_the_address_follows_the_server_without_a_new_artifact() {
    let mut world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await.status.artifact.unwrap();
    world.stop().await;
    world.start().await;
    let object = world
        .wait("r", "found under the new address", |object| {
            object
                .status
                .artifact
                .as_ref()
                .is_some_and(|artifact| artifact.url != before.url)
        })
        .await;
    let after = object.status.artifact.unwrap();
    assert_eq!(after.last_update_time, before.last_update_time);
    assert_eq!(testing::http::get(&after.url).await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_old_artifacts_are_collected_by_later_passes() {
    let mut world = World::new().await;
    world.stop().await;
    world.options.retention = Retention {
        ttl: Duration::from_mins(10),
        records: 2,
    };
    world.start().await;
    let mut artifacts = Vec::new();
    world.commit(&[("a", "0")]);
    world.create("r", json!({})).await;
    artifacts.push(world.wait_ready("r").await.status.artifact.unwrap());
    for round in 1..4 {
        world.commit(&[("a", round.to_string())]);
        artifacts.push(
            world
                .reconcile("r", &round.to_string())
                .await
                .status
                .artifact
                .unwrap(),
        );
    }
    let exists: Vec<_> = artifacts
        .iter()
        .map(|artifact| world.file(artifact).exists())
        .collect();
    assert_eq!(
        exists,
        [false, true, true, true],
        "the last pass replaced one after collecting"
    );
    world.reconcile("r", "last").await;
    let exists: Vec<_> = artifacts
        .iter()
        .map(|artifact| world.file(artifact).exists())
        .collect();
    assert_eq!(exists, [false, false, true, true]);
    world
        .told(
            "GarbageCollectionSucceeded",
            Notice::Trace,
            "garbage collected 1 artifacts",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_path_of_somebody_else_is_not_touched() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("victim", json!({})).await;
    let theirs = world.wait_ready("victim").await.status.artifact.unwrap();
    world.create("r", json!({})).await;
    world.wait_ready("r").await;
    let forged =
        json!({ "status": { "artifact": { "path": theirs.path, "digest": "sha256:00" } } });
    world.patch_status("r", forged).await;
    let object = world.reconcile("r", "1").await;
    assert!(object.status.artifact.unwrap().path.contains("/r/"));
    assert!(world.file(&theirs).exists());
}
