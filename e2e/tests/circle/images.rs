//! Images: a push that the host refuses, and a tag that no policy wants.

use e2e::scenario::ready;
use e2e::{Circle, Toolkit};
use serde_json::json;

use crate::support::{ready_version, untouched};

async fn circle(name: &str) -> Circle {
    let toolkit = Toolkit::whole().await.lock().await;
    Circle::start(&toolkit, name).await
}

#[tokio::test]
async fn a_refused_push_is_told_in_the_words_of_the_host_and_loses_nothing() {
    let circle = circle("refused-push").await;
    let story = &circle.story;
    let before = circle.commits();
    let unit = ready_version(story, "Kustomization", "app").await;
    let refusal = "echo 'frozen until Monday' >&2; exit 1";
    story.repo.hook("pre-receive", refusal).unwrap();
    circle.release("1.1.0").await;
    let wanted = ("Ready", "False", "GitOperationFailed");
    let message = story
        .condition("ImageUpdateAutomation", "app", wanted)
        .await;
    let text = "command error on refs/heads/main: pre-receive hook declined: frozen until Monday";
    assert!(message.ends_with(text), "{message}");
    let told = circle.message("ImageUpdateAutomation", text).await;
    assert_eq!(told["severity"], "error");
    story
        .event(
            "ImageUpdateAutomation",
            "app",
            "Warning GitOperationFailed: ",
        )
        .await;
    assert_eq!(circle.commits(), before);
    untouched(story, "Kustomization", "app", &unit).await;

    story.repo.unhook("pre-receive").unwrap();
    story
        .request("ImageUpdateAutomation", "app", "thawed")
        .await;
    circle.deployed("1.1.0").await;
    let head = circle.settled("1.1.0").await;
    assert_eq!(circle.commits()[1..], before);
    circle.status_of(&head).await;
}

#[tokio::test]
async fn a_tag_that_no_policy_wants_changes_nothing_and_a_policy_without_a_tag_says_so() {
    let circle = circle("no-match").await;
    let story = &circle.story;
    let before = circle.commits();
    let policy = ready_version(story, "ImagePolicy", "app").await;
    let spec = json!({
        "imageRepositoryRef": { "name": "app" }, "policy": { "semver": { "range": ">=9.0.0" } },
    });
    story.create("ImagePolicy", "never", spec).await;
    let wanted = ("Ready", "False", "Failure");
    let message = story.condition("ImagePolicy", "never", wanted).await;
    let text = "unable to determine latest version from provided list";
    assert_eq!(message, text);
    story.event("ImagePolicy", "never", text).await;

    circle.release("nightly").await;
    story
        .wait("ImageRepository", "app", "both tags scanned", |object| {
            object["status"]["lastScanResult"]["tagCount"] == 2 && ready(object, "True")
        })
        .await;
    untouched(story, "ImagePolicy", "app", &policy).await;
    assert_eq!(circle.commits(), before);
    // The tag after it, which a policy wants, goes round as ever.
    circle.release("1.1.0").await;
    circle.deployed("1.1.0").await;
    assert_eq!(circle.commits()[1..], before);
}
