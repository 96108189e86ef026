//! Rocket.Chat, which takes messages in Slack's form.

use reqwest::Url;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError};
use super::{address, chat};
use crate::event::Event;

const COLORS: (&str, &str) = ("#0076D7", "#FF0000");

pub(super) struct Rocket {
    url: Url,
    username: String,
    channel: String,
}

impl Rocket {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            url: address::parse(settings, "Rocket hook")?,
            username: settings.username.clone(),
            channel: settings.channel.clone(),
        })
    }
}

impl Notifier for Rocket {
    /// No name stands in for one that is not given.
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let attachment = chat::attachment(event, "", COLORS);
        let body = chat::message(&self.channel, &self.username, &attachment);
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}
