//! Branches to push to, and refspecs (G3 to G6, U9), over http and ssh.

use serde_json::json;
use testing::git::{SshKey, SshServer};

use super::world::{NAME, World, git_spec};

#[tokio::test(flavor = "multi_thread")]
async fn g4_u9_a_push_branch_is_made_and_then_built_upon() {
    let world = World::new().await;
    let head = world.repository.rev_parse("main").unwrap();
    world
        .automate(json!({ "git": git_spec(json!({ "push": { "branch": "auto" } })) }))
        .await;
    let object = world.wait_pushed(None).await;
    let first = world.repository.rev_parse("auto").unwrap();
    assert_eq!(world.repository.rev_parse("main").unwrap(), head);
    assert_eq!(world.repository.rev_parse("auto^").unwrap(), head);
    assert_eq!(
        object.status.observed_source_revision,
        Some(format!("main@sha1:{head}"))
    );
    assert_eq!(object.status.last_push_commit, Some(first.clone()));
    // What is there already is not made again.
    world.reconcile("again").await;
    assert_eq!(world.repository.rev_parse("auto").unwrap(), first);
    world.choose(NAME, "3").await;
    world.wait_pushed(Some(&first)).await;
    assert_eq!(world.repository.rev_parse("auto^").unwrap(), first);
    assert_eq!(
        world.content("auto", "app.yaml"),
        world.file("3", "\n").trim_end()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_g6_a_refspec_gets_the_commit_too_and_options_go_along() {
    let world = World::new().await;
    world
        .repository
        .git(["config", "receive.advertisePushOptions", "true"])
        .unwrap();
    world.hook("pre-receive", "echo \"$GIT_PUSH_OPTION_0\" > said");
    let push =
        json!({ "refspec": "refs/heads/main:refs/heads/copy", "options": { "ci.skip": "" } });
    world
        .automate(json!({ "git": git_spec(json!({ "push": push })) }))
        .await;
    let object = world.wait_pushed(None).await;
    let hash = world.repository.rev_parse("main").unwrap();
    assert_eq!(world.repository.rev_parse("copy").unwrap(), hash);
    assert_eq!(object.status.last_push_commit, Some(hash));
    let said = std::fs::read_to_string(world.repository.path().join("said")).unwrap();
    assert_eq!(said, "ci.skip=\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn g9_a_commit_is_pushed_over_ssh_and_an_unknown_host_is_told() {
    let world = World::new().await;
    let key = SshKey::ed25519().unwrap();
    let server = SshServer::start(&key).await.unwrap();
    server.link("r", world.repository.path()).unwrap();
    let stranger = server.known_hosts_with(&[SshKey::ed25519().unwrap()]);
    let secret =
        |known_hosts: String| json!({ "identity": key.private, "known_hosts": known_hosts });
    world.secret("key", secret(stranger)).await;
    world
        .change_source(json!({ "url": server.url("r"), "secretRef": { "name": "key" } }))
        .await;
    world.automate(json!({})).await;
    let message = world.wait_failed("GitOperationFailed").await;
    assert!(
        message.starts_with("failed to checkout source: ")
            && message.contains("knownhosts: key mismatch"),
        "{message}"
    );
    world.secret("key", secret(server.known_hosts())).await;
    world.wait_pushed(None).await;
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("2", "\n").trim_end()
    );
}
