//! Lark: interactive cards.

use std::fmt::Write as _;

use reqwest::Url;
use serde_json::json;

use super::chat::emoji;
use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct Lark {
    url: Url,
}

impl Lark {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "Lark hook")?;
        Ok(Self { url })
    }
}

impl Notifier for Lark {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let mut text = format!("**{}**\n\n", event.message);
        for (name, value) in &event.metadata {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}: {value}");
        }
        let title = format!("{} {}", emoji(event), event.heading());
        let body = json!({
            "msg_type": "interactive",
            "card": {
                "config": {"wide_screen_mode": true},
                "header": {
                    "title": {"tag": "plain_text", "content": title},
                    "template": if event.is_error() { "red" } else { "turquoise" },
                },
                "elements": [{"tag": "div", "text": {"tag": "lark_md", "content": text}}],
            },
        });
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}
