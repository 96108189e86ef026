//! Which requests an apply makes, in which order, and what stops it.

use crate::fixture::{cluster, config, failing, id, object, options};
use apply::testing::{InMemory, Verb};
use apply::{ApiError, apply_all};
use serde_json::json;

#[tokio::test]
async fn k14_4_all_of_a_stage_is_dry_run_before_the_first_write() {
    let cluster = cluster();
    let set = vec![
        config("b", "1"),
        object("v1", "Service", "a", &json!({})),
        config("a", "1"),
    ];
    let changes = apply_all(&cluster, set, &options()).await.unwrap();
    assert_eq!(
        changes.to_string(),
        "ConfigMap/ns/a created\nConfigMap/ns/b created\nService/ns/a created"
    );
    let requests = cluster.take();
    let writes = requests
        .iter()
        .position(|request| request.verb == Verb::Apply)
        .unwrap();
    assert!(
        requests[..writes]
            .iter()
            .all(|request| request.verb != Verb::Apply)
    );
    assert_eq!(requests[..writes].len(), 3);
    let written: Vec<String> = requests[writes..].iter().map(ToString::to_string).collect();
    assert_eq!(
        written,
        [
            "Apply ConfigMap/ns/a",
            "Apply ConfigMap/ns/b",
            "Apply Service/ns/a"
        ]
    );
}

#[tokio::test]
async fn k14_4_one_refused_dry_run_stops_its_stage() {
    let refused = ApiError::status(422, "Invalid", "no");
    let cluster = failing(
        InMemory::default(),
        |request| request.to_string() == "DryRun ConfigMap/ns/b",
        refused,
    );
    let set = vec![config("a", "1"), config("b", "1"), config("c", "1")];
    let failure = apply_all(&cluster, set, &options()).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "ConfigMap/ns/b dry-run failed (Invalid): no"
    );
    assert!(cluster.inner().objects().is_empty());
}

#[tokio::test]
async fn k14_5_a_failed_stage_tells_what_the_stages_before_it_did() {
    let refused = ApiError::status(403, "Forbidden", "no");
    let cluster = failing(
        InMemory::default(),
        |request| request.to_string() == "Apply ConfigMap/ns/b",
        refused,
    );
    let namespace = object("v1", "Namespace", "ns", &json!({}));
    let set = vec![config("a", "1"), config("b", "1"), namespace];
    let failure = apply_all(&cluster, set, &options()).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "ConfigMap/ns/b apply failed: no\nNamespace/ns created"
    );
}

#[tokio::test]
async fn a_live_object_that_cannot_be_read_is_not_overwritten() {
    let lost = ApiError::Transport("connection reset".into());
    let inner = InMemory::default();
    apply_all(&inner, vec![config("a", "1")], &options())
        .await
        .unwrap();
    let cluster = failing(inner, |request| request.verb == Verb::Get, lost);
    let failure = apply_all(&cluster, vec![config("a", "2")], &options())
        .await
        .unwrap_err();
    assert_eq!(
        failure.to_string(),
        "ConfigMap/ns/a query failed: connection reset"
    );
    let live = cluster.inner().object(&id("ConfigMap", "a")).unwrap();
    assert_eq!(live["data"]["k"], "1");
}

#[tokio::test]
async fn a_new_object_costs_a_dry_run_and_an_apply() {
    let cluster = cluster();
    let changes = apply_all(&cluster, vec![config("a", "1")], &options())
        .await
        .unwrap();
    assert_eq!(changes.to_string(), "ConfigMap/ns/a created");
    assert_eq!(
        cluster.take_lines(),
        ["DryRun ConfigMap/ns/a", "Apply ConfigMap/ns/a"]
    );
}

#[tokio::test]
async fn k14_8_legacy_metadata_is_patched_away_after_a_good_dry_run_only() {
    let cluster = cluster();
    apply_all(&cluster, vec![config("a", "1")], &options())
        .await
        .unwrap();
    cluster
        .inner()
        .update(&id("ConfigMap", "a"), "old", |object| {
            object["metadata"]["labels"]["fluxcd.io/sync-gc-mark"] = json!("x");
            object["metadata"]["annotations"] = json!({"g.io/checksum": "y", "keep": "z"});
        });
    cluster.take();
    let changes = apply_all(&cluster, vec![config("a", "1")], &options())
        .await
        .unwrap();
    assert_eq!(changes.to_string(), "ConfigMap/ns/a configured");
    assert_eq!(
        cluster.take_lines(),
        [
            "DryRun ConfigMap/ns/a",
            "Get ConfigMap/ns/a",
            "Patch ConfigMap/ns/a",
            "Apply ConfigMap/ns/a"
        ]
    );
    let live = cluster.inner().object(&id("ConfigMap", "a")).unwrap();
    assert_eq!(live["metadata"]["annotations"], json!({"keep": "z"}));
    assert_eq!(
        live["metadata"]["labels"],
        json!({"g.io/name": "unit", "g.io/namespace": "ns"})
    );
}

