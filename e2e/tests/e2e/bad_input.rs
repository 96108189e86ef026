//! Bad input gives a clear condition, loses nothing and stops nobody else.

use e2e::Scenario;
use e2e::manifests::{config_map, kustomization};
use kube::api::PostParams;
use serde_json::{Value, json};
use testing::git::Auth;

#[tokio::test]
async fn broken_yaml_names_file_and_line_applies_nothing_and_keeps_what_was_there() {
    let story = Scenario::new("bad-yaml").await;
    let first = story.push(&[
        (
            "app/kustomization.yaml",
            Some(&kustomization(&["a.yaml", "b.yaml"])),
        ),
        ("app/a.yaml", Some(&config_map("a", "version", "1"))),
        ("app/b.yaml", Some(&config_map("b", "version", "1"))),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &first).await;

    let second = story.push(&[
        ("app/a.yaml", Some(&config_map("a", "version", "2"))),
        (
            "app/b.yaml",
            Some("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\ndata:\n  k: [unclosed\n"),
        ),
    ]);
    story.sync("second").await;
    let message = story
        .condition("Kustomization", "app", ("Ready", "False", "BuildFailed"))
        .await;
    assert!(
        message.contains("b.yaml") && message.contains("line "),
        "{message}"
    );
    let unit = serde_json::to_value(story.get("Kustomization", "app").await.unwrap()).unwrap();
    assert_eq!(unit["status"]["lastAppliedRevision"], first);
    assert_eq!(unit["status"]["lastAttemptedRevision"], second);
    assert_eq!(
        unit["status"]["inventory"]["entries"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for name in ["a", "b"] {
        assert_eq!(
            story.get("ConfigMap", name).await.unwrap().data["data"]["version"],
            "1",
            "{name}"
        );
    }

    let third = story.push(&[("app/b.yaml", Some(&config_map("b", "version", "3")))]);
    story.sync("third").await;
    story.ready("Kustomization", "app", &third).await;
    assert_eq!(
        story.get("ConfigMap", "b").await.unwrap().data["data"]["version"],
        "3"
    );
}

#[tokio::test]
async fn k24_5_an_object_that_the_server_refuses_leaves_the_whole_stage_untouched() {
    let story = Scenario::new("refused").await;
    let refused = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Not_A_Name\n";
    story.push(&[
        ("app/a.yaml", Some(&config_map("a", "version", "1"))),
        ("app/z.yaml", Some(refused)),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    let message = story
        .condition(
            "Kustomization",
            "app",
            ("Ready", "False", "ReconciliationFailed"),
        )
        .await;
    assert!(message.contains("Not_A_Name dry-run failed"), "{message}");
    assert!(story.get("ConfigMap", "a").await.is_none());
}

#[tokio::test]
async fn one_broken_unit_does_not_hold_up_the_others() {
    let story = Scenario::new("neighbours").await;
    let revision = story.push(&[
        ("good/a.yaml", Some(&config_map("a", "k", "v"))),
        (
            "bad/kustomization.yaml",
            Some("resources: [missing.yaml]\n"),
        ),
    ]);
    story.source().await;
    story.unit("bad", "./bad", json!({})).await;
    story.unit("lost", "./nowhere", json!({})).await;
    story.unit("good", "./good", json!({})).await;
    story.ready("Kustomization", "good", &revision).await;
    let message = story
        .condition("Kustomization", "bad", ("Ready", "False", "BuildFailed"))
        .await;
    assert!(message.contains("missing.yaml"), "{message}");
    let message = story
        .condition(
            "Kustomization",
            "lost",
            ("Ready", "False", "ArtifactFailed"),
        )
        .await;
    assert!(
        message.contains("kustomization path not found"),
        "{message}"
    );
}

#[tokio::test]
async fn an_unreachable_remote_is_told_and_the_old_artifact_is_kept() {
    let story = Scenario::new("unreachable").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;

    story
        .change(
            "GitRepository",
            "repo",
            json!({ "url": "http://127.0.0.1:1/gone.git" }),
        )
        .await;
    let message = story
        .condition(
            "GitRepository",
            "repo",
            ("FetchFailed", "True", "GitOperationFailed"),
        )
        .await;
    assert!(
        message.contains("failed to checkout and determine revision"),
        "{message}"
    );
    let source = story
        .condition(
            "GitRepository",
            "repo",
            ("Ready", "False", "GitOperationFailed"),
        )
        .await;
    assert_eq!(source, message);
    let source = serde_json::to_value(story.get("GitRepository", "repo").await.unwrap()).unwrap();
    assert_eq!(source["status"]["artifact"]["revision"], revision);

    story.request("Kustomization", "app", "still-there").await;
    story
        .wait(
            "Kustomization",
            "app",
            "applied from the old artifact",
            |object| {
                object["status"]["lastHandledReconcileAt"] == "still-there"
                    && e2e::scenario::ready(object, "True")
            },
        )
        .await;
    story
        .change("GitRepository", "repo", json!({ "url": story.url() }))
        .await;
    story.ready("GitRepository", "repo", &revision).await;
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password_and_heals_when_it_is_put_right() {
    let story = Scenario::new("password").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story
        .git
        .set_auth(Auth::Basic("reader".to_owned(), "correct-horse".to_owned()));
    let secret =
        |password: &str| json!({ "stringData": { "username": "reader", "password": password } });
    story.put("Secret", "git", secret("wrong-battery")).await;
    story.source().await;
    story
        .change(
            "GitRepository",
            "repo",
            json!({ "secretRef": { "name": "git" } }),
        )
        .await;
    let message = story
        .condition(
            "GitRepository",
            "repo",
            ("FetchFailed", "True", "GitOperationFailed"),
        )
        .await;
    assert!(!message.contains("wrong-battery"), "{message}");
    let events = story.events("GitRepository", "repo").await.join("\n");
    assert!(!events.contains("wrong-battery"), "{events}");

    story.patch("Secret", "git", secret("correct-horse")).await;
    story.sync("healed").await;
    story.ready("GitRepository", "repo", &revision).await;
}

#[tokio::test]
async fn an_object_that_the_schema_would_refuse_cannot_be_created() {
    let story = Scenario::new("schema").await;
    let create = async |spec: Value| {
        let object = json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization",
            "metadata": { "name": "bad" }, "spec": spec,
        });
        let object = serde_json::from_value(object).unwrap();
        let created = story
            .api("Kustomization")
            .create(&PostParams::default(), &object)
            .await;
        created.unwrap_err().to_string()
    };
    let reference = json!({ "kind": "GitRepository", "name": "repo" });
    let error = create(json!({ "interval": "1d", "prune": true, "sourceRef": reference })).await;
    assert!(error.contains("spec.interval"), "{error}");
    let error = create(json!({ "interval": "1h", "sourceRef": reference })).await;
    assert!(error.contains("spec.prune"), "{error}");
    let both = json!({ "secretRef": { "name": "a" }, "configMapRef": { "name": "b" } });
    let error = create(
        json!({ "interval": "1h", "prune": true, "sourceRef": reference, "kubeConfig": both }),
    )
    .await;
    assert!(
        error.contains("exactly one of spec.kubeConfig.configMapRef"),
        "{error}"
    );
}
