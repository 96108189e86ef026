use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use testing::api::{Expected, Script};
use testing::http::{Received, Sink};

use super::*;
use crate::object::ObjectReference;
use crate::reconcile::Notice;

const EVENTS: &str = "/api/v1/namespaces/ns/events";

fn event(notice: Notice, message: &str) -> Event {
    Event {
        involved: ObjectReference {
            kind: "GitRepository".into(),
            namespace: "ns".into(),
            name: "repo".into(),
            uid: "u".into(),
            api_version: "source.toolkit.fluxcd.io/v1".into(),
            resource_version: "7".into(),
        },
        notice,
        reason: "NewArtifact".into(),
        message: message.into(),
        metadata: [(
            "source.toolkit.fluxcd.io/revision".to_owned(),
            "main@sha1:1".to_owned(),
        )]
        .into(),
        at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
    }
}

fn settings(address: &str) -> Settings {
    Settings {
        controller: "source-controller".into(),
        instance: "host-1".into(),
        address: address.into(),
    }
}

/// Records events and waits for their delivery.
async fn deliver(script: &Script, address: &str, events: &[Event]) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (recorder, delivery) = Recorder::start(script.client(), &settings(address)).unwrap();
    for event in events {
        recorder.record(event);
    }
    // The recorder lives on, as it may when the process ends.
    delivery.flush(Duration::from_secs(30)).await;
    drop(recorder);
}

#[tokio::test]
async fn k7_1_a_kubernetes_event_is_written_as_the_field_writes_it() {
    let script = Script::new([Expected::post(EVENTS).body(|body| {
        let name = body["metadata"]["name"].as_str().unwrap();
        name.starts_with("repo.")
            && body["metadata"]["annotations"] == json!({"source.toolkit.fluxcd.io/revision": "main@sha1:1"})
            && body["involvedObject"]
                == json!({"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "name": "repo",
                    "namespace": "ns", "resourceVersion": "7", "uid": "u"})
            && (&body["type"], &body["reason"], &body["message"])
                == (&json!("Warning"), &json!("NewArtifact"), &json!("broken"))
            && body["source"] == json!({"component": "source-controller"})
            && body["reportingComponent"] == "source-controller"
            && body["count"] == 1
            && body["firstTimestamp"] == "2026-01-02T03:04:05Z"
    })]);
    deliver(&script, "", &[event(Notice::Error, "broken")]).await;
    script.finish();
}

#[tokio::test]
async fn the_same_event_again_bumps_the_count_and_another_does_not() {
    let script = Script::new([
        Expected::post(EVENTS),
        Expected::patch(format!(
            "{EVENTS}/repo.{:x}",
            event(Notice::Info, "").at.as_nanosecond()
        ))
        .body(|body| body["count"] == 2 && body["lastTimestamp"] == "2026-01-02T03:04:05Z"),
        Expected::post(EVENTS).body(|body| body["message"] == "other" && body["count"] == 1),
    ]);
    let same = event(Notice::Info, "same");
    deliver(
        &script,
        "",
        &[same.clone(), same, event(Notice::Info, "other")],
    )
    .await;
    script.finish();
}

