//! What an event costs at the API server, against a script of it.

use serde_json::{Value, json};
use testing::api::{Expected, Script};
use testing::http::Sink;

use super::*;
use crate::event::tests::sample;
use crate::provider::sender::Retry;

const LONG: Duration = Duration::from_secs(20);
const OBJECT: &str =
    "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/webapp";
const SECRET: &str = "/api/v1/namespaces/flux-system/secrets/hook";

fn alert(name: &str, provider: &str, labels: Value) -> Alert {
    let source = json!({"kind": "Kustomization", "name": "*", "matchLabels": labels});
    serde_json::from_value(json!({
        "metadata": {"name": name, "namespace": "flux-system"},
        "spec": {"providerRef": {"name": provider}, "eventSources": [source]},
    }))
    .unwrap()
}

fn provider(name: &str, address: &str, secret: Value) -> Provider {
    serde_json::from_value(json!({
        "metadata": {"name": name, "namespace": "flux-system"},
        "spec": {"type": "generic", "address": address, "secretRef": secret},
    }))
    .unwrap()
}

/// Dispatches an event, waits for its messages, and says what was told on alerts.
async fn dispatch(script: &Script, alerts: Vec<Alert>, providers: Vec<Provider>) -> Vec<String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (recorder, mut recorded) = Recorder::in_memory();
    let dispatcher = Dispatcher::new(Parts {
        client: script.client(),
        recorder,
        alerts: Mirror::holding(alerts),
        providers: Mirror::holding(providers),
        cross_namespace: CrossNamespace::Allowed,
        identity: WorkloadIdentity::Off,
        sender: Sender::new(Retry::default()),
    });
    dispatcher.dispatch(&sample("info", &[])).await;
    dispatcher.finish(LONG).await;
    drop(dispatcher);
    let mut told = Vec::new();
    while let Some(event) = recorded.recv().await {
        told.push(format!("{} {}", event.involved.name, event.reason));
    }
    told
}

#[tokio::test]
async fn an_event_that_nobody_wants_costs_nothing() {
    let script = Script::new([]);
    let sink = Sink::start().await.unwrap();
    let told = dispatch(
        &script,
        Vec::new(),
        vec![provider("p", sink.url(), json!(null))],
    )
    .await;
    assert!(told.is_empty() && sink.received().is_empty());
    script.finish();
}

#[tokio::test]
async fn a_message_costs_one_read_for_each_secret_and_none_without() {
    let sink = Sink::start().await.unwrap();
    let secret = json!({"metadata": {"name": "hook"}, "data": {"headers": "WDogMQ=="}});
    let script = Script::new([Expected::get(SECRET).reply(200, secret)]);
    let alerts = vec![
        alert("a", "with", json!(null)),
        alert("b", "without", json!(null)),
    ];
    let providers = vec![
        provider(
            "with",
            &format!("{}/with", sink.url()),
            json!({"name": "hook"}),
        ),
        provider("without", &format!("{}/without", sink.url()), json!(null)),
    ];
    assert!(dispatch(&script, alerts, providers).await.is_empty());
    script.finish();
    let received = sink.received();
    let with = received
        .iter()
        .find(|one| one.uri.path() == "/with")
        .unwrap();
    assert_eq!(
        (&with.headers["x"], received.len()),
        (&"1".parse().unwrap(), 2)
    );
}

#[tokio::test]
async fn e17_the_object_is_read_once_however_many_alerts_ask_for_its_labels() {
    let sink = Sink::start().await.unwrap();
    let object = json!({
        "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
        "metadata": {"name": "webapp", "labels": {"team": "web"}},
    });
    let script = Script::new([Expected::get(OBJECT).reply(200, object)]);
    let alerts = ["web", "db", "ops"].map(|team| alert(team, "p", json!({"team": team})));
    let told = dispatch(
        &script,
        alerts.into(),
        vec![provider("p", sink.url(), json!(null))],
    )
    .await;
    assert!(told.is_empty(), "{told:?}");
    script.finish();
    assert_eq!(sink.received().len(), 1);
}

#[tokio::test]
async fn e17_an_object_that_cannot_be_read_is_told_on_every_alert_that_asks() {
    let script = Script::new([Expected::get(OBJECT).reply(403, json!({"reason": "Forbidden"}))]);
    let alerts = ["web", "db"].map(|team| alert(team, "p", json!({"team": team})));
    let told = dispatch(&script, alerts.into(), Vec::new()).await;
    assert_eq!(told, ["db SourceFetchFailed", "web SourceFetchFailed"]);
    script.finish();
}

#[tokio::test]
async fn e25_a_secret_that_may_not_be_read_is_told_and_holds_nobody_else_up() {
    let sink = Sink::start().await.unwrap();
    let script = Script::new([Expected::get(SECRET).reply(403, json!({"reason": "Forbidden"}))]);
    let alerts = vec![
        alert("a", "with", json!(null)),
        alert("b", "without", json!(null)),
    ];
    let providers = vec![
        provider("with", sink.url(), json!({"name": "hook"})),
        provider("without", sink.url(), json!(null)),
    ];
    let told = dispatch(&script, alerts, providers).await;
    assert_eq!(told, ["a NotificationDispatchFailed"]);
    assert_eq!(sink.received().len(), 1);
    script.finish();
}
