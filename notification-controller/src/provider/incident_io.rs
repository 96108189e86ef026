//! incident.io: failures fire an alert, anything else resolves it.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::{Event, PROGRESSING};

pub(super) struct IncidentIo {
    url: Url,
    token: Secret,
}

impl IncidentIo {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "incident.io alert source")?;
        if settings.token.expose().is_empty() {
            return Err(SettingsError::Empty("empty incident.io API token"));
        }
        Ok(Self {
            url,
            token: settings.token.clone(),
        })
    }
}

impl Notifier for IncidentIo {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let mut metadata = event.metadata.clone();
        metadata.insert("severity".to_owned(), event.severity.clone());
        metadata.insert("reason".to_owned(), event.reason.clone());
        if !event.reporting_controller.is_empty() {
            let controller = event.reporting_controller.clone();
            metadata.insert("reportingController".to_owned(), controller);
        }
        let mut body = json!({
            "title": format!("{}: {}", event.heading(), event.reason),
            "status": if event.is_error() { "firing" } else { "resolved" },
            "deduplication_key": event.involved_object.uid,
        });
        if !event.message.is_empty() {
            body["description"] = json!(event.message);
        }
        body["metadata"] = json!(metadata);
        let message = Message::post(self.url.clone(), &body).bearer(self.token.expose())?;
        Ok(Delivery::Messages(vec![message]))
    }
}
