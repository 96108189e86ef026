//! The straight way: publish, build, apply, report; change, prune, correct.

use common::kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use crate::support::{Fixture, condition, config_map, inventory};

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_applied_and_reported() {
    let fixture = Fixture::new("first").await;
    let revision = fixture
        .publish(&[
            ("apps/a.yaml", config_map("a", "one").as_str()),
            ("other/b.yaml", "nothing: yet"),
        ])
        .await;
    fixture.create("apps", json!({"path": "./apps"})).await;
    let object = fixture.ready("apps", &revision).await;
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("one"));
    let ready = condition(&object, "Ready").unwrap();
    assert_eq!(
        (ready.1.as_str(), ready.2),
        (
            "ReconciliationSucceeded",
            format!("Applied revision: {revision}")
        )
    );
    assert_eq!(
        inventory(&object),
        [format!("{}_a__ConfigMap", fixture.namespace)]
    );
    assert_eq!(
        object.status.last_attempted_revision.as_deref(),
        Some(revision.as_str())
    );
    assert_eq!(
        object.status.history[0].last_reconciled_status,
        "ReconciliationSucceeded"
    );
    assert_eq!(
        object.metadata.finalizers.as_deref().unwrap_or_default(),
        ["finalizers.fluxcd.io"]
    );
    assert_eq!(condition(&object, "Reconciling"), None);
    let event = fixture.event("apps", "Progressing", "ConfigMap/").await;
    assert_eq!(
        event["message"],
        format!("ConfigMap/{}/a created", fixture.namespace)
    );
    assert_eq!(
        event["metadata"]["kustomize.toolkit.fluxcd.io/revision"],
        json!(revision)
    );
    let event = fixture
        .event(
            "apps",
            "ReconciliationSucceeded",
            "Reconciliation finished in ",
        )
        .await;
    assert_eq!(
        event["metadata"]["kustomize.toolkit.fluxcd.io/commit_status"],
        "update"
    );
    // K8.1
    let labels = fixture
        .config_maps()
        .get("a")
        .await
        .unwrap()
        .metadata
        .labels
        .unwrap();
    assert_eq!(labels["kustomize.toolkit.fluxcd.io/name"], "apps");
    assert_eq!(
        labels["kustomize.toolkit.fluxcd.io/namespace"],
        fixture.namespace
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_revision_is_applied_and_what_left_it_is_pruned() {
    let fixture = Fixture::new("change").await;
    let first = fixture
        .publish(&[
            ("a.yaml", &config_map("a", "one")),
            ("b.yaml", &config_map("b", "one")),
        ])
        .await;
    fixture.create("apps", json!({})).await;
    fixture.ready("apps", &first).await;
    let second = fixture
        .publish(&[
            ("a.yaml", &config_map("a", "two")),
            ("c.yaml", &config_map("c", "two")),
        ])
        .await;
    let object = fixture.ready("apps", &second).await;
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("two"));
    assert_eq!(fixture.value("c", "key").await.as_deref(), Some("two"));
    assert!(!fixture.exists("b").await);
    let ns = &fixture.namespace;
    assert_eq!(
        inventory(&object),
        [format!("{ns}_a__ConfigMap"), format!("{ns}_c__ConfigMap")]
    );
    fixture
        .event(
            "apps",
            "Progressing",
            &format!("ConfigMap/{ns}/a configured\nConfigMap/{ns}/c created"),
        )
        .await;
    fixture
        .event("apps", "Progressing", &format!("ConfigMap/{ns}/b deleted"))
        .await;
    let digests: Vec<_> = object
        .status
        .history
        .iter()
        .map(|entry| entry.metadata["revision"].clone())
        .collect();
    assert_eq!(digests, [second, first]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_prune_what_left_stays() {
    let fixture = Fixture::new("keep").await;
    let first = fixture
        .publish(&[
            ("a.yaml", &config_map("a", "one")),
            ("b.yaml", &config_map("b", "one")),
        ])
        .await;
    fixture.create("apps", json!({"prune": false})).await;
    fixture.ready("apps", &first).await;
    let second = fixture.publish_map("a", "one").await;
    fixture.ready("apps", &second).await;
    assert!(fixture.exists("b").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k23_13_an_empty_directory_is_valid_and_prunes_everything() {
    let fixture = Fixture::new("empty").await;
    let first = fixture
        .publish(&[("apps/a.yaml", &config_map("a", "one"))])
        .await;
    fixture.create("apps", json!({"path": "apps"})).await;
    fixture.ready("apps", &first).await;
    let second = fixture.publish(&[("apps/README.md", "nothing here")]).await;
    let object = fixture.ready("apps", &second).await;
    assert_eq!(inventory(&object), Vec::<String>::new());
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn live_edits_are_corrected_and_deleted_objects_restored() {
    let fixture = Fixture::new("drift").await;
    let revision = fixture
        .publish(&[
            ("a.yaml", &config_map("a", "one")),
            ("b.yaml", &config_map("b", "one")),
        ])
        .await;
    fixture.create("apps", json!({})).await;
    fixture.ready("apps", &revision).await;
    let edit = Patch::Merge(json!({"data": {"key": "edited"}}));
    fixture
        .config_maps()
        .patch("a", &PatchParams::default(), &edit)
        .await
        .unwrap();
    fixture
        .config_maps()
        .delete("b", &DeleteParams::default())
        .await
        .unwrap();
    fixture.request("apps", "now").await;
    fixture
        .config_map("a", "corrected", |map| {
            map.is_some_and(|map| map.data.as_ref().unwrap()["key"] == "one")
        })
        .await;
    fixture
        .config_map("b", "restored", |map| map.is_some())
        .await;
    let object = fixture
        .wait("apps", "done with the request", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("now")
                && condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
        })
        .await;
    assert_eq!(object.status.history[0].total_reconciliations, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn k23_2_what_is_unchanged_is_not_written() {
    let fixture = Fixture::new("unchanged").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({})).await;
    fixture.ready("apps", &revision).await;
    let before = fixture.version("a").await;
    fixture.request("apps", "again").await;
    fixture
        .wait("apps", "done with the request", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("again")
                && object.status.history[0].total_reconciliations == 2
        })
        .await;
    assert_eq!(fixture.version("a").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_is_downloaded_once_for_all_who_use_it() {
    let fixture = Fixture::new("shared").await;
    let names = ["a", "b", "c", "d", "e", "f"];
    let manifests: Vec<(String, String)> = names
        .iter()
        .map(|name| (format!("{name}/x.yaml"), config_map(name, "one")))
        .collect();
    for name in names {
        fixture.create(name, json!({"path": name})).await;
    }
    let revision = fixture.publish(&manifests).await;
    for name in names {
        fixture.ready(name, &revision).await;
    }
    assert_eq!(fixture.downloads(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn k8_2_opt_outs_are_honoured() {
    let fixture = Fixture::new("optout").await;
    let marked = |name: &str, value: &str, mark: &str| {
        config_map(name, value).replace(
            "metadata:\n",
            &format!("metadata:\n  annotations:\n    kustomize.toolkit.fluxcd.io/{mark}\n"),
        )
    };
    let first = fixture
        .publish(&[
            (
                "ignored.yaml",
                &marked("ignored", "one", "reconcile: disabled"),
            ),
            ("once.yaml", &marked("once", "one", "ssa: IfNotPresent")),
            ("kept.yaml", &marked("kept", "one", "prune: Disabled")),
        ])
        .await;
    fixture.create("apps", json!({})).await;
    let object = fixture.ready("apps", &first).await;
    assert!(!fixture.exists("ignored").await);
    // K15.3, K23.3
    assert_eq!(inventory(&object).len(), 3);
    let second = fixture
        .publish(&[("once.yaml", &marked("once", "two", "ssa: IfNotPresent"))])
        .await;
    fixture.ready("apps", &second).await;
    assert_eq!(fixture.value("once", "key").await.as_deref(), Some("one"));
    assert!(fixture.exists("kept").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k23_4_objects_that_moved_to_another_owner_are_not_pruned() {
    let fixture = Fixture::new("moved").await;
    let first = fixture
        .publish(&[
            ("a/x.yaml", &config_map("x", "one")),
            ("b/y.yaml", &config_map("y", "one")),
        ])
        .await;
    fixture.create("a", json!({"path": "a"})).await;
    fixture.create("b", json!({"path": "b"})).await;
    fixture.ready("a", &first).await;
    fixture.ready("b", &first).await;
    // `b` takes `x` over before `a` loses it.
    fixture.patch("a", json!({"suspend": true})).await;
    // A request that is answered shows that the suspension has been heard of.
    fixture.request("a", "suspended").await;
    fixture
        .wait("a", "answered", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("suspended")
        })
        .await;
    let second = fixture
        .publish(&[
            ("a/z.yaml", &config_map("z", "two")),
            ("b/x.yaml", &config_map("x", "two")),
        ])
        .await;
    fixture.ready("b", &second).await;
    fixture.patch("a", json!({"suspend": false})).await;
    fixture.ready("a", &second).await;
    assert_eq!(fixture.value("x", "key").await.as_deref(), Some("two"));
    fixture
        .event(
            "a",
            "Progressing",
            &format!("ConfigMap/{}/x skipped", fixture.namespace),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k3_2_a_suspended_object_answers_requests_and_does_nothing() {
    let fixture = Fixture::new("suspended").await;
    fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({"suspend": true})).await;
    fixture.request("apps", "asked").await;
    let object = fixture
        .wait("apps", "answered", |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some("asked")
        })
        .await;
    assert_eq!(condition(&object, "Ready"), None);
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k11_5_common_metadata_is_put_on_every_object() {
    let fixture = Fixture::new("metadata").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture
        .create(
            "apps",
            json!({"commonMetadata": {"labels": {"team": "x"}, "annotations": {"note": "y"}}}),
        )
        .await;
    fixture.ready("apps", &revision).await;
    let metadata = fixture.config_maps().get("a").await.unwrap().metadata;
    assert_eq!(metadata.labels.unwrap()["team"], "x");
    assert_eq!(metadata.annotations.unwrap()["note"], "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn k24_1_a_fresh_controller_writes_and_prunes_nothing() {
    let mut fixture = Fixture::new("restart").await;
    let files = [
        ("a.yaml", config_map("a", "one")),
        ("b.yaml", config_map("b", "one")),
    ];
    let revision = fixture.publish(&files).await;
    fixture.create("apps", json!({})).await;
    let before = fixture.ready("apps", &revision).await;
    let mut versions = Vec::new();
    for name in ["a", "b"] {
        versions.push(fixture.version(name).await);
    }
    fixture.restart().await;
    let after = fixture
        .wait("apps", "looked at by the new controller", |object| {
            object.status.history[0].total_reconciliations == 2
        })
        .await;
    assert_eq!(inventory(&after), inventory(&before));
    for (name, version) in ["a", "b"].into_iter().zip(versions) {
        assert_eq!(fixture.version(name).await, version);
    }
    // Nothing was said of a revision that was applied already, and Ready never wavered.
    let since = |object: &crds::kustomize::Kustomization| {
        object
            .status
            .conditions
            .iter()
            .find(|it| it.r#type == "Ready")
            .map(|it| it.last_transition_time)
    };
    assert_eq!(since(&after), since(&before));
}

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_corrected_by_the_interval_alone() {
    let fixture = Fixture::new("interval").await;
    let revision = fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({"interval": "1s"})).await;
    fixture.ready("apps", &revision).await;
    let edit = Patch::Merge(json!({"data": {"key": "edited", "more": "1"}}));
    fixture
        .config_maps()
        .patch("a", &PatchParams::default(), &edit)
        .await
        .unwrap();
    fixture
        .config_map("a", "corrected", |map| {
            map.is_some_and(|map| map.data.as_ref().is_some_and(|data| data["key"] == "one"))
        })
        .await;
    fixture
        .config_maps()
        .delete("a", &DeleteParams::default())
        .await
        .unwrap();
    fixture
        .config_map("a", "restored", |map| map.is_some())
        .await;
}
