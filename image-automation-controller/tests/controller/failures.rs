//! What is told when it does not work (U6, U7).

use common::access::CrossNamespace;
use common::reconcile::Notice;
use serde_json::{Value, json};
use testing::git::Auth;

use super::world::{World, git_spec, is};

#[tokio::test(flavor = "multi_thread")]
async fn u6_u7_what_cannot_work_stalls_with_its_reason() {
    let world = World::new().await;
    let commit = |template: &str| json!({ "git": git_spec(json!({ "commit": { "messageTemplate": template } })) });
    let bad_selector = json!({ "matchExpressions": [{ "key": "a", "operator": "Like" }] });
    world
        .automate(json!({ "policySelector": bad_selector }))
        .await;
    let message = world.wait_failed("InvalidPolicySelector").await;
    assert_eq!(
        message,
        "failed to parse policy selector: \"Like\" is not a valid label selector operator"
    );
    let patches: [(Value, &str, &str); 3] = [
        (
            json!({ "policySelector": null, "git": null }),
            "InvalidSourceConfiguration",
            "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration",
        ),
        (
            commit("{{ .Updated }}"),
            "RemovedTemplateField",
            "template uses removed '.Updated' field. Please use '.Changed' instead.",
        ),
        (
            commit("{{ .Changed.ImageResult }}"),
            "RemovedTemplateField",
            "template uses removed '.Changed.ImageResult' field.",
        ),
    ];
    for (spec, reason, text) in patches {
        world.change(json!({ "spec": spec })).await;
        let object = world
            .wait(text, |object| {
                let stalled = common::conditions::find(&object.status.conditions, "Stalled");
                stalled.is_some_and(|it| it.reason == reason && it.message.starts_with(text))
            })
            .await;
        assert!(is(&object, "Ready", "False"));
    }
    assert_eq!(world.count("main"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn t3_u6_u7_what_may_work_later_is_tried_again() {
    let world = World::new().await;
    world
        .automate(json!({ "update": { "strategy": "Setters", "path": "none" } }))
        .await;
    let message = world.wait_failed("UpdateFailed").await;
    assert!(
        message.starts_with("failed to apply policies: update path 'none' not found"),
        "{message}"
    );
    let template = json!({ "update": { "path": null }, "git": git_spec(json!({ "commit": { "messageTemplate": "{{ now }}" } })) });
    world.change(json!({ "spec": template })).await;
    let message = world.wait_failed("GitOperationFailed").await;
    assert!(
        message.starts_with(
            "failed to update source: unable to create commit message template from spec: "
        ),
        "{message}"
    );
    let key = json!({ "secretRef": { "name": "none" } });
    world
        .change(json!({ "spec": { "git": git_spec(json!({ "commit": { "signingKey": key } })) } }))
        .await;
    let message = world.wait_failed("SourceManagerFailed").await;
    assert!(
        message.starts_with(
            "failed configuring source manager: could not find signing key secret 'none'"
        ),
        "{message}"
    );
    world
        .change(json!({ "spec": { "git": git_spec(json!({})), "sourceRef": { "name": "none" } } }))
        .await;
    world
        .wait("the repository is missed", |object| {
            let ready = common::conditions::find(&object.status.conditions, "Ready");
            ready.is_some_and(|it| {
                it.message
                    .contains("referenced git repository does not exist")
            })
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u6_references_across_namespaces_are_refused_where_they_are_blocked() {
    let world = World::with(CrossNamespace::Blocked).await;
    let source = json!({ "kind": "GitRepository", "name": "repo", "namespace": "elsewhere" });
    world.automate(json!({ "sourceRef": source })).await;
    let message = world.wait_failed("AccessDenied").await;
    assert_eq!(
        message,
        "can't access 'GitRepository/elsewhere/repo', cross-namespace references have been blocked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_wrong_credentials_are_told_and_right_ones_heal() {
    let world = World::new().await;
    world
        .git
        .set_auth(Auth::Basic("u".to_owned(), "right".to_owned()));
    world
        .secret("login", json!({ "username": "u", "password": "wrong" }))
        .await;
    world
        .change_source(json!({ "secretRef": { "name": "login" } }))
        .await;
    world.automate(json!({})).await;
    let message = world.wait_failed("GitOperationFailed").await;
    assert!(
        message.ends_with("authentication required") && !message.contains("wrong"),
        "{message}"
    );
    world
        .told(Notice::Error, "failed to checkout source: ")
        .await;
    world
        .secret("login", json!({ "username": "u", "password": "right" }))
        .await;
    world.wait_pushed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u7_a_rejected_push_is_told_in_the_words_of_the_hook_and_healed() {
    let world = World::new().await;
    world.hook("pre-receive", "echo 'frozen until Monday' >&2; exit 1");
    world.automate(json!({})).await;
    let message = world.wait_failed("GitOperationFailed").await;
    assert_eq!(
        message,
        "failed to update source: failed to push to remote: command error on refs/heads/main: pre-receive hook declined: frozen until Monday"
    );
    world.hook("pre-receive", "exit 0");
    world.wait_pushed(None).await;
    assert_eq!(world.count("main"), 2);
}
