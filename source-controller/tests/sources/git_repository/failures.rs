//! Remotes and Secrets that do not work: condition, reason, message, and the old artifact stays.

use common::reconcile::Notice;
use serde_json::json;
use testing::git::{Auth, Fault, Server, Stage, Transport};

use super::world::{World, find, is, says};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_is_told_and_heals_when_the_secret_is_fixed() {
    let auth = Auth::Basic("me".to_owned(), "right".to_owned());
    let world = World::with(Transport::Http, auth).await;
    world.commit(&[("a", "1")]);
    world
        .secret("login", json!({ "username": "me", "password": "wrong" }))
        .await;
    world
        .create("r", json!({ "secretRef": { "name": "login" } }))
        .await;
    let object = world.wait_failed("r", "GitOperationFailed").await;
    let url = world.git.url("r");
    let message = format!(
        "failed to checkout and determine revision: unable to list remote for '{url}': authentication required"
    );
    assert_eq!(
        says(&object, "FetchFailed"),
        ("GitOperationFailed".to_owned(), message.clone())
    );
    assert_eq!(says(&object, "Ready").1, message);
    assert_ne!(
        object.status.observed_generation, 1,
        "a retry observes nothing (R7)"
    );
    world
        .told("GitOperationFailed", Notice::Error, &message)
        .await;
    // R12: read anew at each pass.
    world
        .secret("login", json!({ "username": "me", "password": "right" }))
        .await;
    let object = world.wait_ready("r").await;
    assert!(find(&object, "FetchFailed").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_remote_keeps_the_artifact_and_recovery_is_told() {
    let mut world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let before = world.wait_ready("r").await;
    world.git.close().await;
    let object = world.reconcile("r", "1").await;
    assert!(is(&object, "FetchFailed", "True") && is(&object, "Ready", "False"));
    assert!(is(&object, "ArtifactInStorage", "True"));
    assert_eq!(object.status.artifact, before.status.artifact);
    assert!(
        world
            .file(before.status.artifact.as_ref().unwrap())
            .exists()
    );
    assert_eq!(says(&object, "Reconciling").0, "ProgressingWithRetry");

    world.forget_events();
    world.git.open().await.unwrap();
    let object = world.wait_ready("r").await;
    assert!(find(&object, "FetchFailed").is_none());
    let revision = before.status.artifact.unwrap().revision;
    world
        .wait("r", "settled", |o| find(o, "Reconciling").is_none())
        .await;
    world
        .told(
            "Succeeded",
            Notice::Info,
            &format!("stored artifact for commit '{revision}'"),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_branch_missing_secret_and_empty_repository() {
    let world = World::new().await;
    world.create("empty", json!({})).await;
    let object = world.wait_failed("empty", "EmptyGitRepository").await;
    assert_eq!(says(&object, "FetchFailed").1, "git repository is empty");

    world.commit(&[("a", "1")]);
    world
        .create("branch", json!({ "ref": { "branch": "none" } }))
        .await;
    let object = world.wait_failed("branch", "GitOperationFailed").await;
    assert!(
        says(&object, "Ready")
            .1
            .ends_with("couldn't find remote ref \"refs/heads/none\"")
    );

    world
        .create("secret", json!({ "secretRef": { "name": "none" } }))
        .await;
    let object = world.wait_failed("secret", "AuthenticationFailed").await;
    let start = format!("failed to get secret '{}/none': ", world.namespace);
    assert!(
        says(&object, "Ready").1.starts_with(&start),
        "{:?}",
        says(&object, "Ready")
    );

    world.secret("half", json!({ "password": "p" })).await;
    world
        .create("half", json!({ "secretRef": { "name": "half" } }))
        .await;
    let object = world.wait_failed("half", "AuthenticationFailed").await;
    assert_eq!(
        says(&object, "Ready").1,
        "failed to configure authentication options: invalid 'http' auth option: 'password' requires 'username' to be set"
    );

    world
        .create("proxy", json!({ "proxySecretRef": { "name": "half" } }))
        .await;
    let object = world.wait_failed("proxy", "AuthenticationFailed").await;
    assert_eq!(
        says(&object, "Ready").1,
        "failed to configure proxy options: invalid proxy secret: key 'address' is missing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_url_stalls_without_showing_its_password() {
    let world = World::new().await;
    world
        .create("r", json!({ "url": "https://me:hush@exa mple.com/r" }))
        .await;
    let object = world.wait_failed("r", "URLInvalid").await;
    assert!(is(&object, "Stalled", "True") && find(&object, "Reconciling").is_none());
    assert_eq!(
        object.status.observed_generation, 1,
        "a stall observes the generation (R7)"
    );
    let text = serde_json::to_string(&object.status).unwrap();
    assert!(!text.contains("hush"), "{text}");
    assert!(!format!("{:?}", world.events()).contains("hush"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_remote_ends_with_the_timeout_and_holds_up_nobody() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    // A remote of its own, which hangs at each try.
    let remote = Server::start().await.unwrap();
    let repository = remote.create("r").unwrap();
    repository.commit("main").file("a", "1").write().unwrap();
    let gate = testing::git::Gate::default();
    remote.fail(Stage::Advertisement, Fault::Hang(gate.clone()));
    let spec = json!({ "timeout": "2s", "url": remote.url("r") });
    world.create("slow", spec).await;
    gate.reached().await;
    world.create("other", json!({})).await;
    world.wait_ready("other").await;
    let object = world.wait_failed("slow", "GitOperationFailed").await;
    assert!(
        says(&object, "Ready").1.ends_with("timed out after 2s"),
        "{:?}",
        says(&object, "Ready")
    );
    gate.open();
    world.wait_ready("slow").await;
}
