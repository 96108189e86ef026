//! Somebody else pushes too, and the controller is killed: no commit is lost, none is doubled.

use common::reconcile::Notice;
use serde_json::json;
use testing::git::{Fault, Gate, Stage};

use super::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_race_is_made_anew_on_the_new_head() {
    let world = World::new().await;
    let head = world.repository.rev_parse("main").unwrap();
    world.repository.set_branch("other", &head).unwrap();
    let other = world
        .repository
        .commit("other")
        .file("other.txt", "theirs\n")
        .write()
        .unwrap();
    // Whoever pushes first meets somebody who is faster, once.
    let script = format!(
        "test -e raced && exit 0\ntouch raced\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main {other}"
    );
    world.hook("pre-receive", &script);
    world.automate(json!({})).await;
    let object = world.wait_pushed(None).await;
    assert_eq!(world.repository.rev_parse("main^").unwrap(), other);
    assert_eq!(
        object.status.last_push_commit,
        Some(world.repository.rev_parse("main").unwrap())
    );
    assert_eq!(world.content("main", "other.txt"), "theirs");
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("2", "\n").trim_end()
    );
    assert_eq!(world.count("main"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_push_is_under_way_the_next_process_doubles_nothing() {
    let mut world = World::new().await;
    let gate = Gate::default();
    world
        .git
        .fail_next(Stage::Receive, Fault::Hang(gate.clone()));
    world.automate(json!({})).await;
    gate.reached().await;
    world.kill();
    // The remote takes what it was sent; nobody is there to hear of it.
    gate.open();
    world.start();
    let object = world.wait_ready().await;
    world.reconcile("settled").await;
    assert_eq!(world.count("main"), 2);
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("2", "\n").trim_end()
    );
    let hash = world.repository.rev_parse("main").unwrap();
    assert_eq!(object.status.last_push_commit.as_ref(), Some(&hash));
    let told = format!("pushed commit '{}' to branch 'main'", &hash[..7]);
    world.told(Notice::Info, &told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_push_the_next_process_makes_the_commit() {
    let mut world = World::new().await;
    world.git.fail(Stage::Receive, Fault::Disconnect);
    world.automate(json!({})).await;
    world.wait_failed("GitOperationFailed").await;
    world.kill();
    assert_eq!(world.count("main"), 1);
    world.git.recover();
    world.start();
    world.wait_pushed(None).await;
    assert_eq!(world.count("main"), 2);
}
