//! generic and generic-hmac: the event as it is.

use std::collections::BTreeMap;

use common::redact::Secret;
use reqwest::Url;
use ring::hmac;

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;
use crate::hex;

/// Names the controller that an event comes from.
const COMPONENT: &str = "gotk-component";
/// The signature over the body.
const SIGNATURE: &str = "x-signature";

pub(super) struct Forwarder {
    url: Url,
    headers: BTreeMap<String, Secret>,
    key: Option<hmac::Key>,
}

impl Forwarder {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            url: address::parse(settings, "hook")?,
            headers: settings.headers.clone(),
            key: None,
        })
    }

    /// With a signature made with the token.
    pub(super) fn signing(settings: &Settings) -> Result<Self, SettingsError> {
        let forwarder = Self::new(settings)?;
        let token = settings.token.expose();
        if token.is_empty() {
            return Err(SettingsError::Empty("HMAC key is empty"));
        }
        Ok(Self {
            key: Some(hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes())),
            ..forwarder
        })
    }
}

impl Notifier for Forwarder {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let mut message = Message::post_text(self.url.clone(), event.to_json())
            .with(COMPONENT, &event.reporting_controller)?;
        for (name, value) in &self.headers {
            message = message.with(name, value.expose())?;
        }
        if let Some(key) = &self.key {
            let signature = hmac::sign(key, &message.body);
            message = message.with(
                SIGNATURE,
                &format!("sha256={}", hex::encode(signature.as_ref())),
            )?;
        }
        Ok(Delivery::Messages(vec![message]))
    }
}
