//! Matrix: a text in a room, under a transaction id made from the event, so that a repetition is not shown twice.

use std::fmt::Write as _;

use common::redact::Secret;
use reqwest::{Method, Url};
use serde_json::json;
use sha1::{Digest as _, Sha1};

use super::chat::emoji;
use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;
use crate::hex;

pub(super) struct Matrix {
    /// Where transactions of the room go.
    room: Url,
    token: Secret,
}

impl Matrix {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        const WHAT: &str = "Matrix homeserver";
        address::parse(settings, WHAT)?;
        // The room stands in the address as it is written: it may be escaped already.
        let room = Url::parse(&format!(
            "{}/_matrix/client/r0/rooms/{}/send/m.room.message/",
            settings.address.expose(),
            settings.channel
        ));
        Ok(Self {
            room: room.map_err(|error| SettingsError::Address {
                what: WHAT,
                cause: error.to_string(),
            })?,
            token: settings.token.clone(),
        })
    }
}

impl Notifier for Matrix {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        // The whole event counts, its time included (section 13.13).
        let transaction = hex::encode(&Sha1::digest(event.to_json()));
        let url = address::join(&self.room, [transaction.as_str()]);
        let mut text = format!("{} {}\n{}\n", emoji(event), event.heading(), event.message);
        for (name, value) in &event.metadata {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "- {name}: {value}");
        }
        let mut message = Message::post(url, &json!({"body": text, "msgtype": "m.text"}))
            .bearer(self.token.expose())?;
        message.method = Method::PUT;
        Ok(Delivery::Messages(vec![message]))
    }
}
