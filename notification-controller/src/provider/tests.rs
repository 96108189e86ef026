//! What every encoder makes of an event, against what the service is sent upstream.

mod more;

use common::redact::Secret;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::*;
use crate::event::tests::sample;
use crate::provider::settings::Secrets;

/// Metadata as providers see it.
const METADATA: &[(&str, &str)] = &[
    ("revision", "main@sha1:abc"),
    ("summary", "The site"),
    ("env", "a:b"),
];

/// Settings of a type with an address, and everything that types ask for.
fn settings(kind: &str, address: &str) -> Settings {
    let provider = serde_json::from_value(json!({
        "metadata": {"uid": "aaaa-bbbb", "namespace": "ns", "name": "p"},
        "spec": {"type": kind, "address": address, "channel": "general"},
    }))
    .unwrap();
    Settings::new(&provider, Secrets::default(), String::new()).unwrap()
}

/// The messages of an encoder.
fn messages(settings: &Settings, event: &Event) -> Vec<Message> {
    match notifier(settings).unwrap().delivery(event).unwrap() {
        Delivery::Messages(messages) => messages,
        Delivery::Skip => Vec::new(),
        Delivery::Unless { .. } => panic!("a chat asks nothing"),
    }
}

fn only(settings: &Settings, event: &Event) -> Message {
    let mut all = messages(settings, event);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn body(message: &Message) -> Value {
    serde_json::from_slice(&message.body).unwrap()
}

fn header<'a>(message: &'a Message, name: &str) -> &'a str {
    message
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

fn refused(settings: &Settings) -> String {
    notifier(settings).err().unwrap().to_string()
}

const HOOK: &str = "https://hooks.example.com/services/T/B/hunter2";

#[test]
fn section_5_generic_sends_the_event_and_secret_headers_override() {
    let mut settings = settings("generic", HOOK);
    let event = sample("info", METADATA);
    let message = only(&settings, &event);
    assert_eq!(message.body, event.to_json().into_bytes());
    assert_eq!(
        (message.method.as_str(), message.url.as_str()),
        ("POST", HOOK)
    );
    assert_eq!(header(&message, "content-type"), "application/json");
    assert_eq!(header(&message, "gotk-component"), "kustomize-controller");
    assert_eq!(header(&message, "x-signature"), "");
    for (name, value) in [("Authorization", "hunter2"), ("Gotk-Component", "mine")] {
        settings
            .headers
            .insert(name.into(), Secret::new(value.into()));
    }
    let message = only(&settings, &event);
    assert_eq!(header(&message, "authorization"), "hunter2");
    assert_eq!(header(&message, "gotk-component"), "mine");
    assert!(!format!("{message:?} {:?}", message.headers).contains("hunter2"));
}

/// The signature was taken down from `openssl dgst -sha256 -hmac key` over the body.
#[test]
fn section_5_generic_hmac_signs_the_body_and_needs_a_token() {
    let mut settings = settings("generic-hmac", HOOK);
    assert_eq!(refused(&settings), "HMAC key is empty");
    settings.token = Secret::new("key".into());
    let message = only(&settings, &Event::default());
    let unsigned = concat!(
        r#"{"involvedObject":{},"severity":"","timestamp":null,"message":"","reason":"","#,
        r#""reportingController":""}"#
    );
    assert_eq!(String::from_utf8(message.body.clone()).unwrap(), unsigned);
    assert_eq!(
        header(&message, "x-signature"),
        "sha256=94a0dd99a7c5f34d469f79319bcf8dbfe89889bc8a4637cfe1bfa7d5f6119919"
    );
}

#[test]
fn section_5_slack() {
    let mut settings = settings("slack", HOOK);
    let message = only(&settings, &sample("info", METADATA));
    assert_eq!(
        body(&message),
        json!({
            "channel": "general", "username": "kustomize-controller", "icon_url": "", "icon_emoji": "",
            "attachments": [{
                "fallback": "kustomization/webapp.flux-system: Health check passed",
                "color": "good",
                "author_name": "kustomization/webapp.flux-system",
                "text": "Health check passed\nsecond line",
                "mrkdwn_in": ["text"],
                "fields": [
                    {"title": "env", "value": "a:b", "short": false},
                    {"title": "revision", "value": "main@sha1:abc", "short": false},
                    {"title": "summary", "value": "The site", "short": false},
                ],
            }],
        })
    );
    assert_eq!(
        (header(&message, "authorization"), message.verdict),
        ("", Verdict::Status)
    );
    (settings.username, settings.token) = ("bot".into(), Secret::new("xoxb".into()));
    let message = only(&settings, &sample("error", &[]));
    let attachment = &body(&message)["attachments"][0];
    assert_eq!(
        (&attachment["color"], &attachment["fields"]),
        (&json!("danger"), &json!([]))
    );
    assert_eq!(body(&message)["username"], "bot");
    assert_eq!(header(&message, "authorization"), "Bearer xoxb");
}

