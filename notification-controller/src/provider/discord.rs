//! Discord, which takes messages in Slack's form at an address of its own.

use reqwest::Url;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError};
use super::{address, chat};
use crate::event::Event;

const COLORS: (&str, &str) = ("good", "danger");

pub(super) struct Discord {
    url: Url,
    username: String,
}

impl Discord {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "Discord hook")?;
        let url = if settings.address.expose().ends_with("/slack") {
            url
        } else {
            address::join(&url, ["slack"])
        };
        Ok(Self {
            url,
            username: settings.username.clone(),
        })
    }
}

impl Notifier for Discord {
    /// The channel is part of the address, so none is sent.
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let attachment = chat::attachment(event, "", COLORS);
        let body = chat::message("", chat::name(&self.username, event), &attachment);
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}
