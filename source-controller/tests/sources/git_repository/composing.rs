//! Artifacts of some directories, and with the artifacts of other repositories in them (G5, G7).

use serde_json::json;

use super::world::{World, find, is, says};

#[tokio::test(flavor = "multi_thread")]
async fn g5_only_the_listed_directories_are_published() {
    let world = World::new().await;
    let commit = world.repository.commit("main");
    commit
        .file("a/x", "1")
        .file("a/y/z", "2")
        .file("b/c", "3")
        .file("root", "4")
        .write()
        .unwrap();
    world
        .create("r", json!({ "sparseCheckout": ["./a/y"] }))
        .await;
    let object = world.wait_ready("r").await;
    assert_eq!(
        world.files(object.status.artifact.as_ref().unwrap()),
        ["a/y/z"]
    );
    assert_eq!(object.status.observed_sparse_checkout, ["./a/y"]);

    world
        .change("r", json!({ "sparseCheckout": ["b", "a/x"] }))
        .await;
    let object = world.wait_ready("r").await;
    assert_eq!(
        world.files(object.status.artifact.as_ref().unwrap()),
        ["a/x", "b/c"]
    );

    world
        .change("r", json!({ "sparseCheckout": ["b", "none"] }))
        .await;
    let object = world.wait_failed("r", "GitOperationFailed").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "failed to sparse checkout directories : sparse checkout dir 'none' does not exist in repository"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_included_artifacts_are_copied_and_their_change_is_noticed() {
    let world = World::new().await;
    world.commit(&[("app.yaml", "1")]);
    let other = world.git.create("other").unwrap();
    other
        .commit("main")
        .file("lib/a", "1")
        .file("b", "2")
        .write()
        .unwrap();
    let include = |from: &str, to: &str| json!({ "repository": { "name": "other" }, "fromPath": from, "toPath": to });
    let spec = json!({ "include": [
        { "repository": { "name": "other" } },
        include("lib", "deep/down"),
        include("b", "../outside"),
    ] });
    world.create("r", spec).await;
    // G7: it waits for what it includes.
    let object = world
        .wait("r", "waiting", |object| {
            is(object, "IncludeUnavailable", "True")
        })
        .await;
    assert_eq!(says(&object, "IncludeUnavailable").0, "NotFound");
    assert!(object.status.artifact.is_none());

    world
        .create("other", json!({ "url": world.git.url("other") }))
        .await;
    let object = world.wait_ready("r").await;
    assert!(find(&object, "IncludeUnavailable").is_none());
    let first = object.status.artifact.clone().unwrap();
    assert_eq!(
        world.files(&first),
        [
            "app.yaml",
            "deep/down/a",
            "other/b",
            "other/lib/a",
            "outside"
        ]
    );
    let theirs = world.wait_ready("other").await.status.artifact.unwrap();
    assert_eq!(
        object.status.included_artifacts,
        [theirs.clone(), theirs.clone(), theirs]
    );

    other.commit("main").file("c", "3").write().unwrap();
    world.reconcile("other", "1").await;
    let second = world.reconcile("r", "1").await.status.artifact.unwrap();
    assert_eq!(second.revision, first.revision);
    assert!(world.files(&second).contains(&"other/c".to_owned()));

    // Nothing left to include.
    world.change("r", json!({ "include": [] })).await;
    let object = world.wait_ready("r").await;
    assert_eq!(
        world.files(object.status.artifact.as_ref().unwrap()),
        ["app.yaml"]
    );
    assert!(object.status.included_artifacts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_destination_that_is_taken_or_a_source_that_is_not_there_fails() {
    let world = World::new().await;
    world.commit(&[("taken/x", "1")]);
    world.create("other", json!({})).await;
    world.wait_ready("other").await;
    for (name, include) in [
        (
            "taken",
            json!({ "repository": { "name": "other" }, "toPath": "taken" }),
        ),
        (
            "missing",
            json!({ "repository": { "name": "other" }, "fromPath": "none" }),
        ),
    ] {
        world.create(name, json!({ "include": [include] })).await;
        let object = world.wait_failed(name, "CopyFailure").await;
        let (reason, message) = says(&object, "StorageOperationFailed");
        assert_eq!(reason, "CopyFailure");
        assert!(
            message.starts_with("failed to copy 'other' include from "),
            "{message}"
        );
        assert!(object.status.artifact.is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_an_include_does_not_follow_a_forged_path() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    for name in ["secret", "other"] {
        world.create(name, json!({})).await;
        world.wait_ready(name).await;
    }
    let theirs = world.wait_ready("secret").await.status.artifact.unwrap();
    let forged =
        json!({ "status": { "artifact": { "path": theirs.path, "digest": theirs.digest } } });
    world.patch_status("other", forged).await;
    world
        .create(
            "r",
            json!({ "include": [{ "repository": { "name": "other" } }] }),
        )
        .await;
    let object = world.wait_failed("r", "CopyFailure").await;
    assert!(
        says(&object, "Ready")
            .1
            .ends_with("its artifact is not in its own directory")
    );
}
