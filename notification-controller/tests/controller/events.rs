//! Events on their way to services.

use serde_json::json;

use crate::world::{World, hex};

#[tokio::test(flavor = "multi_thread")]
async fn e27_an_event_arrives_with_bare_metadata_and_what_the_alert_adds() {
    let world = World::new().await;
    world
        .generic("all", json!({"eventMetadata": {"cluster": "test"}}))
        .await;
    let event = world.event(
        "repo",
        json!({"metadata": {
            "source.toolkit.fluxcd.io/revision": "main@sha1:abc",
            "source.toolkit.fluxcd.io/checksum": "dropped",
            "source.toolkit.fluxcd.io/token": "dropped",
            "event.toolkit.fluxcd.io/team": "web",
            "other/key": "dropped",
        }}),
    );
    let answer = world.post(&event).await;
    assert_eq!(answer.status(), 202);
    assert_eq!(answer.headers()["x-ratelimit-limit"], "1");
    assert_eq!(answer.text().await.unwrap(), "");
    let arrived = world.arrived("/all").await;
    assert_eq!(
        arrived["metadata"],
        json!({"cluster": "test", "revision": "main@sha1:abc", "team": "web"})
    );
    for field in [
        "involvedObject",
        "severity",
        "timestamp",
        "message",
        "reason",
        "reportingController",
        "reportingInstance",
    ] {
        assert_eq!(arrived[field], event[field], "{field}");
    }
    let request = &world.sink.received()[0];
    assert_eq!(request.headers["gotk-component"], "source-controller");
    assert!(
        world.all_recorded().is_empty(),
        "{:?}",
        world.all_recorded()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_a_repeated_event_is_refused_and_sent_once() {
    let world = World::new().await;
    world.generic("once", json!({})).await;
    let event = world.event("repo", json!({}));
    assert_eq!(world.post(&event).await.status(), 202);
    let again = world.event("repo", json!({"severity": "error", "reason": "Other"}));
    let refused = world.post(&again).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.text().await.unwrap(), "Too Many Requests\n");
    let other = world.event("repo", json!({"message": "last"}));
    assert_eq!(world.post(&other).await.status(), 202);
    world
        .sink
        .wait_for("the last one", crate::world::LONG, |one| {
            one.json()["message"] == "last"
        })
        .await
        .unwrap();
    assert_eq!(world.sink.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_what_is_no_event_is_refused_and_what_nobody_wants_is_taken() {
    let world = World::new().await;
    for (body, status) in [
        ("{", 400),
        ("[]", 400),
        (r#"{"severity": 1}"#, 400),
        ("{}", 202),
    ] {
        let answer = world.post_bytes(body.as_bytes().to_vec()).await;
        assert_eq!(answer.status(), status, "{body}");
        assert_eq!(answer.text().await.unwrap(), "", "{body}");
    }
    let large = world.post_bytes(vec![b' '; 3 * 1024 * 1024 + 1]).await;
    assert_eq!(large.status(), 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_message_to_an_address_from_a_secret() {
    let world = World::new().await;
    let address = format!("{}/signed", world.sink.url());
    world
        .secret(
            "hook",
            &[
                ("address", &address),
                ("token", "key"),
                ("headers", "X-Team: web"),
            ],
        )
        .await;
    world
        .provider(
            "signed",
            json!({"type": "generic-hmac", "secretRef": {"name": "hook"}}),
        )
        .await;
    world.alert("signed", json!({})).await;
    world.post(&world.event("repo", json!({}))).await;
    world.arrived("/signed").await;
    let request = &world.sink.received()[0];
    assert_eq!(request.headers["x-team"], "web");
    let signature = request.headers["x-signature"].to_str().unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"key");
    let expected = ring::hmac::sign(&key, &request.body);
    let expected = hex(expected.as_ref());
    assert_eq!(signature, format!("sha256={expected}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn section_13_several_alerts_send_to_several_services_each_in_its_form() {
    let world = World::new().await;
    world.generic("one", json!({})).await;
    for (kind, path) in [
        ("slack", "slack"),
        ("msteams", "teams"),
        ("discord", "discord"),
    ] {
        let address = format!("{}/{path}", world.sink.url());
        let spec = json!({"type": kind, "address": address, "channel": "general"});
        world.provider(kind, spec).await;
        world.alert(kind, json!({"eventSeverity": "error"})).await;
    }
    let event = world.event(
        "repo",
        json!({"severity": "error", "message": "no such host"}),
    );
    world.post(&event).await;
    assert_eq!(world.arrived("/one").await["message"], "no such host");
    assert_eq!(
        world.arrived("/slack").await["attachments"][0]["text"],
        "no such host"
    );
    assert_eq!(world.arrived("/teams").await["type"], "message");
    assert_eq!(
        world.arrived("/discord/slack").await["attachments"][0]["color"],
        "danger"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e4_a_repetition_is_refused_before_alerts_are_asked_so_a_new_alert_does_not_see_it() {
    let world = World::new().await;
    let token = |token: &str| json!({"metadata": {"source.toolkit.fluxcd.io/token": token}});
    let event = world.event("repo", token("a"));
    assert_eq!(world.post(&event).await.status(), 202);
    world.generic("late", json!({})).await;
    assert_eq!(world.post(&event).await.status(), 429);
    // Another token makes it another event, and is not handed on.
    let other = world.event("repo", token("b"));
    assert_eq!(world.post(&other).await.status(), 202);
    assert_eq!(world.arrived("/late").await.get("metadata"), None);
    assert_eq!(world.sink.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_the_answer_does_not_wait_for_a_service_that_never_answers() {
    let world = World::new().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());
    let spec = json!({"type": "generic", "address": address, "timeout": "60m"});
    world.provider("silent", spec).await;
    world.alert("silent", json!({})).await;
    world.generic("works", json!({})).await;
    assert_eq!(
        world.post(&world.event("repo", json!({}))).await.status(),
        202
    );
    // The message is on its way, and nobody else waits for it.
    silent.accept().await.unwrap();
    world.arrived("/works").await;
}