#[test]
fn section_13_only_slacks_own_api_is_judged_by_its_answer() {
    let verdict = |address: &str| only(&settings("slack", address), &sample("info", &[])).verdict;
    assert_eq!(
        verdict("https://slack.com/api/chat.postMessage"),
        Verdict::SlackOk
    );
    for other in [
        "https://slack.com/api/chat.postMessage/",
        "https://slack.com/api/chat.postMessage?x=1",
        HOOK,
    ] {
        assert_eq!(verdict(other), Verdict::Status, "{other}");
    }
}

#[test]
fn section_5_discord_takes_slacks_form_at_its_own_address_without_a_channel() {
    for (address, sent_to) in [
        (
            "https://discord.com/api/webhooks/1/x",
            "https://discord.com/api/webhooks/1/x/slack",
        ),
        (
            "https://discord.com/api/webhooks/1/x/",
            "https://discord.com/api/webhooks/1/x/slack",
        ),
        (
            "https://discord.com/api/webhooks/1/x/slack",
            "https://discord.com/api/webhooks/1/x/slack",
        ),
    ] {
        let message = only(&settings("discord", address), &sample("error", METADATA));
        assert_eq!(message.url.as_str(), sent_to);
        let body = body(&message);
        assert_eq!(
            (&body["channel"], &body["username"]),
            (&json!(""), &json!("kustomize-controller"))
        );
        assert_eq!(body["attachments"][0]["fallback"], "");
        assert_eq!(body["attachments"][0]["color"], "danger");
    }
}

#[test]
fn section_5_msteams_adaptive_card() {
    let message = only(
        &settings("msteams", "https://prod.logic.azure.com/x"),
        &sample("error", METADATA),
    );
    assert_eq!(
        body(&message),
        json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": {"width": "Full"},
                    "body": [{"type": "Container", "items": [
                        {"type": "TextBlock", "text": "kustomization/webapp.flux-system", "size": "large", "weight": "bolder", "wrap": true},
                        {"type": "TextBlock", "text": "Health check passed\nsecond line", "color": "attention", "wrap": true},
                        {"type": "FactSet", "facts": [
                            {"title": "summary", "value": "The site"},
                            {"title": "env", "value": "a:b"},
                            {"title": "revision", "value": "main@sha1:abc"},
                        ]},
                    ]}],
                },
            }],
        })
    );
    let plain = body(&only(
        &settings("msteams", "https://x"),
        &sample("info", &[]),
    ));
    let items = &plain["attachments"][0]["content"]["body"][0]["items"];
    assert_eq!(items[1].get("color"), None);
    assert_eq!(items[2], json!({"type": "FactSet"}));
}

#[test]
fn section_13_msteams_connectors_are_told_by_the_end_of_their_host_without_its_port() {
    let of = |address: &str| {
        body(&only(
            &settings("msteams", address),
            &sample("error", &[("a", "b")]),
        ))
    };
    let card = of("https://org.webhook.office.com:443/webhookb2/x");
    assert_eq!(
        card,
        json!({
            "@type": "MessageCard",
            "@context": "http://schema.org/extensions",
            "themeColor": "FF0000",
            "summary": "kustomization/webapp.flux-system",
            "sections": [{
                "activityTitle": "Health check passed\nsecond line",
                "activitySubtitle": "kustomization/webapp.flux-system",
                "facts": [{"name": "a", "value": "b"}],
            }],
        })
    );
    assert_eq!(of("https://org.webhook.office.com:8443/x"), card);
    assert_eq!(of("https://webhook.office.com/x")["type"], "message");
    assert_eq!(
        of("https://org.webhook.office.com.evil.example/x")["type"],
        "message"
    );
}

