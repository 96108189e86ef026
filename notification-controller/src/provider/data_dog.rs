//! Datadog: an event with tags.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct DataDog {
    url: Url,
    key: Secret,
}

impl DataDog {
    /// Of the address only scheme and host count.
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        if settings.token.expose().is_empty() {
            return Err(SettingsError::Empty("token cannot be empty"));
        }
        let mut url = address::parse(settings, "DataDog")?;
        url.set_path("/api/v1/events");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self {
            url,
            key: settings.token.clone(),
        })
    }
}

impl Notifier for DataDog {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let own = [
            ("flux_reporting_controller", &event.reporting_controller),
            ("flux_reason", &event.reason),
            ("kube_kind", &involved.kind),
            ("kube_name", &involved.name),
            ("kube_namespace", &involved.namespace),
        ];
        let metadata = event
            .metadata
            .iter()
            .map(|(name, value)| (name.as_str(), value));
        let tags: Vec<String> = own
            .into_iter()
            .chain(metadata)
            .map(|(name, value)| format!("{name}:{value}").to_lowercase())
            .collect();
        let title = format!(
            "Events from the {} {}/{}",
            involved.kind, involved.name, involved.namespace
        );
        let body = json!({
            "alert_type": if event.is_error() { "error" } else { "info" },
            "date_happened": event.unix_seconds(),
            "source_type_name": "fluxcd",
            "tags": tags,
            "text": event.message,
            "title": title,
        });
        let message =
            Message::post(self.url.clone(), &body).with("dd-api-key", self.key.expose())?;
        Ok(Delivery::Messages(vec![message]))
    }
}
