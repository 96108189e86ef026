//! What a new process finds, and what it makes of nothing (R5, R6, R13, L7).

use crds::image::{ImagePolicy, ImageRepository};
use serde_json::json;
use testing::registry::Options;

use crate::world::World;

const POLICY: &str = r#"{"policy": {"semver": {"range": "*"}}}"#;

#[tokio::test]
async fn r5_tags_survive_a_restart_and_nothing_is_scanned() {
    let mut world = World::new().await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    assert_eq!(world.scans("app"), 1);
    world.stop().await;
    world.start();
    let policy = serde_json::from_str(POLICY).unwrap();
    world.policy("policy", policy).await;
    world.wait_tag("policy", "1.0.0").await;
    assert_eq!(world.scans("app"), 1);
}

#[tokio::test]
async fn r6_l7_an_empty_database_is_filled_again() {
    let mut world = World::new().await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    let policy = serde_json::from_str(POLICY).unwrap();
    world.policy("policy", policy).await;
    world.wait_tag("policy", "1.0.0").await;
    world.stop().await;
    std::fs::remove_dir_all(world.storage.path().join("tags")).unwrap();
    world.start();
    // Whatever is asked for first, the policy ends well.
    let object: ImagePolicy = world.reconcile("policy", "1").await;
    assert_eq!(object.status.latest_ref.unwrap().tag, "1.0.0");
    world.wait_ready::<ImageRepository>("app").await;
    assert_eq!(world.scans("app"), 2);
}

#[tokio::test]
async fn r12_l7_an_image_without_tags_leaves_policies_waiting() {
    let world = World::new().await;
    world.push("app", &["x.sig"], "a").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    let policy = serde_json::from_str(POLICY).unwrap();
    world.policy("policy", policy).await;
    let (_, message) = world
        .wait_failed::<ImagePolicy>("policy", "DependencyNotReady")
        .await;
    assert_eq!(message, "retrying in 1s error: no tags in database");
    world.push("app", &["1.0.0"], "a").await;
    world.reconcile::<ImageRepository>("app", "1").await;
    world.wait_tag("policy", "1.0.0").await;
}

#[tokio::test]
async fn r9_r13_with_flux_storage_tags_go_with_their_object() {
    let gate = ["--feature-gates=FluxStorage=true"];
    let world = World::with(Options::default(), &gate).await;
    world.push("app", &["b", "a"], "a").await;
    world.repository("app", json!({})).await;
    let object: ImageRepository = world.wait_ready("app").await;
    let revision = object.status.last_scan_result.unwrap().revision;
    assert_eq!(
        revision,
        "sha256:aea8a04c2f293417e499bf5de2def8ebb1ed40264d128a67180ea56fbe4600ff"
    );
    let files = || {
        let folder = world.storage.path().join("tags");
        std::fs::read_dir(folder).unwrap().count()
    };
    assert_eq!(files(), 1);
    world.delete::<ImageRepository>("app").await;
    assert_eq!(files(), 0);
}
