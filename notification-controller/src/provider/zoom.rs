//! Zoom Team Chat: rich messages of an incoming webhook.

use common::redact::Secret;
use reqwest::Url;
use serde_json::{Value, json};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct Zoom {
    url: Url,
    token: Secret,
}

impl Zoom {
    /// Asks for the rich form, unless the address asks for another one.
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let mut url = address::parse(settings, "Zoom incoming webhook")?;
        if settings.token.expose().is_empty() {
            return Err(SettingsError::Empty("empty Zoom verification token"));
        }
        let asks =
            |(name, value): (_, std::borrow::Cow<'_, str>)| name == "format" && !value.is_empty();
        if !url.query_pairs().any(asks) {
            url.query_pairs_mut().append_pair("format", "full");
        }
        Ok(Self {
            url,
            token: settings.token.clone(),
        })
    }
}

impl Notifier for Zoom {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let mut text = json!({"type": "message"});
        if !event.message.is_empty() {
            text["text"] = json!(event.message);
        }
        let mut body = vec![text];
        if !event.metadata.is_empty() {
            let items: Vec<Value> = event
                .metadata
                .iter()
                .map(|(key, value)| json!({"key": key, "value": value}))
                .collect();
            body.push(json!({"type": "fields", "items": items}));
        }
        let head = json!({"text": event.heading(), "sub_head": {"text": event.severity}});
        let body = json!({"content": {"head": head, "body": body}});
        // The bare token, without a scheme.
        let message =
            Message::post(self.url.clone(), &body).with("authorization", self.token.expose())?;
        Ok(Delivery::Messages(vec![message]))
    }
}
