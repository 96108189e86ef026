//! Suspension, deletion, restart (R2, R3, K6).

use common::kube::api::DeleteParams;
use serde_json::json;
use testing::git::{Fault, Gate, Stage};

use super::world::{World, is};

#[tokio::test(flavor = "multi_thread")]
async fn r3_suspended_objects_fetch_nothing_but_are_observed() {
    let world = World::new().await;
    world
        .repository
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await;
    world.change("r", json!({ "suspend": true })).await;
    world
        .wait("r", "observed", |o| o.status.observed_generation == 2)
        .await;
    world.git.forget_requests();
    world
        .repository
        .commit("main")
        .file("a", "2")
        .write()
        .unwrap();
    let after = world.reconcile("r", "1").await;
    assert!(world.git.requests().is_empty());
    assert_eq!(after.status.artifact, before.status.artifact);
    world.change("r", json!({ "suspend": false })).await;
    let resumed = world.wait_ready("r").await;
    assert_ne!(resumed.status.artifact, before.status.artifact);
}

#[tokio::test(flavor = "multi_thread")]
async fn r2_deletion_removes_files_finalizer_and_series_even_when_suspended() {
    let world = World::new().await;
    world
        .repository
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    world.create("r", json!({})).await;
    let artifact = world.wait_ready("r").await.status.artifact.unwrap();
    world.change("r", json!({ "suspend": true })).await;
    world
        .wait("r", "observed", |o| o.status.observed_generation == 2)
        .await;
    let series = format!("name=\"r\",namespace=\"{}\"", world.namespace);
    assert!(world.metrics().contains(&series), "{}", world.metrics());
    world
        .api()
        .delete("r", &DeleteParams::default())
        .await
        .unwrap();
    world.wait_gone("r").await;
    assert!(!world.file(&artifact).parent().unwrap().exists());
    assert!(testing::http::get(&artifact.url).await.unwrap().status == 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_a_fetch_and_the_next_process_finishes_it() {
    let mut world = World::new().await;
    world
        .repository
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    let gate = Gate::default();
    world
        .git
        .fail_next(Stage::Upload, Fault::Hang(gate.clone()));
    world.create("r", json!({ "timeout": "60s" })).await;
    gate.reached().await;
    let started = std::time::Instant::now();
    world.stop().await;
    assert!(
        started.elapsed() < std::time::Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    gate.open();
    world.start().await;
    world.wait_ready("r").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_answered_whatever_comes_of_it() {
    let mut world = World::new().await;
    world.create("r", json!({})).await;
    world.wait_failed("r", "EmptyGitRepository").await;
    world.git.close().await;
    let object = world.reconcile("r", "now").await;
    assert!(is(&object, "Ready", "False"));
}
