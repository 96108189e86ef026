//! Webex: Markdown in a room.

use std::fmt::Write as _;

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct Webex {
    url: Url,
    room: String,
    token: Secret,
}

impl Webex {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            url: address::parse(settings, "Webex hook")?,
            room: settings.channel.clone(),
            token: settings.token.clone(),
        })
    }
}

impl Notifier for Webex {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let emoji = if event.is_error() {
            "\u{1f4a3}"
        } else {
            "\u{2705}"
        };
        let mut text = format!("{emoji} **{}**\n{}\n", event.heading(), event.message);
        for (name, value) in &event.metadata {
            // Writing to a text cannot fail.
            let _ = writeln!(text, ">**{name}**: {value}");
        }
        let mut body = json!({});
        if !self.room.is_empty() {
            body["roomId"] = json!(self.room);
        }
        body["markdown"] = json!(text);
        let message = Message::post(self.url.clone(), &body).bearer(self.token.expose())?;
        Ok(Delivery::Messages(vec![message]))
    }
}
