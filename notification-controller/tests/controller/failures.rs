//! What goes wrong on the way to a service is told on the alert, and says no secret.

use serde_json::json;

use crate::world::World;

const FAILED: &str = "NotificationDispatchFailed";

#[tokio::test(flavor = "multi_thread")]
async fn e25_an_unreachable_webhook_is_told_without_its_credentials() {
    let world = World::new().await;
    let [unused] = testing::free_ports().unwrap();
    let address = format!("http://127.0.0.1:{unused}/hunter2-path");
    world
        .secret(
            "hook",
            &[
                ("address", &address),
                ("token", "hunter2-token"),
                ("headers", "X: hunter2-header"),
            ],
        )
        .await;
    world
        .provider(
            "broken",
            json!({"type": "slack", "secretRef": {"name": "hook"}, "timeout": "5s"}),
        )
        .await;
    world.alert("broken", json!({})).await;
    world.generic("works", json!({})).await;
    assert_eq!(world.post(&world.event("a", json!({}))).await.status(), 202);
    world.arrived("/works").await;
    let told = world.recorded("broken", FAILED).await;
    let start = format!(
        "failed to send notification for GitRepository/{}/a: failed to execute request: giving up after 5 attempt(s): ",
        world.namespace
    );
    assert!(told.message.starts_with(&start), "{}", told.message);
    assert!(!format!("{:?}", world.all_recorded()).contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn e25_a_service_that_refuses_is_told_with_its_status() {
    let world = World::new().await;
    world.generic("refused", json!({})).await;
    world.sink.answer_with(reqwest::StatusCode::FORBIDDEN);
    world.post(&world.event("a", json!({}))).await;
    let told = world.recorded("refused", FAILED).await;
    assert!(
        told.message.contains("request failed with status code 403"),
        "{}",
        told.message
    );
    assert_eq!(world.sink.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn e20_what_is_missing_or_not_supported_is_named() {
    let world = World::new().await;
    world.alert("nobody", json!({})).await;
    let hook = json!({"type": "generic", "address": "http://127.0.0.1:1", "secretRef": {"name": "missing"}});
    world.provider("no-secret", hook).await;
    world
        .provider(
            "no-encoder",
            json!({"type": "sentry", "address": "https://x"}),
        )
        .await;
    world
        .provider("no-token", json!({"type": "telegram", "channel": "c"}))
        .await;
    let account =
        json!({"type": "generic", "address": "http://127.0.0.1:1", "serviceAccountName": "x"});
    world.provider("no-gate", account).await;
    let off = json!({"type": "sentry", "suspend": true});
    world.provider("off", off).await;
    for name in ["no-secret", "no-encoder", "no-token", "no-gate", "off"] {
        world.alert(name, json!({})).await;
    }
    assert_eq!(world.post(&world.event("a", json!({}))).await.status(), 202);
    for (alert, cause) in [
        ("nobody", "failed to read provider: "),
        (
            "no-secret",
            "failed to initialize notifier for provider 'no-secret': failed to get secret '",
        ),
        (
            "no-encoder",
            "failed to initialize notifier for provider 'no-encoder': failed to initialize notifier: provider sentry not supported",
        ),
        (
            "no-token",
            "failed to initialize notifier: empty Telegram token",
        ),
        (
            "no-gate",
            "please enable the ObjectLevelWorkloadIdentity feature gate",
        ),
    ] {
        let told = world.recorded(alert, FAILED).await;
        let start = format!(
            "failed to dispatch notification for GitRepository/{}/a: ",
            world.namespace
        );
        assert!(
            told.message.starts_with(&start) && told.message.contains(cause),
            "{alert}: {}",
            told.message
        );
    }
    assert!(
        world
            .all_recorded()
            .iter()
            .all(|event| event.involved.name != "off")
    );
}
