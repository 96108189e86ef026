//! The service of `PagerDuty`: failures open an incident, anything else resolves it and is recorded as a change.

use reqwest::Url;
use serde_json::{Value, json};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address, words};
use crate::event::{Event, INFO, PROGRESSING};

pub(super) struct PagerDuty {
    base: Url,
    routing_key: String,
}

impl PagerDuty {
    /// Of the address only scheme and host count.
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let mut base = address::parse(settings, "PagerDuty endpoint")?;
        base.set_path("");
        base.set_query(None);
        base.set_fragment(None);
        Ok(Self {
            base,
            routing_key: settings.channel.clone(),
        })
    }

    fn post(&self, path: &str, body: &Value) -> Message {
        Message::post(address::join(&self.base, path.split('/')), body)
    }

    fn incident(&self, event: &Event) -> Value {
        let mut body = json!({
            "routing_key": self.routing_key,
            "event_action": if event.is_error() { "trigger" } else { "resolve" },
        });
        if !event.involved_object.uid.is_empty() {
            body["dedup_key"] = json!(event.involved_object.uid);
        }
        if event.is_error() {
            body["payload"] = json!({
                "summary": summary(event),
                "source": source(event),
                "severity": "error",
                "timestamp": event.time(),
                "component": event.involved_object.name,
                "group": event.involved_object.kind,
                "custom_details": details(event),
            });
        }
        body
    }

    fn change(&self, event: &Event) -> Value {
        json!({
            "routing_key": self.routing_key,
            "payload": {
                "summary": summary(event),
                "source": source(event),
                "timestamp": event.time(),
                "custom_details": details(event),
            },
        })
    }
}

impl Notifier for PagerDuty {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let mut messages = vec![self.post("v2/enqueue", &self.incident(event))];
        if event.severity == INFO {
            messages.push(self.post("v2/change/enqueue", &self.change(event)));
        }
        Ok(Delivery::Messages(messages))
    }
}

fn summary(event: &Event) -> String {
    format!("{}: {}", words::description(event), words::name(event))
}

fn source(event: &Event) -> String {
    format!("Flux {}", event.reporting_controller)
}

fn details(event: &Event) -> Value {
    json!({"message": event.message, "metadata": event.metadata})
}
