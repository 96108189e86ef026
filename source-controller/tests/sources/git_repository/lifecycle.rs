//! Suspension, deletion, restart (R2, R3, K6).

use serde_json::json;
use testing::git::{Fault, Gate, Stage};

use super::world::{PATIENCE, World, is};

#[tokio::test(flavor = "multi_thread")]
async fn r3_suspended_objects_fetch_nothing_but_are_observed() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await;
    world.change("r", json!({ "suspend": true })).await;
    world
        .wait("r", "observed", |o| o.status.observed_generation == 2)
        .await;
    world.git.forget_requests();
    world.commit(&[("a", "2")]);
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
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let artifact = world.wait_ready("r").await.status.artifact.unwrap();
    world.change("r", json!({ "suspend": true })).await;
    world
        .wait("r", "observed", |o| o.status.observed_generation == 2)
        .await;
    let series = format!("name=\"r\",namespace=\"{}\"", world.namespace);
    assert!(world.metrics().contains(&series), "{}", world.metrics());
    world.delete("r").await;
    world.wait_gone("r").await;
    assert!(!world.file(&artifact).parent().unwrap().exists());
    assert!(testing::http::get(&artifact.url).await.unwrap().status == 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_a_fetch_and_the_next_process_finishes_it() {
    let mut world = World::new().await;
    world.commit(&[("a", "1")]);
    let gate = Gate::default();
    world
        .git
        .fail_next(Stage::Upload, Fault::Hang(gate.clone()));
    world.create("r", json!({ "timeout": "10m" })).await;
    gate.reached().await;
    tokio::time::timeout(PATIENCE, world.stop()).await.unwrap();
    gate.open();
    world.start().await;
    world.wait_ready("r").await;
}

/// A repository whose fetch hangs, and would for ten minutes.
async fn hanging(world: &World) -> Gate {
    world.commit(&[("a", "1")]);
    let gate = Gate::default();
    world
        .git
        .fail_next(Stage::Upload, Fault::Hang(gate.clone()));
    world.create("r", json!({ "timeout": "10m" })).await;
    gate.reached().await;
    gate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_ends_a_fetch() {
    let world = World::new().await;
    let gate = hanging(&world).await;
    world.delete("r").await;
    world.wait_gone("r").await;
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_spec_ends_a_fetch_that_is_out_of_date() {
    let world = World::new().await;
    let gate = hanging(&world).await;
    let commit = world.repository.commit("next").file("a", "2").write();
    let next = format!("next@sha1:{}", commit.unwrap());
    world
        .change("r", json!({ "ref": { "branch": "next" } }))
        .await;
    let ready = world.wait_ready("r").await;
    assert_eq!(ready.status.artifact.unwrap().revision, next);
    gate.open();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_lets_a_fetch_end_and_is_answered_by_the_next_pass() {
    let world = World::new().await;
    let gate = hanging(&world).await;
    let asked = world.git.requests().len();
    let request =
        json!({ "metadata": { "annotations": { "reconcile.fluxcd.io/requestedAt": "now" } } });
    world.merge("r", request).await;
    // Changes are heard of in their order: by now the request has been, too.
    world.create("later", json!({ "suspend": true })).await;
    world
        .wait("later", "looked at", |o| o.metadata.finalizers.is_some())
        .await;
    assert_eq!(world.git.requests().len(), asked, "nobody began anew");
    gate.open();
    world
        .wait("r", "answered", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("now")
                && object.status.artifact.is_some()
        })
        .await;
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
