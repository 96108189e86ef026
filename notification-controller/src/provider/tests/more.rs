//! Rocket.Chat, Webex, Opsgenie, Lark, Datadog, Zoom, Zulip, incident.io and dispatch events at GitHub.

use common::redact::Secret;
use serde_json::json;

use super::{HOOK, METADATA, body, header, messages, only, refused, settings};
use crate::event::tests::sample;
use crate::provider::Settings;

fn with_token(kind: &str, address: &str) -> Settings {
    let mut settings = settings(kind, address);
    settings.token = Secret::new("hunter2".into());
    settings
}

#[test]
fn section_5_rocket_has_its_own_colors_and_may_have_no_name() {
    let message = only(&settings("rocket", HOOK), &sample("error", &[]));
    assert_eq!(
        body(&message),
        json!({
            "channel": "general", "username": "", "icon_url": "", "icon_emoji": "",
            "attachments": [{
                "fallback": "", "color": "#FF0000", "author_name": "kustomization/webapp.flux-system",
                "text": "Health check passed\nsecond line", "mrkdwn_in": ["text"], "fields": [],
            }],
        })
    );
    let plain = only(&settings("rocket", HOOK), &sample("info", &[]));
    assert_eq!(body(&plain)["attachments"][0]["color"], "#0076D7");
}

#[test]
fn section_5_webex() {
    let message = only(&with_token("webex", HOOK), &sample("info", &[("a", "b")]));
    assert_eq!(
        body(&message),
        json!({
            "roomId": "general",
            "markdown": "\u{2705} **kustomization/webapp.flux-system**\nHealth check passed\nsecond line\n>**a**: b\n",
        })
    );
    assert_eq!(header(&message, "authorization"), "Bearer hunter2");
}

/// The alias was taken down from `printf aaaa-bbbb/Kustomization/flux-system/webapp/ReconciliationSucceeded | sha256sum`.
#[test]
fn section_5_opsgenie() {
    assert_eq!(
        refused(&settings("opsgenie", HOOK)),
        "empty Opsgenie apikey/token"
    );
    let message = only(
        &with_token("opsgenie", HOOK),
        &sample("error", &[("a", "b")]),
    );
    assert_eq!(
        body(&message),
        json!({
            "message": "Kustomization/webapp",
            "alias": "c853b74f07ecf5f1c3d694faf163319e9b1d33c556ae229966e381df13837c4f",
            "description": "Health check passed\nsecond line",
            "details": {"a": "b", "severity": "error"},
        })
    );
    assert_eq!(header(&message, "authorization"), "GenieKey hunter2");
}

#[test]
fn section_5_lark() {
    let message = only(&settings("lark", HOOK), &sample("error", &[("a", "b")]));
    assert_eq!(
        body(&message),
        json!({
            "msg_type": "interactive",
            "card": {
                "config": {"wide_screen_mode": true},
                "header": {
                    "title": {"tag": "plain_text", "content": "\u{1f6a8} kustomization/webapp.flux-system"},
                    "template": "red",
                },
                "elements": [{"tag": "div", "text": {
                    "tag": "lark_md",
                    "content": "**Health check passed\nsecond line**\n\na: b\n",
                }}],
            },
        })
    );
}

#[test]
fn section_5_datadog() {
    assert_eq!(refused(&settings("datadog", HOOK)), "token cannot be empty");
    let settings = with_token("datadog", "https://api.datadoghq.com/ignored?x=1");
    let message = only(&settings, &sample("error", METADATA));
    assert_eq!(
        message.url.as_str(),
        "https://api.datadoghq.com/api/v1/events"
    );
    assert_eq!(
        body(&message),
        json!({
            "title": "Events from the Kustomization webapp/flux-system",
            "text": "Health check passed\nsecond line",
            "tags": [
                "flux_reporting_controller:kustomize-controller", "flux_reason:reconciliationsucceeded",
                "kube_kind:kustomization", "kube_name:webapp", "kube_namespace:flux-system",
                "env:a:b", "revision:main@sha1:abc", "summary:the site",
            ],
            "source_type_name": "fluxcd",
            "date_happened": 1_767_323_045,
            "alert_type": "error",
        })
    );
    assert_eq!(header(&message, "dd-api-key"), "hunter2");
}