#[test]
fn section_5_googlechat() {
    let message = only(
        &settings("googlechat", HOOK),
        &sample("error", &[("a", "b")]),
    );
    assert_eq!(
        body(&message),
        json!({"cards": [{
            "header": {
                "title": "kustomization/webapp.flux-system", "subtitle": "kustomize-controller",
                "imageUrl": null, "imageStyle": null,
            },
            "sections": [
                {"header": "", "widgets": [{
                    "textParagraph": {"text": "<font color=\"#ff0000\">Health check passed\nsecond line</font>"},
                    "keyValue": null,
                }]},
                {"header": "", "widgets": [{
                    "textParagraph": null,
                    "keyValue": {"topLabel": "a", "content": "b", "contentMultiline": false, "bottomLabel": null, "icon": null},
                }]},
            ],
        }]})
    );
    let plain = body(&only(&settings("googlechat", HOOK), &sample("info", &[])));
    assert_eq!(plain["cards"][0]["sections"].as_array().unwrap().len(), 1);
    assert_eq!(
        plain["cards"][0]["sections"][0]["widgets"][0]["textParagraph"]["text"],
        "Health check passed\nsecond line"
    );
}

#[test]
fn section_5_telegram() {
    let mut settings = settings("telegram", "https://ignored.example.com");
    assert_eq!(refused(&settings), "empty Telegram token");
    settings.token = Secret::new("1:hunter2".into());
    let message = only(&settings, &sample("error", &[("a_b", "1.2")]));
    assert_eq!(
        message.url.as_str(),
        "https://api.telegram.org/bot1:hunter2/sendMessage"
    );
    assert_eq!(
        body(&message),
        json!({
            "chat_id": "general",
            "text": "*\u{1f6a8} kustomization/webapp/flux\\-system*\nHealth check passed\nsecond line\n\\- *a\\_b*: 1\\.2\n",
            "parse_mode": "MarkdownV2",
        })
    );
    settings.channel = "-100:7".into();
    let threaded = body(&only(&settings, &sample("info", &[])));
    assert_eq!(
        (&threaded["chat_id"], &threaded["message_thread_id"]),
        (&json!("-100"), &json!("7"))
    );
    settings.channel = String::new();
    assert_eq!(refused(&settings), "empty Telegram channel");
}

#[test]
fn section_5_telegram_escapes_every_mark() {
    let mut settings = settings("telegram", "");
    settings.token = Secret::new("t".into());
    let mut event = sample("info", &[]);
    event.message = "\\.-_[]()~>`#+=|{}!*".into();
    let text = body(&only(&settings, &event))["text"]
        .as_str()
        .unwrap()
        .to_owned();
    let line = text.lines().nth(1).unwrap();
    assert_eq!(
        line,
        "\\\\\\.\\-\\_\\[\\]\\(\\)\\~\\>\\`\\#\\+\\=\\|\\{\\}\\!\\*"
    );
}

#[test]
fn section_5_matrix_puts_a_text_under_a_digest_of_the_event() {
    let mut settings = settings("matrix", "https://matrix.example.com");
    settings.channel = "!room:example.com".into();
    settings.token = Secret::new("syt".into());
    let event = sample("info", &[("a", "b")]);
    let message = only(&settings, &event);
    let digest = crate::hex::encode(&Sha1::digest(event.to_json()));
    assert_eq!(
        message.url.as_str(),
        format!(
            "https://matrix.example.com/_matrix/client/r0/rooms/!room:example.com/send/m.room.message/{digest}"
        )
    );
    assert_eq!(
        (message.method.as_str(), header(&message, "authorization")),
        ("PUT", "Bearer syt")
    );
    assert_eq!(
        body(&message),
        json!({
            "body": "\u{1f4ab} kustomization/webapp.flux-system\nHealth check passed\nsecond line\n- a: b\n",
            "msgtype": "m.text",
        })
    );
    settings.channel = "%21room%3Aexample.com".into();
    let escaped = only(&settings, &event);
    assert!(
        escaped
            .url
            .as_str()
            .contains("/rooms/%21room%3Aexample.com/send/"),
        "{}",
        escaped.url
    );
}

#[test]
fn section_5_alertmanager() {
    let mut settings = settings("alertmanager", "http://alertmanager:9093/api/v2/alerts/");
    settings.token = Secret::new("t".into());
    let message = only(&settings, &sample("error", METADATA));
    assert_eq!(
        body(&message),
        json!([{
            "status": "firing",
            "labels": {
                "alertname": "FluxKustomizationReconciliationsucceeded",
                "env": "a:b",
                "kind": "Kustomization",
                "name": "webapp",
                "namespace": "flux-system",
                "reason": "ReconciliationSucceeded",
                "reportingcontroller": "kustomize-controller",
                "revision": "main@sha1:abc",
                "severity": "error",
            },
            "annotations": {"message": "Health check passed\nsecond line", "summary": "The site"},
            "startsAt": "2026-01-02T03:04:05Z",
            "endsAt": "0001-01-01T00:00:00Z",
        }])
    );
    assert_eq!(header(&message, "authorization"), "Bearer t");
    (settings.username, settings.password) = ("u".into(), Secret::new("p".into()));
    let message = only(&settings, &sample("info", &[]));
    assert_eq!(header(&message, "authorization"), "Basic dTpw");
    assert_eq!(
        body(&message)[0]["annotations"],
        json!({"message": "Health check passed\nsecond line"})
    );
}

