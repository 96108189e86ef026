//! Grafana: an annotation in Graphite's form.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct Grafana {
    url: Url,
    token: Secret,
    username: String,
    password: Secret,
}

impl Grafana {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            url: address::parse(settings, "Grafana")?,
            token: settings.token.clone(),
            username: settings.username.clone(),
            password: settings.password.clone(),
        })
    }
}

impl Notifier for Grafana {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let mut tags = vec!["flux".to_owned(), event.reporting_controller.clone()];
        // A colon ends the name of a tag.
        let plain = |text: &str| text.replace(':', "|");
        tags.extend(
            event
                .metadata
                .iter()
                .map(|(name, value)| format!("{}: {}", plain(name), plain(value))),
        );
        tags.push(format!("kind: {}", involved.kind));
        tags.push(format!("name: {}", involved.name));
        tags.push(format!("namespace: {}", involved.namespace));
        // Seconds, although the API expects milliseconds (section 13.12).
        let body = json!({"when": event.unix_seconds(), "text": event.heading(), "tags": tags});
        let mut message = Message::post(self.url.clone(), &body);
        if !self.token.expose().is_empty() {
            message = message.bearer(self.token.expose())?;
        } else if !self.username.is_empty() && !self.password.expose().is_empty() {
            message = message.basic(&self.username, self.password.expose())?;
        }
        Ok(Delivery::Messages(vec![message]))
    }
}
