//! Events through Alerts and Providers, and calls of Receivers.

use e2e::cost::Meter;
use e2e::probe::reach;
use e2e::scenario::{DEADLINE, LOOK};
use e2e::toolkit::Setup;
use e2e::{Component, Scenario};
use serde_json::{Value, json};
use testing::http::{Sink, post};
use tokio::time::{Instant, sleep};

use crate::alone;
use crate::fleet::{self, is_ready, name, units};
use crate::table::{Bar, Table};

/// An event of the repository of a unit.
fn event(story: &Scenario, unit: usize, message: &str) -> Vec<u8> {
    let event = json!({
        "involvedObject": {
            "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
            "name": name(unit), "namespace": story.namespace, "uid": format!("uid-{unit}"),
        },
        "severity": "info", "timestamp": "2026-01-02T03:04:05Z", "message": message, "reason": "NewArtifact",
        "metadata": { "source.toolkit.fluxcd.io/revision": "main@sha1:abc" },
        "reportingController": "source-controller", "reportingInstance": "source-controller-0",
    });
    event.to_string().into_bytes()
}

/// Posts an event of every unit, and waits until what it says has arrived for all of them.
async fn tell(story: &Scenario, url: &str, sink: &Sink, message: &str) {
    fleet::each(|unit| async move {
        let answer = post(url, &[], event(story, unit, message)).await.unwrap();
        assert_eq!(answer.status, 202);
    })
    .await;
    for unit in 0..units() {
        let path = format!("/{}", name(unit));
        sink.wait_for(&path, DEADLINE, |received| {
            received.uri.path() == path && received.json()["message"] == message
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn many_events_through_as_many_alerts_ask_the_server_for_little() {
    let _alone = alone().await;
    let mut toolkit = Setup::of(&[Component::Notification])
        .as_installed()
        .start()
        .await;
    let story = Scenario::on(&toolkit, "hundred-alerts").await;
    let sink = Sink::start().await.unwrap();
    let url = toolkit.events_url();
    let notification = toolkit.controller(Component::Notification);
    let mut table = Table::new("Provider and Alert");

    let meter = Meter::start(notification).await;
    fleet::create(
        &story,
        "Provider",
        |unit| json!({ "type": "generic", "address": format!("{}/{}", sink.url(), name(unit)) }),
    )
    .await;
    fleet::create(&story, "Alert", |unit| {
        json!({
            "providerRef": { "name": name(unit) },
            "eventSources": [{ "kind": "GitRepository", "name": name(unit) }],
        })
    })
    .await;
    table.add(
        "install",
        &meter.stop(notification).await,
        Bar::Requests(4.0),
    );

    for unit in 0..units() {
        reach(&story, &url, &sink, ("GitRepository", &name(unit))).await;
    }
    let meter = Meter::start(notification).await;
    tell(&story, &url, &sink, "first").await;
    let cost = meter.stop(notification).await;
    table.add("an event through each", &cost, Bar::Requests(2.0));
    table.finish();
}

#[tokio::test]
async fn many_receivers_cost_few_requests_to_install_to_look_at_again_and_to_call() {
    let _alone = alone().await;
    let mut toolkit = Setup::of(&[Component::Notification])
        .as_installed()
        .start()
        .await;
    let story = Scenario::on(&toolkit, "hundred-receivers").await;
    story
        .put(
            "Secret",
            "token",
            json!({ "stringData": { "token": "s3cret" } }),
        )
        .await;
    // The sources need nobody who fetches: they are woken all the same.
    fleet::create(
        &story,
        "GitRepository",
        |_| json!({ "interval": "1h", "url": story.url() }),
    )
    .await;
    let base = toolkit.webhook_url("");
    let notification = toolkit.controller(Component::Notification);
    let mut table = Table::new("Receiver");

    let meter = Meter::start(notification).await;
    fleet::create(&story, "Receiver", |unit| {
        json!({
            "type": "generic", "secretRef": { "name": "token" },
            "resources": [{ "kind": "GitRepository", "name": name(unit) }],
        })
    })
    .await;
    fleet::all(&story, "Receiver", is_ready).await;
    table.add(
        "install",
        &meter.stop(notification).await,
        Bar::Requests(7.0),
    );

    let meter = Meter::start(notification).await;
    fleet::request(&story, "Receiver", "again").await;
    let cost = meter.stop(notification).await;
    table.add("a pass without change", &cost, Bar::Requests(4.0));

    let meter = Meter::start(notification).await;
    fleet::each(|unit| call(&story, &base, unit)).await;
    let cost = meter.stop(notification).await;
    table.add("a call of each", &cost, Bar::Requests(4.0));
    fleet::all(&story, "GitRepository", is_woken).await;
    table.finish();
}

async fn call(story: &Scenario, base: &str, unit: usize) {
    let receiver = story.get("Receiver", &name(unit)).await.unwrap();
    let path = receiver.data["status"]["webhookPath"]
        .as_str()
        .unwrap()
        .to_owned();
    let end = Instant::now() + DEADLINE;
    // A path that the status tells may not have been seen yet by those who answer under it.
    while post(&format!("{base}{path}"), &[], b"{}".to_vec())
        .await
        .unwrap()
        .status
        != 200
    {
        assert!(Instant::now() < end, "nobody answers at {path}");
        sleep(LOOK).await;
    }
}

fn is_woken(object: &Value) -> bool {
    object["metadata"]["annotations"][e2e::scenario::REQUESTED_AT].is_string()
}
