//! Zulip: Markdown in a topic of a stream.

use std::fmt::Write as _;

use common::redact::Secret;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::{Event, key};

pub(super) struct Zulip {
    url: Url,
    stream: String,
    topic: String,
    username: String,
    password: Secret,
}

impl Zulip {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let mut url = address::parse(settings, "Zulip endpoint")?;
        url.set_path("/api/v1/messages");
        let (stream, topic) = settings
            .channel
            .split_once('/')
            .filter(|(stream, topic)| !stream.is_empty() && !topic.is_empty())
            .ok_or(SettingsError::Empty(
                "invalid Zulip channel format, expected <channel>/<topic>",
            ))?;
        Ok(Self {
            url,
            stream: stream.to_owned(),
            topic: topic.to_owned(),
            username: settings.username.clone(),
            password: settings.password.clone(),
        })
    }
}

impl Notifier for Zulip {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        // The query of an address is encoded as a form is.
        let mut form = self.url.clone();
        form.set_query(None);
        form.query_pairs_mut().extend_pairs([
            ("content", markdown(event).as_str()),
            ("to", &self.stream),
            ("topic", &self.topic),
            ("type", "stream"),
        ]);
        let form = form.query().unwrap_or_default().to_owned();
        let mut message = Message::post_text(self.url.clone(), form);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        message.headers.insert(CONTENT_TYPE, kind);
        if !self.username.is_empty() || !self.password.expose().is_empty() {
            message = message.basic(&self.username, self.password.expose())?;
        }
        Ok(Delivery::Messages(vec![message]))
    }
}

/// The body that comments have too (section 7).
fn markdown(event: &Event) -> String {
    let emoji = if event.is_error() {
        "\u{26a0}\u{fe0f}"
    } else {
        "\u{2139}\u{fe0f}"
    };
    let mut text = format!(
        "## Flux Status\n\n{emoji} {}\n\n{}\n\nMetadata:\n",
        event.involved_object, event.message
    );
    let shown = |(name, _): &(&String, &String)| *name != key::CHANGE_REQUEST;
    for (name, value) in event.metadata.iter().filter(shown) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "* `{name}`: {value}");
    }
    text
}
