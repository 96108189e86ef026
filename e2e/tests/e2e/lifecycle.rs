//! Suspend, resume, requests, deletion.

use e2e::Scenario;
use e2e::manifests::config_map;
use serde_json::json;

#[tokio::test]
async fn a_suspended_unit_stands_still_and_catches_up_when_resumed() {
    let story = Scenario::new("suspend").await;
    let first = story.push(&[("app/a.yaml", Some(&config_map("a", "version", "1")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &first).await;

    story
        .change("Kustomization", "app", json!({ "suspend": true }))
        .await;
    // A request that is answered shows that the suspension has been heard of, too.
    let answered = async |token: &str| {
        story.request("Kustomization", "app", token).await;
        story
            .wait("Kustomization", "app", "aware of the request", |object| {
                object["status"]["lastHandledReconcileAt"] == token
            })
            .await;
    };
    answered("suspended").await;
    let second = story.push(&[("app/a.yaml", Some(&config_map("a", "version", "2")))]);
    story.sync("second").await;
    story.ready("GitRepository", "repo", &second).await;
    answered("while-suspended").await;
    assert_eq!(
        story.get("ConfigMap", "a").await.unwrap().data["data"]["version"],
        "1"
    );

    story
        .change("Kustomization", "app", json!({ "suspend": false }))
        .await;
    story.ready("Kustomization", "app", &second).await;
    assert_eq!(
        story.get("ConfigMap", "a").await.unwrap().data["data"]["version"],
        "2"
    );
}

#[tokio::test]
async fn k6_a_request_is_handled_and_its_token_copied_for_both_kinds() {
    let story = Scenario::new("request").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
    for (kind, name) in [("GitRepository", "repo"), ("Kustomization", "app")] {
        story.request(kind, name, "now").await;
        story
            .wait(kind, name, "done with the request", |object| {
                object["status"]["lastHandledReconcileAt"] == "now"
                    && e2e::scenario::ready(object, "True")
            })
            .await;
    }
}

/// Applies one ConfigMap under a deletion policy, deletes the unit, and tells the name of the ConfigMap.
async fn delete_under(story: &Scenario, unit: &str, more: serde_json::Value) {
    let path = format!("{unit}/map.yaml");
    let revision = story.push(&[(path.as_str(), Some(&config_map(unit, "k", "v")))]);
    if story.get("GitRepository", "repo").await.is_none() {
        story.source().await;
    }
    story.sync(unit).await;
    story.ready("GitRepository", "repo", &revision).await;
    story.unit(unit, &format!("./{unit}"), more).await;
    story.ready("Kustomization", unit, &revision).await;
    assert!(story.get("ConfigMap", unit).await.is_some());
    story.delete("Kustomization", unit).await;
    story.gone("Kustomization", unit).await;
}

#[tokio::test]
async fn k17_deletion_policies_decide_what_happens_to_the_objects() {
    let story = Scenario::new("deletion").await;
    delete_under(&story, "mirror", json!({})).await;
    story.gone("ConfigMap", "mirror").await;
    delete_under(&story, "mirror-no-prune", json!({ "prune": false })).await;
    assert!(story.get("ConfigMap", "mirror-no-prune").await.is_some());
    delete_under(
        &story,
        "delete",
        json!({ "prune": false, "deletionPolicy": "Delete" }),
    )
    .await;
    story.gone("ConfigMap", "delete").await;
    delete_under(
        &story,
        "await",
        json!({ "deletionPolicy": "WaitForTermination" }),
    )
    .await;
    assert!(
        story.get("ConfigMap", "await").await.is_none(),
        "it was waited for"
    );
    delete_under(&story, "orphan", json!({ "deletionPolicy": "Orphan" })).await;
    assert!(story.get("ConfigMap", "orphan").await.is_some());
}

#[tokio::test]
async fn a_deleted_source_leaves_the_objects_and_the_unit_says_so() {
    let story = Scenario::new("source-gone").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
    story.delete("GitRepository", "repo").await;
    story.gone("GitRepository", "repo").await;
    story.request("Kustomization", "app", "look").await;
    let message = story
        .condition("Kustomization", "app", ("Ready", "False", "ArtifactFailed"))
        .await;
    assert!(message.contains("repo"), "{message}");
    assert!(story.get("ConfigMap", "a").await.is_some());
}
