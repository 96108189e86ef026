//! Webhooks out and in: one that nobody answers, and one that somebody forges.

use e2e::circle::{receiver, secret};
use e2e::manifests::config_map;
use e2e::scenario::ready;
use e2e::webhook::Webhook;
use e2e::{Scenario, Toolkit};
use serde_json::json;

use crate::support::{chat, ready_version, story, told, untouched};

const TOKEN: &str = "s3cret";

#[tokio::test]
async fn an_unreachable_webhook_is_told_on_its_alert_and_holds_up_nothing() {
    let story = story("unreachable").await;
    let [unused] = testing::free_ports().unwrap();
    let address = format!("http://127.0.0.1:{unused}/hook");
    let spec = json!({ "type": "generic", "address": address, "timeout": "3s" });
    story.create("Provider", "nobody", spec).await;
    let sources = json!([{ "kind": "Kustomization", "name": "*" }]);
    let spec = json!({ "providerRef": { "name": "nobody" }, "eventSources": sources });
    story.create("Alert", "nobody", spec).await;
    let chat = chat(&story, &["Kustomization"]).await;
    let first = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "one")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &first).await;
    let created = format!("ConfigMap/{}/a created", story.namespace);
    told(&chat, "app", "info", &created).await;
    let failed = format!(
        "Warning NotificationDispatchFailed: failed to send notification for Kustomization/{}/app: ",
        story.namespace
    );
    story.event("Alert", "nobody", &failed).await;
    assert_eq!(story.events("Alert", "chat").await, [] as [String; 0]);

    let second = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "two")))]);
    story.sync("second").await;
    story.ready("Kustomization", "app", &second).await;
    let configured = format!("ConfigMap/{}/a configured", story.namespace);
    told(&chat, "app", "info", &configured).await;
}

/// The webhook of the repository of a story.
async fn webhook(story: &Scenario) -> Webhook {
    secret(story, "token", json!({ "token": TOKEN })).await;
    let resources = json!([{
        "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "name": "repo",
    }]);
    let toolkit = Toolkit::whole().await.lock().await;
    let url = receiver(&toolkit, story, "hook", "github", resources).await;
    Webhook::github(&url, TOKEN)
}

#[tokio::test]
async fn a_forged_signature_is_answered_like_an_unknown_path_and_wakes_nothing() {
    let story = story("forged").await;
    let first = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "one")))]);
    story.source().await;
    story.ready("GitRepository", "repo", &first).await;
    let webhook = webhook(&story).await;
    let version = ready_version(&story, "GitRepository", "repo").await;
    let second = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "two")))]);

    assert_eq!(webhook.forged().call().await, Ok(404));
    let elsewhere = {
        let toolkit = Toolkit::whole().await.lock().await;
        Webhook::github(&toolkit.webhook_url("/hook/0000"), TOKEN)
    };
    assert_eq!(elsewhere.call().await, Ok(404));
    untouched(&story, "GitRepository", "repo", &version).await;
    let hook = story.get("Receiver", "hook").await.unwrap();
    assert!(ready(&serde_json::to_value(hook).unwrap(), "True"));

    assert_eq!(webhook.call().await, Ok(200));
    story.ready("GitRepository", "repo", &second).await;
}
