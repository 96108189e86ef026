//! Opsgenie: an alert under an alias that repetitions share.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;
use crate::hex;

pub(super) struct Opsgenie {
    url: Url,
    key: Secret,
    provider_uid: String,
}

impl Opsgenie {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "Opsgenie hook")?;
        if settings.token.expose().is_empty() {
            return Err(SettingsError::Empty("empty Opsgenie apikey/token"));
        }
        Ok(Self {
            url,
            key: settings.token.clone(),
            provider_uid: settings.uid.clone(),
        })
    }

    /// The Provider is part of it, so that clusters do not share aliases (section 13.14).
    fn alias(&self, event: &Event) -> String {
        let involved = &event.involved_object;
        let text = format!(
            "{}/{}/{}/{}/{}",
            self.provider_uid, involved.kind, involved.namespace, involved.name, event.reason
        );
        hex::encode(&Sha256::digest(text))
    }
}

impl Notifier for Opsgenie {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let mut details = event.metadata.clone();
        details.insert("severity".to_owned(), event.severity.clone());
        let body = json!({
            "message": format!("{}/{}", involved.kind, involved.name),
            "alias": self.alias(event),
            "description": event.message,
            "details": details,
        });
        let key = format!("GenieKey {}", self.key.expose());
        let message = Message::post(self.url.clone(), &body).with("authorization", &key)?;
        Ok(Delivery::Messages(vec![message]))
    }
}