#[test]
fn section_5_grafana() {
    let mut settings = settings("grafana", "https://grafana/api/annotations");
    (settings.username, settings.password) = ("u".into(), Secret::new("p".into()));
    let message = only(&settings, &sample("info", METADATA));
    assert_eq!(
        body(&message),
        json!({
            "when": 1_767_323_045,
            "text": "kustomization/webapp.flux-system",
            "tags": [
                "flux", "kustomize-controller", "env: a|b", "revision: main@sha1|abc", "summary: The site",
                "kind: Kustomization", "name: webapp", "namespace: flux-system",
            ],
        })
    );
    assert_eq!(header(&message, "authorization"), "Basic dTpw");
    settings.token = Secret::new("t".into());
    assert_eq!(
        header(&only(&settings, &sample("info", &[])), "authorization"),
        "Bearer t"
    );
}

#[test]
fn section_5_pagerduty() {
    let settings = settings("pagerduty", "https://events.pagerduty.com/ignored?x=1");
    let error = only(&settings, &sample("error", &[("a", "b")]));
    assert_eq!(
        error.url.as_str(),
        "https://events.pagerduty.com/v2/enqueue"
    );
    assert_eq!(
        body(&error),
        json!({
            "routing_key": "general",
            "event_action": "trigger",
            "dedup_key": "8c3fa5b1",
            "payload": {
                "summary": "reconciliation succeeded: kustomization/webapp",
                "source": "Flux kustomize-controller",
                "severity": "error",
                "timestamp": "2026-01-02T03:04:05Z",
                "component": "webapp",
                "group": "Kustomization",
                "custom_details": {"message": "Health check passed\nsecond line", "metadata": {"a": "b"}},
            },
        })
    );
    let info = messages(&settings, &sample("info", &[]));
    assert_eq!(
        body(&info[0]),
        json!({"routing_key": "general", "event_action": "resolve", "dedup_key": "8c3fa5b1"})
    );
    assert_eq!(
        info[1].url.as_str(),
        "https://events.pagerduty.com/v2/change/enqueue"
    );
    assert_eq!(
        body(&info[1]),
        json!({
            "routing_key": "general",
            "payload": {
                "summary": "reconciliation succeeded: kustomization/webapp",
                "source": "Flux kustomize-controller",
                "timestamp": "2026-01-02T03:04:05Z",
                "custom_details": {"message": "Health check passed\nsecond line", "metadata": {}},
            },
        })
    );
    let mut under_way = sample("info", &[]);
    under_way.reason = "Progressing".into();
    assert!(messages(&settings, &under_way).is_empty());
}

#[test]
fn addresses_are_checked_and_never_shown() {
    for kind in [
        "generic",
        "slack",
        "discord",
        "msteams",
        "googlechat",
        "matrix",
        "alertmanager",
        "grafana",
        "pagerduty",
    ] {
        for address in ["", "hunter2", "ftp://hunter2/x", "/hunter2", "http://"] {
            let error = refused(&settings(kind, address));
            assert!(
                error.starts_with("invalid ") && !error.contains("hunter2"),
                "{kind} {address}: {error}"
            );
        }
    }
    assert!(refused(&settings("slack", "")).starts_with("invalid Slack hook URL: 'empty url'"));
}

#[test]
fn types_without_an_encoder_are_refused_by_name() {
    assert_eq!(
        refused(&settings("sentry", HOOK)),
        "provider sentry not supported"
    );
    assert_eq!(
        refused(&settings("strange", HOOK)),
        "provider strange not supported"
    );
}

#[test]
fn a_token_that_no_header_can_carry_is_told_without_it() {
    let mut settings = settings("slack", HOOK);
    settings.token = Secret::new("hunter2\n".into());
    let error = notifier(&settings)
        .unwrap()
        .delivery(&sample("info", &[]))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value of header 'authorization' holds letters that no header can carry"
    );
}
