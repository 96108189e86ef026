//! Prometheus Alertmanager: an alert that fires.

use common::redact::Secret;
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::{Event, key};

/// An end that is not known: Alertmanager's own timeout decides.
const NO_END: &str = "0001-01-01T00:00:00Z";

pub(super) struct Alertmanager {
    url: Url,
    token: Secret,
    username: String,
    password: Secret,
}

impl Alertmanager {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            url: address::parse(settings, "Alertmanager")?,
            token: settings.token.clone(),
            username: settings.username.clone(),
            password: settings.password.clone(),
        })
    }
}

impl Notifier for Alertmanager {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let mut annotations = json!({"message": event.message});
        if let Some(summary) = event.metadata.get(key::SUMMARY) {
            annotations["summary"] = json!(summary);
        }
        let mut labels: Map<String, Value> = event
            .metadata
            .iter()
            .filter(|(name, _)| *name != key::SUMMARY)
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let name = format!("Flux{}{}", involved.kind, title(&event.reason));
        let own = [
            ("alertname", name.as_str()),
            ("severity", &event.severity),
            ("reason", &event.reason),
            ("kind", &involved.kind),
            ("name", &involved.name),
            ("namespace", &involved.namespace),
            ("reportingcontroller", &event.reporting_controller),
        ];
        labels.extend(own.map(|(name, value)| (name.to_owned(), json!(value))));
        labels.sort_keys();
        let body = json!([{
            "status": "firing",
            "labels": labels,
            "annotations": annotations,
            "startsAt": event.time(),
            "endsAt": NO_END,
        }]);
        let mut message = Message::post(self.url.clone(), &body);
        if !self.username.is_empty() && !self.password.expose().is_empty() {
            message = message.basic(&self.username, self.password.expose())?;
        } else if !self.token.expose().is_empty() {
            message = message.bearer(self.token.expose())?;
        }
        Ok(Delivery::Messages(vec![message]))
    }
}

/// Every word with one capital, at its beginning: capitals inside become small (section 13.11).
fn title(text: &str) -> String {
    let mut inside = false;
    let mut titled = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_alphanumeric() && !matches!(letter, '_' | '\'' | '.' | ':') {
            inside = false;
            titled.push(letter);
        } else if inside {
            titled.extend(letter.to_lowercase());
        } else {
            // Digits do not begin a word's letters.
            inside = letter.is_alphabetic();
            titled.extend(letter.to_uppercase());
        }
    }
    titled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Go's `cases.Title(language.Und)`, taken down by hand.
    #[test]
    fn inner_capitals_become_small() {
        for (text, titled) in [
            ("ReconciliationFailed", "Reconciliationfailed"),
            ("info", "Info"),
            ("two words", "Two Words"),
            ("abc-DEF", "Abc-Def"),
            ("snake_case it's a.b", "Snake_case It's A.b"),
            ("1abc HTTP2Get", "1Abc Http2get"),
            ("", ""),
        ] {
            assert_eq!(title(text), titled);
        }
    }
}
