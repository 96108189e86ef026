//! Repository dispatch events at GitHub, which start workflows there.

use serde_json::{Value, json};

use super::super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError};
use super::github::Hub;
use crate::event::Event;

/// A repository at GitHub whose workflows hear of events.
pub struct GitHubDispatch {
    hub: Hub,
}

impl GitHubDispatch {
    /// # Errors
    /// Without a token, or an address of two segments.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let hub = Hub::new(settings)?;
        Ok(Self { hub })
    }
}

impl Notifier for GitHubDispatch {
    /// The kind keeps its capitals here.
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let kind = format!("{}/{}.{}", involved.kind, involved.name, involved.namespace);
        // An event is made of texts and has a JSON form.
        let payload = serde_json::to_value(event).unwrap_or(Value::Null);
        let body = json!({"event_type": kind, "client_payload": payload});
        let message = Message::post(self.hub.url(&["dispatches"]), &body);
        Ok(Delivery::Messages(vec![self.hub.authorized(message)?]))
    }
}
