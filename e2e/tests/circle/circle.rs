//! The circle closes, and fast.

use std::time::{Duration, Instant};

use e2e::{Circle, Toolkit};

/// From the push of a tag to Deployments that are rolled out, on the release binaries.
const BAR: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_new_tag_is_committed_deployed_and_told_of() {
    let toolkit = Toolkit::whole().await.lock().await;
    let circle = Circle::start(&toolkit, "circle").await;
    drop(toolkit);
    let before = circle.commits();

    let pushed = Instant::now();
    circle.release("1.1.0").await;
    circle.deployed("1.1.0").await;
    let took = pushed.elapsed();
    println!("from the push of the tag to both Deployments rolled out: {took:.2?}");
    // Other programs run beside a debug build, which is slow: there the circle closes or it does not.
    if std::env::var_os("SLUICE_BIN").is_some() {
        assert!(took < BAR, "the circle took {took:?}");
    }

    let head = circle.settled("1.1.0").await;
    let commits = circle.commits();
    assert_eq!(commits[1..], before, "one commit on top of what was there");
    assert_eq!(circle.tag_in(&head), "1.1.0");
    let status = circle.status_of(&head).await;
    assert_eq!(status["state"], "success");
    let short = &head[..7];
    let text = format!("pushed commit '{short}' to branch 'main'");
    circle.message("ImageUpdateAutomation", &text).await;
    circle
        .message("GitRepository", "stored artifact for commit")
        .await;
    let changed = format!("Deployment/{}/app configured", circle.story.namespace);
    let told = circle.message("Kustomization", &changed).await;
    let revision = format!("main@sha1:{head}");
    assert_eq!(told["metadata"]["revision"], revision.as_str());
    circle
        .message("HelmRelease", "Helm upgrade succeeded for release")
        .await;
}
