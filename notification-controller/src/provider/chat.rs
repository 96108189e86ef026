//! What Slack, Discord and those who copied them have in common.

use serde_json::{Value, json};

use crate::event::Event;

/// An attachment in Slack's form; `fallback` is what clients show that cannot show it.
pub(super) fn attachment(event: &Event, fallback: &str, colors: (&str, &str)) -> Value {
    let color = if event.is_error() { colors.1 } else { colors.0 };
    let fields: Vec<Value> = event
        .metadata
        .iter()
        .map(|(title, value)| json!({"title": title, "value": value, "short": false}))
        .collect();
    json!({
        "fallback": fallback,
        "color": color,
        "author_name": event.heading(),
        "text": event.message,
        "mrkdwn_in": ["text"],
        "fields": fields,
    })
}

/// A message in Slack's form.
pub(super) fn message(channel: &str, username: &str, attachment: &Value) -> Value {
    json!({
        "channel": channel,
        "username": username,
        "icon_url": "",
        "icon_emoji": "",
        "attachments": [attachment],
    })
}

/// The name to appear under: the given one, else that of the reporting controller.
pub(super) fn name<'a>(given: &'a str, event: &'a Event) -> &'a str {
    if given.is_empty() {
        &event.reporting_controller
    } else {
        given
    }
}

/// The emoji of a heading.
pub(super) fn emoji(event: &Event) -> &'static str {
    if event.is_error() {
        "\u{1f6a8}"
    } else {
        "\u{1f4ab}"
    }
}
