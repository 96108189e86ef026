//! Slack: incoming webhooks, and its own API.

use common::redact::Secret;
use reqwest::Url;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, Verdict};
use super::{address, chat};
use crate::event::Event;

/// Slack's own API answers 200 always; the body says what came of it (section 13.8).
const API: &str = "https://slack.com/api/chat.postMessage";
const COLORS: (&str, &str) = ("good", "danger");

pub(super) struct Slack {
    url: Url,
    token: Secret,
    username: String,
    channel: String,
    verdict: Verdict,
}

impl Slack {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let verdict = if settings.address.expose() == API {
            Verdict::SlackOk
        } else {
            Verdict::Status
        };
        Ok(Self {
            url: address::parse(settings, "Slack hook")?,
            token: settings.token.clone(),
            username: settings.username.clone(),
            channel: settings.channel.clone(),
            verdict,
        })
    }
}

impl Notifier for Slack {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let first_line = event.message.split('\n').next().unwrap_or_default();
        let fallback = format!("{}: {first_line}", event.heading());
        let attachment = chat::attachment(event, &fallback, COLORS);
        let username = chat::name(&self.username, event);
        let body = chat::message(&self.channel, username, &attachment);
        let mut message = Message::post(self.url.clone(), &body);
        if !self.token.expose().is_empty() {
            message = message.bearer(self.token.expose())?;
        }
        message.verdict = self.verdict;
        Ok(Delivery::Messages(vec![message]))
    }
}
