//! What is in git is what is in the cluster: first sync, new commits, removals, drift.

use e2e::Scenario;
use e2e::manifests::{config_map, kustomization};
use serde_json::json;

#[tokio::test]
async fn the_first_sync_applies_the_repository_and_reports_the_revision() {
    let story = Scenario::new("first-sync").await;
    let revision = story.push(&[
        (
            "app/kustomization.yaml",
            Some(&kustomization(&["settings.yaml"])),
        ),
        (
            "app/settings.yaml",
            Some(&config_map("settings", "color", "blue")),
        ),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;

    let unit = story.ready("Kustomization", "app", &revision).await;
    let settings = story.get("ConfigMap", "settings").await.unwrap();
    assert_eq!(settings.data["data"]["color"], "blue");
    let labels = settings.metadata.labels.unwrap();
    assert_eq!(labels["kustomize.toolkit.fluxcd.io/name"], "app");
    assert_eq!(
        labels["kustomize.toolkit.fluxcd.io/namespace"],
        story.namespace
    );
    let entry = json!({ "id": format!("{}_settings__ConfigMap", story.namespace), "v": "v1" });
    assert_eq!(unit["status"]["inventory"]["entries"], json!([entry]));
    assert_eq!(
        unit["status"]["observedGeneration"],
        unit["metadata"]["generation"]
    );
    assert_eq!(
        unit["status"]["history"][0]["lastReconciledStatus"],
        "ReconciliationSucceeded"
    );
    assert_eq!(
        unit["status"]["history"][0]["metadata"]["revision"],
        revision
    );

    let source = story.ready("GitRepository", "repo", &revision).await;
    let digest = source["status"]["artifact"]["digest"].as_str().unwrap();
    assert!(
        digest.starts_with("sha256:") && digest.len() == 71,
        "{digest}"
    );
    story
        .event(
            "GitRepository",
            "repo",
            "NewArtifact: stored artifact for commit",
        )
        .await;
    story
        .event("Kustomization", "app", "settings created")
        .await;
    story
        .event(
            "Kustomization",
            "app",
            "ReconciliationSucceeded: Reconciliation finished in",
        )
        .await;
}

#[tokio::test]
async fn a_directory_without_a_kustomization_applies_every_manifest_in_it() {
    let story = Scenario::new("plain-directory").await;
    let revision = story.push(&[
        ("plain/one.yaml", Some(&config_map("one", "k", "1"))),
        ("plain/deep/two.yml", Some(&config_map("two", "k", "2"))),
        ("plain/notes.txt", Some("not a manifest: [")),
    ]);
    story.source().await;
    story.unit("plain", "./plain", json!({})).await;
    story.ready("Kustomization", "plain", &revision).await;
    assert!(story.get("ConfigMap", "one").await.is_some());
    assert!(story.get("ConfigMap", "two").await.is_some());
}

#[tokio::test]
async fn a_new_commit_is_applied_and_what_it_removed_is_pruned() {
    let story = Scenario::new("new-commit").await;
    let first = story.push(&[
        ("app/keep.yaml", Some(&config_map("keep", "version", "1"))),
        ("app/drop.yaml", Some(&config_map("drop", "version", "1"))),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &first).await;

    let second = story.push(&[
        ("app/keep.yaml", Some(&config_map("keep", "version", "2"))),
        ("app/drop.yaml", None),
    ]);
    story.sync("second").await;
    let unit = story.ready("Kustomization", "app", &second).await;
    let keep = story.get("ConfigMap", "keep").await.unwrap();
    assert_eq!(keep.data["data"]["version"], "2");
    story.gone("ConfigMap", "drop").await;
    assert_eq!(
        unit["status"]["inventory"]["entries"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    story.event("Kustomization", "app", "drop deleted").await;
}

#[tokio::test]
async fn an_object_that_was_edited_or_deleted_by_hand_is_put_right() {
    let story = Scenario::new("drift").await;
    let revision = story.push(&[
        (
            "app/edited.yaml",
            Some(&config_map("edited", "owner", "git")),
        ),
        (
            "app/deleted.yaml",
            Some(&config_map("deleted", "owner", "git")),
        ),
        ("app/left.yaml", Some(&config_map("left", "owner", "git"))),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
    let left = story.get("ConfigMap", "left").await.unwrap();

    story
        .patch(
            "ConfigMap",
            "edited",
            json!({ "data": { "owner": "somebody" } }),
        )
        .await;
    story.delete("ConfigMap", "deleted").await;
    story.gone("ConfigMap", "deleted").await;
    story.request("Kustomization", "app", "correct").await;
    story
        .wait("ConfigMap", "edited", "as git has it", |object| {
            object["data"]["owner"] == "git"
        })
        .await;
    story
        .wait("ConfigMap", "deleted", "restored", |object| {
            object["data"]["owner"] == "git"
        })
        .await;
    story
        .wait("Kustomization", "app", "done with the request", |object| {
            object["status"]["lastHandledReconcileAt"] == "correct"
        })
        .await;
    let untouched = story.get("ConfigMap", "left").await.unwrap();
    assert_eq!(
        untouched.metadata.resource_version, left.metadata.resource_version,
        "K23.2"
    );
}

#[tokio::test]
async fn overlays_generators_and_variables_reach_the_cluster() {
    let story = Scenario::new("overlay").await;
    let base = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [settings.yaml]\n\
                configMapGenerator:\n- name: files\n  literals: [mode=base]\n";
    let overlay = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base]\n\
                   namePrefix: prod-\nlabels:\n- pairs: {env: prod}\npatches:\n- patch: |-\n    - op: replace\n      \
                   path: /data/greeting\n      value: hello ${who}\n  target: {kind: ConfigMap, name: settings}\n";
    let revision = story.push(&[
        ("base/kustomization.yaml", Some(base)),
        (
            "base/settings.yaml",
            Some(&config_map("settings", "greeting", "none")),
        ),
        ("overlays/prod/kustomization.yaml", Some(overlay)),
    ]);
    story.source().await;
    let substitute = json!({ "postBuild": { "substitute": { "who": "world" } } });
    story.unit("app", "./overlays/prod", substitute).await;
    let unit = story.ready("Kustomization", "app", &revision).await;
    let settings = story.get("ConfigMap", "prod-settings").await.unwrap();
    assert_eq!(settings.data["data"]["greeting"], "hello world");
    assert_eq!(settings.metadata.labels.unwrap()["env"], "prod");
    let entries = unit["status"]["inventory"]["entries"]
        .as_array()
        .unwrap()
        .clone();
    let generated = entries
        .iter()
        .any(|e| e["id"].as_str().unwrap().contains("_prod-files-"));
    assert!(generated, "the generated name has a hash: {entries:?}");
}