#[tokio::test]
async fn e1_the_events_address_gets_the_payload_and_traces_stay_in_the_cluster() {
    let sink = Sink::start().await.unwrap();
    let script = Script::new([
        Expected::post(EVENTS),
        Expected::post(EVENTS),
        Expected::post(EVENTS),
    ]);
    let events = [
        event(Notice::Trace, "trace"),
        event(Notice::Info, "info"),
        event(Notice::Error, "error"),
    ];
    deliver(&script, sink.url(), &events).await;
    script.finish();
    let bodies: Vec<_> = sink.received().iter().map(Received::json).collect();
    let severities: Vec<_> = bodies
        .iter()
        .map(|body| body["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities, ["info", "error"]);
    assert_eq!(
        bodies[0],
        json!({
            "involvedObject": {"kind": "GitRepository", "namespace": "ns", "name": "repo", "uid": "u",
                "apiVersion": "source.toolkit.fluxcd.io/v1", "resourceVersion": "7"},
            "severity": "info",
            "timestamp": "2026-01-02T03:04:05Z",
            "message": "info",
            "reason": "NewArtifact",
            "metadata": {"source.toolkit.fluxcd.io/revision": "main@sha1:1"},
            "reportingController": "source-controller",
            "reportingInstance": "host-1",
        })
    );
}

#[tokio::test]
async fn e1_status_429_is_a_duplicate_and_is_not_sent_again() {
    let sink = Sink::start().await.unwrap();
    sink.answer_with(StatusCode::TOO_MANY_REQUESTS);
    let script = Script::new([Expected::post(EVENTS)]);
    deliver(&script, sink.url(), &[event(Notice::Info, "info")]).await;
    assert_eq!(sink.received().len(), 1);
    script.finish();
}

#[test]
fn an_address_that_is_no_url_is_refused_without_showing_what_it_holds() {
    let refused = webhook::Webhook::new(
        &settings("user:secret@/x?token=1"),
        receipts::Silence::default(),
    )
    .err();
    let error = refused.unwrap().to_string();
    assert!(
        error.starts_with("invalid value of --events-addr: ") && !error.contains("token"),
        "{error}"
    );
}

#[tokio::test]
async fn receipts_are_settled_when_the_address_has_answered() {
    let sink = Sink::start().await.unwrap();
    let script = Script::new([Expected::post(EVENTS), Expected::post(EVENTS)]);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (recorder, delivery) = Recorder::start(script.client(), &settings(sink.url())).unwrap();
    let receipts = Receipts::default();
    recorder.record_with(&event(Notice::Info, "one"), &receipts);
    assert!(!receipts.are_settled());
    receipts.settle().await;
    assert_eq!(sink.received().len(), 1);
    recorder.record_with(&event(Notice::Trace, "not posted"), &receipts);
    assert!(receipts.are_settled());
    delivery.flush(Duration::from_secs(30)).await;
    script.finish();
}

#[tokio::test]
async fn the_events_of_an_object_arrive_in_order() {
    let sink = Sink::start().await.unwrap();
    let numbers: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let script = Script::new(numbers.iter().map(|_| Expected::post(EVENTS)));
    let events: Vec<Event> = numbers
        .iter()
        .map(|number| event(Notice::Info, number))
        .collect();
    deliver(&script, sink.url(), &events).await;
    let arrived: Vec<_> = sink.received().iter().map(Received::json).collect();
    let arrived: Vec<&str> = arrived
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect();
    assert_eq!(arrived, numbers);
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_an_address_that_does_not_answer() {
    let (receipts, silence) = (Receipts::default(), receipts::Silence::default());
    let lost = receipts::Posting::new(event(Notice::Info, "lost"), &receipts, &silence);
    receipts.settle().await;
    assert!(!receipts.are_settled());
    drop(lost);
    silence.set(true);
    let _later = receipts::Posting::new(event(Notice::Info, "later"), &receipts, &silence);
    assert!(receipts.are_settled());
}

#[tokio::test]
async fn recording_never_blocks_and_drops_what_does_not_fit() {
    let (recorder, mut events) = Recorder::in_memory();
    for number in 0..2000 {
        recorder.record(&event(Notice::Info, &number.to_string()));
    }
    let kept = std::iter::from_fn(|| events.try_recv().ok()).count();
    assert_eq!(kept, 1024);
}

#[test]
fn k7_1_messages_are_cut_at_39000_bytes() {
    let object =
        crds::source::GitRepository::new("repo", crds::source::GitRepositorySpec::default());
    let event = Event::new(&object, Notice::Info, "R", &"é".repeat(MAX_MESSAGE), []);
    assert_eq!(event.message.len(), MAX_MESSAGE);
}
