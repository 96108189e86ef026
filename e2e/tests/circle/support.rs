//! What the stories share.

use e2e::probe::reach;
use e2e::scenario::ready;
use e2e::{Scenario, Toolkit};
use serde_json::{Value, json};
use testing::http::Sink;

/// A story for all controllers.
pub async fn story(name: &str) -> Scenario {
    let toolkit = Toolkit::whole().await.lock().await;
    Scenario::on(&toolkit, name).await
}

/// Waits until an object is Ready; returns its resource version, which stays as long as nobody touches it.
pub async fn ready_version(story: &Scenario, kind: &str, name: &str) -> String {
    let done = |object: &Value| {
        ready(object, "True")
            && object["status"]["observedGeneration"] == object["metadata"]["generation"]
    };
    let object = story.wait(kind, name, "ready", done).await;
    object["metadata"]["resourceVersion"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Fails when an object was touched since it had this resource version.
pub async fn untouched(story: &Scenario, kind: &str, name: &str, version: &str) {
    let object = story.get(kind, name).await.unwrap();
    let now = object.metadata.resource_version.as_deref();
    assert_eq!(now, Some(version), "{kind}/{name} was touched: {object:#?}");
}

/// A sink that is told from now on of everything that happens to objects of these kinds.
pub async fn chat(story: &Scenario, kinds: &[&str]) -> Sink {
    let sink = Sink::start().await.unwrap();
    let spec = json!({ "type": "generic", "address": sink.url() });
    story.create("Provider", "chat", spec).await;
    let sources = kinds
        .iter()
        .map(|kind| json!({ "kind": kind, "name": "*" }))
        .collect::<Vec<_>>();
    let spec = json!({ "providerRef": { "name": "chat" }, "eventSources": sources });
    story.create("Alert", "chat", spec).await;
    let url = Toolkit::whole().await.lock().await.events_url();
    reach(story, &url, &sink, (kinds[0], "probe")).await;
    sink
}

/// Waits for a message about an object with this severity whose text contains `text`.
pub async fn told(sink: &Sink, name: &str, severity: &str, text: &str) -> Value {
    let what = format!("{severity} about {name} that says {text:?}");
    let deadline = e2e::scenario::DEADLINE;
    let found = sink.wait_for(&what, deadline, |one| {
        let event = one.json();
        event["involvedObject"]["name"] == name
            && event["severity"] == severity
            && event["message"]
                .as_str()
                .is_some_and(|message| message.contains(text))
    });
    found.await.unwrap().json()
}
