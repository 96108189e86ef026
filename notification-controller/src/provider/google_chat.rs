//! Google Chat: cards.

use reqwest::Url;
use serde_json::{Value, json};

use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

pub(super) struct GoogleChat {
    url: Url,
}

impl GoogleChat {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let url = address::parse(settings, "Google Chat hook")?;
        Ok(Self { url })
    }
}

impl Notifier for GoogleChat {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let text = if event.is_error() {
            format!("<font color=\"#ff0000\">{}</font>", event.message)
        } else {
            event.message.clone()
        };
        let paragraph = json!({"textParagraph": {"text": text}, "keyValue": null});
        let mut sections = vec![section(&[paragraph])];
        if !event.metadata.is_empty() {
            let pairs: Vec<Value> = event.metadata.iter().map(pair).collect();
            sections.push(section(&pairs));
        }
        let body = json!({
            "cards": [{
                "header": {
                    "title": event.heading(),
                    "subtitle": event.reporting_controller,
                    "imageUrl": null,
                    "imageStyle": null,
                },
                "sections": sections,
            }],
        });
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}

fn section(widgets: &[Value]) -> Value {
    json!({"header": "", "widgets": widgets})
}

fn pair((label, content): (&String, &String)) -> Value {
    json!({
        "textParagraph": null,
        "keyValue": {
            "topLabel": label,
            "content": content,
            "contentMultiline": false,
            "bottomLabel": null,
            "icon": null,
        },
    })
}
