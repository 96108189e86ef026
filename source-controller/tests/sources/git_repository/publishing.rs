//! A revision becomes an artifact: status, file, address, events.

use artifact::archive::{self, Limits};
use artifact::{Algorithm, Digest};
use common::reconcile::Notice;
use serde_json::json;
use testing::http;

use super::world::{World, find, is, says};

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_published_served_and_told() {
    let world = World::new().await;
    let long = "Add the application that this is all about, and what belongs to it";
    let commit = world
        .repository
        .commit("main")
        .file("app.yaml", "a: 1\n")
        .executable("run", "x")
        .message(long)
        .write()
        .unwrap();
    world.create("r", json!({})).await;
    let object = world.wait_ready("r").await;

    let artifact = object.status.artifact.clone().unwrap();
    assert_eq!(artifact.revision, format!("main@sha1:{commit}"));
    assert_eq!(
        artifact.path,
        format!("gitrepository/{}/r/{commit}.tar.gz", world.namespace)
    );
    let stored = format!("stored artifact for revision 'main@sha1:{commit}'");
    for kind in ["ArtifactInStorage", "Ready"] {
        assert_eq!(
            says(&object, kind),
            ("Succeeded".to_owned(), stored.clone()),
            "{kind}"
        );
    }
    let kinds: Vec<_> = object
        .status
        .conditions
        .iter()
        .map(|c| c.r#type.clone())
        .collect();
    assert_eq!(kinds, ["Ready", "ArtifactInStorage"]);
    assert_eq!(
        object.metadata.finalizers.unwrap(),
        ["finalizers.fluxcd.io"]
    );

    let response = http::get(&artifact.url).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(
        artifact.size,
        Some(i64::try_from(response.body.len()).unwrap())
    );
    let digest = Digest::parse(&artifact.digest).unwrap();
    assert_eq!(Algorithm::Sha256.digest(&response.body), digest);
    let unpacked = testing::Dir::new("unpacked").unwrap();
    archive::extract(
        response.body.as_slice(),
        unpacked.path(),
        Some(&digest),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(
        std::fs::read_to_string(unpacked.path().join("app.yaml")).unwrap(),
        "a: 1\n"
    );

    let event = world
        .told_that("a new artifact", |event| event.reason == "NewArtifact")
        .await;
    assert_eq!(event.notice, Notice::Info);
    assert_eq!(
        event.message,
        "stored artifact for commit 'Add the application that this is all about, and wh...'"
    );
    let metadata = |key: &str| {
        event
            .metadata
            .get(&format!("source.toolkit.fluxcd.io/{key}"))
            .cloned()
    };
    assert_eq!(metadata("revision"), Some(artifact.revision));
    assert_eq!(metadata("digest"), Some(artifact.digest));
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_a_new_commit_replaces_the_artifact_and_the_old_file_stays() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let old = world.wait_ready("r").await.status.artifact.unwrap();
    let commit = world.commit(&[("a", "2")]);
    let object = world.reconcile("r", "1").await;
    let new = object.status.artifact.clone().unwrap();
    assert_eq!(new.revision, format!("main@sha1:{commit}"));
    assert_ne!(new.digest, old.digest);
    assert!(is(&object, "Ready", "True") && find(&object, "ArtifactOutdated").is_none());
    assert!(
        world.file(&old).exists(),
        "consumers may still fetch it (T5)"
    );
    world
        .told_that("a second artifact", |event| {
            event.reason == "NewArtifact"
                && event.metadata.values().any(|value| *value == new.digest)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_an_unchanged_remote_costs_a_listing_and_moves_nothing_but_the_request() {
    let world = World::new().await;
    let commit = world.commit(&[("a", "1")]);
    let message =
        format!("no changes since last reconciliation: observed revision 'main@sha1:{commit}'");
    world.create("r", json!({})).await;
    world.wait_ready("r").await;
    let before = world.reconcile("r", "0").await;
    world
        .told("GitOperationSucceeded", Notice::Trace, &message)
        .await;
    world.settled().await;
    world.forget_events();
    world.git.forget_requests();
    let api_requests = world.api_requests();
    let after = world.reconcile("r", "1").await;
    world
        .told("GitOperationSucceeded", Notice::Trace, &message)
        .await;
    world.settled().await;
    assert_eq!(
        world.api_requests() - api_requests,
        2,
        "what progresses, and what came of it"
    );
    assert_eq!(
        world.git.requests().len(),
        2,
        "capabilities and the list of references"
    );
    assert_eq!(after.status.artifact, before.status.artifact);
    assert_eq!(after.status.conditions, before.status.conditions);
    assert!(
        !world
            .events()
            .iter()
            .any(|(reason, ..)| reason == "NewArtifact")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_passes_at_the_interval_write_nothing_while_nothing_changes() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({ "interval": "50ms" })).await;
    let before = world.wait_ready("r").await;
    let passes = |world: &World| {
        world
            .events()
            .iter()
            .filter(|(reason, ..)| reason == "GitOperationSucceeded")
            .count()
    };
    // The pass that follows the first one starts from a settled object.
    world
        .told_that("a pass without news", |event| {
            event.reason == "GitOperationSucceeded"
        })
        .await;
    let (api_requests, passed) = (world.api_requests(), passes(&world));
    world.git.forget_requests();
    world
        .wait_events("ten passes", |all| all.len() >= passed + 10)
        .await;
    let at_least = passes(&world) - passed;
    let listed = world.git.requests().len();
    let at_most = passes(&world) - passed;
    assert_eq!(
        world.api_requests(),
        api_requests,
        "neither status nor Secret"
    );
    assert!(
        (2 * at_least - 4..=2 * at_most + 4).contains(&listed),
        "two requests for each of {at_least} to {at_most} passes, give or take those at the ends: {listed}"
    );
    let after = world.api().get("r").await.unwrap();
    assert_eq!(
        after.metadata.resource_version,
        before.metadata.resource_version
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g11_commit_and_semver_are_not_fetched_again_either() {
    let world = World::new().await;
    let commit = world.commit(&[("a", "1")]);
    world.repository.tag("v1.0.0", &commit).unwrap();
    for (name, reference, revision) in [
        (
            "pinned",
            json!({ "commit": commit }),
            format!("sha1:{commit}"),
        ),
        (
            "range",
            json!({ "semver": "1.x" }),
            format!("v1.0.0@sha1:{commit}"),
        ),
    ] {
        world.create(name, json!({ "ref": reference })).await;
        let before = world.wait_ready(name).await;
        assert_eq!(before.status.artifact.as_ref().unwrap().revision, revision);
        world.git.forget_requests();
        world.forget_events();
        let after = world.reconcile(name, "1").await;
        assert_eq!(world.git.requests().len(), 2);
        assert_eq!(after.status.artifact, before.status.artifact);
        let message = format!("artifact up-to-date with remote revision: '{revision}'");
        world
            .told("ArtifactUpToDate", Notice::Trace, &message)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_ignore_rules_shape_the_artifact_and_their_change_rebuilds_it() {
    let world = World::new().await;
    world.commit(&[("a.yaml", "1"), ("logo.png", "2"), ("docs/b.md", "3")]);
    world.create("r", json!({})).await;
    let first = world.wait_ready("r").await.status.artifact.unwrap();
    assert_eq!(world.files(&first), ["a.yaml", "docs/b.md"]);
    world.change("r", json!({ "ignore": "/docs\n" })).await;
    let object = world.wait_ready("r").await;
    assert_eq!(object.status.observed_ignore.as_deref(), Some("/docs\n"));
    let second = object.status.artifact.unwrap();
    assert_eq!(world.files(&second), ["a.yaml", "logo.png"]);
    assert_eq!(second.revision, first.revision);
    assert_ne!(second.digest, first.digest, "same path, other bytes (T6)");
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_an_ignore_file_may_be_a_link_in_the_repository() {
    let world = World::new().await;
    let commit = world.repository.commit("main");
    commit
        .symlink(".sourceignore", "shared/rules")
        .file("shared/rules", "*.md\n")
        .file("a.md", "1")
        .file("b.yaml", "2")
        .write()
        .unwrap();
    world.create("r", json!({})).await;
    let artifact = world.wait_ready("r").await.status.artifact.unwrap();
    assert_eq!(world.files(&artifact), ["b.yaml", "shared/rules"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_controllers_publish_the_same_digest() {
    let mut digests = Vec::new();
    for _ in 0..2 {
        let world = World::new().await;
        world
            .repository
            .commit("main")
            .file("b/c", "1")
            .executable("a", "2")
            .symlink("l", "a")
            .write()
            .unwrap();
        world.create("r", json!({})).await;
        digests.push(world.wait_ready("r").await.status.artifact.unwrap().digest);
    }
    assert_eq!(digests[0], digests[1]);
}