#[tokio::test]
async fn k14_13_managed_fields_move_to_the_applied_version_first() {
    let cluster = cluster();
    let widget = |version: &str| {
        object(
            &format!("example.com/{version}"),
            "Widget",
            "w",
            &json!({"spec": {"size": 1}}),
        )
    };
    apply_all(&cluster, vec![widget("v1")], &options())
        .await
        .unwrap();
    cluster.take();
    let migrating = apply::ApplyOptions {
        api_versions: apply::ApiVersions::Migrate,
        ..options()
    };
    apply_all(&cluster, vec![widget("v2")], &migrating)
        .await
        .unwrap();
    assert_eq!(
        cluster.take_lines(),
        [
            "Get Widget/ns/w",
            "Patch Widget/ns/w",
            "DryRun Widget/ns/w",
            "Apply Widget/ns/w"
        ]
    );
    let live = cluster.inner().object(&id("Widget", "w")).unwrap();
    assert_eq!(
        live["metadata"]["managedFields"][0]["apiVersion"],
        "example.com/v2"
    );
}

#[tokio::test(start_paused = true)]
async fn k14_9_a_recreated_object_is_awaited_until_its_finalizers_are_gone() {
    let inner = InMemory::default();
    let held = object("v1", "ConfigMap", "a", &json!({"data": {"k": "1"}}));
    apply_all(&inner, vec![held], &options()).await.unwrap();
    inner.update(&id("ConfigMap", "a"), "guard", |object| {
        object["metadata"]["finalizers"] = json!(["x"]);
    });
    let immutable = ApiError::status(422, "Invalid", "field is immutable");
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let first_dry_run = move |request: &apply::testing::Request| {
        request.verb == Verb::DryRun && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0
    };
    let cluster = failing(inner, first_dry_run, immutable);
    let forced = apply::ApplyOptions {
        force: apply::Force::All,
        ..options()
    };
    let release = async {
        tokio::time::sleep(std::time::Duration::from_mins(5)).await;
        cluster
            .inner()
            .update(&id("ConfigMap", "a"), "guard", |object| {
                object["metadata"]["finalizers"] = json!([]);
            });
    };
    let apply = apply_all(&cluster, vec![config("a", "2")], &forced);
    let (changes, ()) = tokio::join!(apply, release);
    assert_eq!(changes.unwrap().to_string(), "ConfigMap/ns/a created");
    let live = cluster.inner().object(&id("ConfigMap", "a")).unwrap();
    assert_eq!(live["data"]["k"], "2");
}

#[tokio::test(start_paused = true)]
async fn k14_2_a_stage_that_does_not_become_healthy_stops_the_next() {
    let cluster = cluster();
    let class = object("example.com/v1", "SlowClass", "s", &json!({}));
    let unready = |object: &mut serde_json::Value| {
        object["status"] = json!({"conditions": [{"type": "Ready", "status": "False"}]});
    };
    apply_all(&cluster, vec![class.clone()], &options())
        .await
        .unwrap();
    let slow = apply::ObjectId::new("ns", "s", "example.com", "SlowClass");
    cluster.inner().update_status(&slow, "controller", unready);
    let set = vec![class, config("a", "1")];
    let failure = apply_all(&cluster, set, &options()).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "timeout waiting for: [SlowClass/ns/s status: 'InProgress']"
    );
    assert_eq!(cluster.inner().object(&id("ConfigMap", "a")), None);
}

#[tokio::test]
async fn what_an_apply_has_shown_to_be_healthy_is_told() {
    let cluster = cluster();
    let set = || {
        vec![
            config("a", "1"),
            object(
                "apps/v1",
                "Deployment",
                "d",
                &json!({"spec": {"replicas": 1}}),
            ),
            object(
                "example.com/v1",
                "Widget",
                "w",
                &json!({"spec": {"size": 1}}),
            ),
        ]
    };
    let current = |changes: apply::ChangeSet| changes.current.into_iter().collect::<Vec<_>>();
    let changes = apply_all(&cluster, set(), &options()).await.unwrap();
    // The controller of the widget has not had a look at it.
    assert_eq!(current(changes), [id("ConfigMap", "a")]);
    let changes = apply_all(&cluster, set(), &options()).await.unwrap();
    assert_eq!(current(changes), [id("ConfigMap", "a"), id("Widget", "w")]);
}

#[tokio::test]
async fn k14_6_what_a_controller_writes_between_dry_run_and_read_is_no_drift() {
    let inner = std::sync::Arc::new(InMemory::default());
    apply_all(&*inner, vec![config("a", "1")], &options())
        .await
        .unwrap();
    let controller = std::sync::Arc::clone(&inner);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let cluster = apply::testing::Recorder::new(inner).failing(move |request| {
        if request.verb == Verb::Get && seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0
        {
            controller.update(&id("ConfigMap", "a"), "controller", |object| {
                object["metadata"]["annotations"] = json!({"revision": "1"});
            });
        }
        None
    });
    let changes = apply_all(&cluster, vec![config("a", "1")], &options())
        .await
        .unwrap();
    assert_eq!(changes.to_string(), "ConfigMap/ns/a unchanged");
    assert_eq!(
        cluster.take_lines(),
        [
            "DryRun ConfigMap/ns/a",
            "Get ConfigMap/ns/a",
            "DryRun ConfigMap/ns/a",
            "Get ConfigMap/ns/a"
        ]
    );
}
