//! Patches and events as a real API server takes them.

use std::time::Duration;

use common::conditions::{READY, Status, set};
use common::events::{Event, Recorder, Settings};
use common::k8s_openapi::api::core::v1::Event as CoreEvent;
use common::kube::Client;
use common::kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use common::object::Object as _;
use common::patch::{Patcher, Written};
use common::reconcile::Notice;
use crds::meta::Duration as GoDuration;
use crds::source::{GitRepository, GitRepositorySpec};
use jiff::Timestamp;
use serde_json::json;
use testing::ControlPlane;

async fn ground() -> (Client, Api<GitRepository>, GitRepository) {
    let plane = ControlPlane::shared().await;
    let (namespace, client) = (plane.namespace("writes").await, plane.client().await);
    let api = Api::namespaced(client.clone(), &namespace);
    let spec = GitRepositorySpec {
        url: "https://example.com/repo".into(),
        interval: GoDuration::from_secs(60),
        ..GitRepositorySpec::default()
    };
    let object = api
        .create(&PostParams::default(), &GitRepository::new("repo", spec))
        .await
        .unwrap();
    (client, api, object)
}

fn mark(object: &mut GitRepository, kind: &str, reason: &str) {
    set(
        &mut object.status.conditions,
        kind,
        Status::True,
        reason,
        "m",
        1,
        Timestamp::now(),
    );
}

#[tokio::test]
async fn r10_a_write_in_between_costs_nobody_a_condition() {
    let (client, api, mut ours) = ground().await;
    let mut patcher = Patcher::new(client, "source-controller", vec![READY], &ours).unwrap();

    let mut theirs = ours.clone();
    mark(&mut theirs, "Theirs", "Kept");
    mark(&mut theirs, READY, "Overruled");
    let status =
        json!({"status": {"conditions": theirs.status.conditions, "observedIgnore": "theirs"}});
    api.patch_status("repo", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();

    mark(&mut ours, READY, "Succeeded");
    ours.set_observed_generation(1);
    ours.metadata.finalizers = Some(vec!["finalizers.fluxcd.io".into()]);
    assert_eq!(patcher.patch(&mut ours).await.unwrap(), Written::Patched);

    let stored = api.get("repo").await.unwrap();
    let reasons: Vec<_> = stored
        .conditions()
        .iter()
        .map(|c| (c.r#type.as_str(), c.reason.as_str()))
        .collect();
    assert_eq!(reasons, [(READY, "Succeeded"), ("Theirs", "Kept")]);
    assert_eq!(stored.status.observed_ignore.as_deref(), Some("theirs"));
    assert_eq!(
        (stored.observed_generation(), stored.has_finalizer()),
        (1, true)
    );
    assert_eq!(
        stored.metadata.resource_version, ours.metadata.resource_version,
        "and we know where we are"
    );
    let managers = stored.metadata.managed_fields.unwrap();
    assert!(managers.iter().any(|entry| {
        entry.manager.as_deref() == Some("source-controller")
            && entry.subresource.as_deref() == Some("status")
    }));
    assert_eq!(patcher.patch(&mut ours).await.unwrap(), Written::Unchanged);
}

#[tokio::test]
async fn r10_many_writers_at_a_time_lose_nothing() {
    let (client, api, object) = ground().await;
    let kinds = ["A", "B", "C", "D"];
    let writers = kinds.map(|kind| {
        let (client, mut object) = (client.clone(), object.clone());
        tokio::spawn(async move {
            let mut patcher = Patcher::new(client, "writer", vec![kind], &object).unwrap();
            mark(&mut object, kind, "Written");
            patcher.patch(&mut object).await
        })
    });
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    let stored = api.get("repo").await.unwrap();
    let found: Vec<_> = stored
        .conditions()
        .iter()
        .map(|condition| condition.r#type.as_str())
        .collect();
    assert_eq!(found, kinds);
}

#[tokio::test]
async fn k7_1_events_reach_the_cluster_and_repeated_ones_are_counted() {
    let (client, _, object) = ground().await;
    let settings = Settings {
        controller: "source-controller".into(),
        instance: "host-1".into(),
        address: String::new(),
    };
    let (recorder, delivery) = Recorder::start(client.clone(), &settings).unwrap();
    let metadata = [(
        "source.toolkit.fluxcd.io/revision".to_owned(),
        "main@sha1:1".to_owned(),
    )];
    for _ in 0..3 {
        recorder.record(&Event::new(
            &object,
            Notice::Error,
            "GitOperationFailed",
            "no route",
            metadata.clone(),
        ));
    }
    recorder.record(&Event::new(
        &object,
        Notice::Trace,
        "ArtifactUpToDate",
        "nothing new",
        [],
    ));
    delivery.flush(Duration::from_secs(30)).await;

    let namespace = object.metadata.namespace.clone().unwrap();
    let api: Api<CoreEvent> = Api::namespaced(client, &namespace);
    let mut events = api.list(&ListParams::default()).await.unwrap().items;
    events.sort_by(|a, b| a.reason.cmp(&b.reason));
    let shown: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.reason.as_deref().unwrap(),
                event.type_.as_deref().unwrap(),
                event.count.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("ArtifactUpToDate", "Normal", 1),
            ("GitOperationFailed", "Warning", 3)
        ]
    );
    assert_eq!(events[1].involved_object.uid, object.metadata.uid);
    assert_eq!(
        events[1].metadata.annotations.as_ref().unwrap()["source.toolkit.fluxcd.io/revision"],
        "main@sha1:1"
    );
}
