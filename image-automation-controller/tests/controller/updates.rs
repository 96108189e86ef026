//! A tag becomes a commit (U3 to U10).

use common::reconcile::Notice;
use serde_json::json;

use super::world::{NAME, World, git_spec, is, says};

#[tokio::test(flavor = "multi_thread")]
async fn u9_u10_a_new_tag_becomes_a_commit_and_the_next_one_another() {
    let world = World::new().await;
    let template = "Update {{ range .Changed.Changes }}{{ .OldValue }} -> {{ .NewValue }}{{ end }} by {{ .AutomationObject }} in {{ .Values.cluster }}";
    let commit =
        json!({ "messageTemplate": template, "messageTemplateValues": { "cluster": "eu" } });
    world
        .automate(json!({ "git": git_spec(json!({ "commit": commit })) }))
        .await;
    let object = world.wait_pushed(None).await;
    let hash = world.repository.rev_parse("main").unwrap();
    let status = &object.status;
    assert_eq!(status.last_push_commit.as_deref(), Some(&*hash));
    assert_eq!(
        status.observed_source_revision,
        Some(format!("main@sha1:{hash}"))
    );
    assert_eq!(status.observed_policies[NAME].tag, "2");
    assert!(status.last_push_time.is_some() && status.last_automation_run_time.is_some());
    assert_eq!(
        says(&object, "Ready"),
        ("Succeeded".to_owned(), "repository up-to-date".to_owned())
    );
    assert!(!is(&object, "Reconciling", "True"));
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("2", "\n").trim_end()
    );
    let message = format!(
        "Update h.test/app:1 -> h.test/app:2 by {}/{NAME} in eu",
        world.namespace
    );
    let log = world
        .repository
        .git(["log", "-1", "--format=%an <%ae>|%cn|%B", "main"])
        .unwrap();
    assert_eq!(
        log.trim_end(),
        format!("Bot <bot@example.dev>|Bot|{message}")
    );
    world
        .repository
        .git(["fsck", "--strict", "--full"])
        .unwrap();
    let event = world.told(Notice::Info, "pushed commit").await;
    assert_eq!(
        event.message,
        format!("pushed commit '{}' to branch 'main'\n{message}", &hash[..7])
    );
    assert_eq!(event.reason, "Succeeded");

    world.choose(NAME, "3").await;
    world.wait_pushed(Some(&hash)).await;
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("3", "\n").trim_end()
    );
    assert_eq!(world.count("main"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn m5_f9_quotes_line_ends_and_every_other_byte_stay() {
    let world = World::new().await;
    let text = format!(
        "# head\r\n\r\n\r\n{}tail:   [ 1,2 ]\r\n",
        world.file("1", "\r\n")
    );
    world.commit(&[("dir/crlf.yaml", &text), ("dir/other.txt", "h.test/app:1")]);
    world
        .automate(json!({ "update": { "strategy": "Setters", "path": "./dir" } }))
        .await;
    world.wait_pushed(None).await;
    let changed = world
        .repository
        .git(["diff", "--name-only", "main^", "main"])
        .unwrap();
    assert_eq!(changed, "dir/crlf.yaml");
    let path = "main:dir/crlf.yaml";
    let size: usize = world
        .repository
        .git(["cat-file", "-s", path])
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(size, text.len());
    let found = world.content("main", "dir/crlf.yaml");
    assert_eq!(found, text.replace("app:1", "app:2").trim_end_matches('\n'));
}

#[tokio::test(flavor = "multi_thread")]
async fn u4_u8_nothing_to_do_is_no_commit_and_an_unchanged_remote_costs_a_listing() {
    let world = World::new().await;
    let head = world.commit(&[("app.yaml", &world.file("2", "\n"))]);
    world.automate(json!({})).await;
    let object = world.wait_ready().await;
    assert_eq!(world.repository.rev_parse("main").unwrap(), head);
    let status = &object.status;
    assert_eq!(
        status.observed_source_revision,
        Some(format!("main@sha1:{head}"))
    );
    assert_eq!(status.observed_policies[NAME].name, "h.test/app");
    assert!(status.last_push_commit.is_none() && status.last_push_time.is_none());
    world.git.forget_requests();
    world.reconcile("again").await;
    let requests = world.git.requests();
    assert!(requests.len() <= 2, "{requests:?}");
    world
        .told(Notice::Trace, "no change since last reconciliation")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn u3_only_selected_policies_with_an_image_are_followed() {
    let world = World::new().await;
    world.policy("other", "9").await;
    let marked = format!(
        "image: a # {{\"$imagepolicy\": \"{}:other\"}}\n",
        world.namespace
    );
    world.commit(&[("other.yaml", &marked)]);
    let selector = json!({ "matchLabels": { "name": "other" } });
    world.automate(json!({ "policySelector": selector })).await;
    let object = world.wait_pushed(None).await;
    let names: Vec<_> = object.status.observed_policies.keys().collect();
    assert_eq!(names, ["other"]);
    assert_eq!(
        world.content("main", "other.yaml"),
        marked
            .replace("image: a", "image: h.test/other:9")
            .trim_end()
    );
    assert_eq!(
        world.content("main", "app.yaml"),
        world.file("1", "\n").trim_end()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_a_suspended_automation_waits() {
    let world = World::new().await;
    let head = world.repository.rev_parse("main").unwrap();
    world.automate(json!({ "suspend": true })).await;
    world
        .wait("seen", |object| object.metadata.finalizers.is_some())
        .await;
    assert_eq!(world.repository.rev_parse("main").unwrap(), head);
    world.change(json!({ "spec": { "suspend": false } })).await;
    world.wait_pushed(None).await;
    assert_eq!(world.count("main"), 2);
}
