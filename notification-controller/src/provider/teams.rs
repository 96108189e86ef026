//! Microsoft Teams: adaptive cards, and the older cards of its retired connectors.

use reqwest::Url;
use serde_json::{Map, Value, json};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::{Event, key};

/// Hosts of the retired connectors end so (section 13.9).
const CONNECTORS: &str = ".webhook.office.com";

pub(super) struct Teams {
    url: Url,
    card: Card,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Card {
    Adaptive,
    Connector,
}

impl Teams {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "MS Teams webhook")?;
        let card = match url.host_str() {
            Some(host) if host.ends_with(CONNECTORS) => Card::Connector,
            _ => Card::Adaptive,
        };
        Ok(Self { url, card })
    }
}

impl Notifier for Teams {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let body = match self.card {
            Card::Adaptive => adaptive(event),
            Card::Connector => connector(event),
        };
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}

fn connector(event: &Event) -> Value {
    let facts: Vec<Value> = event
        .metadata
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({
        "@type": "MessageCard",
        "@context": "http://schema.org/extensions",
        "themeColor": if event.is_error() { "FF0000" } else { "0076D7" },
        "summary": event.heading(),
        "sections": [{
            "activityTitle": event.message,
            "activitySubtitle": event.heading(),
            "facts": facts,
        }],
    })
}

fn adaptive(event: &Event) -> Value {
    let heading = json!({
        "type": "TextBlock", "text": event.heading(), "size": "large", "weight": "bolder", "wrap": true,
    });
    let mut message = Map::new();
    message.insert("type".to_owned(), json!("TextBlock"));
    // Empty texts are left out, as everywhere in this form.
    if !event.message.is_empty() {
        message.insert("text".to_owned(), json!(event.message));
    }
    if event.is_error() {
        message.insert("color".to_owned(), json!("attention"));
    }
    message.insert("wrap".to_owned(), json!(true));
    let mut facts = json!({"type": "FactSet"});
    if !event.metadata.is_empty() {
        facts["facts"] = sorted(event);
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [{"type": "Container", "items": [heading, message, facts]}],
                "msteams": {"width": "Full"},
            },
        }],
    })
}

/// The summary, then everything else by name.
fn sorted(event: &Event) -> Value {
    let fact = |(title, value): (&String, &String)| json!({"title": title, "value": value});
    let summary = event.metadata.get_key_value(key::SUMMARY);
    let rest = event
        .metadata
        .iter()
        .filter(|(name, _)| *name != key::SUMMARY);
    summary.into_iter().chain(rest).map(fact).collect()
}