#[test]
fn section_5_zoom() {
    assert_eq!(
        refused(&settings("zoom", HOOK)),
        "empty Zoom verification token"
    );
    let message = only(&with_token("zoom", HOOK), &sample("info", &[("a", "b")]));
    assert_eq!(message.url.as_str(), format!("{HOOK}?format=full"));
    assert_eq!(header(&message, "authorization"), "hunter2");
    assert_eq!(
        body(&message),
        json!({"content": {
            "head": {"text": "kustomization/webapp.flux-system", "sub_head": {"text": "info"}},
            "body": [
                {"type": "message", "text": "Health check passed\nsecond line"},
                {"type": "fields", "items": [{"key": "a", "value": "b"}]},
            ],
        }})
    );
    let pinned = only(
        &with_token("zoom", &format!("{HOOK}?format=message")),
        &sample("info", &[]),
    );
    assert_eq!(pinned.url.as_str(), format!("{HOOK}?format=message"));
}

#[test]
fn section_5_zulip_sends_a_form() {
    let mut settings = settings("zulip", "https://zulip.example.com/ignored");
    for channel in ["general", "/topic", "stream/"] {
        settings.channel = channel.into();
        assert!(
            refused(&settings).starts_with("invalid Zulip channel format"),
            "{channel}"
        );
    }
    settings.channel = "ops/a/b".into();
    (settings.username, settings.password) = ("bot".into(), Secret::new("hunter2".into()));
    let message = only(
        &settings,
        &sample("error", &[("a", "b"), ("change_request", "7")]),
    );
    assert_eq!(
        message.url.as_str(),
        "https://zulip.example.com/api/v1/messages"
    );
    assert_eq!(
        header(&message, "content-type"),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(header(&message, "authorization"), "Basic Ym90Omh1bnRlcjI=");
    let form = String::from_utf8(message.body.clone()).unwrap();
    let form = reqwest::Url::parse(&format!("http://x/?{form}")).unwrap();
    let fields: Vec<(String, String)> = form.query_pairs().into_owned().collect();
    let content = "## Flux Status\n\n\u{26a0}\u{fe0f} Kustomization/flux-system/webapp\n\nHealth check passed\nsecond line\n\nMetadata:\n* `a`: b\n";
    let expected = [
        ("content", content),
        ("to", "ops"),
        ("topic", "a/b"),
        ("type", "stream"),
    ];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn section_5_incident_io() {
    let kind = "incident.io";
    assert_eq!(
        refused(&settings(kind, HOOK)),
        "empty incident.io API token"
    );
    let message = only(&with_token(kind, HOOK), &sample("error", &[("a", "b")]));
    assert_eq!(
        body(&message),
        json!({
            "title": "kustomization/webapp.flux-system: ReconciliationSucceeded",
            "status": "firing",
            "deduplication_key": "8c3fa5b1",
            "description": "Health check passed\nsecond line",
            "metadata": {
                "a": "b", "reason": "ReconciliationSucceeded", "reportingController": "kustomize-controller",
                "severity": "error",
            },
        })
    );
    assert_eq!(header(&message, "authorization"), "Bearer hunter2");
    assert_eq!(
        body(&only(&with_token(kind, HOOK), &sample("info", &[])))["status"],
        "resolved"
    );
    let mut under_way = sample("info", &[]);
    under_way.reason = "Progressing".into();
    assert!(messages(&with_token(kind, HOOK), &under_way).is_empty());
}

#[test]
fn section_5_githubdispatch_sends_the_event_under_the_name_of_its_object() {
    let event = sample("info", METADATA);
    let message = only(
        &with_token("githubdispatch", "https://github.com/owner/repo"),
        &event,
    );
    assert_eq!(
        message.url.as_str(),
        "https://api.github.com/repos/owner/repo/dispatches"
    );
    assert_eq!(
        body(&message)["event_type"],
        "Kustomization/webapp.flux-system"
    );
    assert_eq!(
        body(&message)["client_payload"],
        serde_json::to_value(&event).unwrap()
    );
    assert_eq!(header(&message, "authorization"), "Bearer hunter2");
}
