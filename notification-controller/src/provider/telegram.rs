//! Telegram: a bot's messages in its second dialect of Markdown.

use std::fmt::Write as _;

use reqwest::Url;
use serde_json::json;

use super::chat::emoji;
use super::{Delivery, EncodeError, Message, Notifier, Settings, SettingsError, address};
use crate::event::Event;

const API: &str = "https://api.telegram.org";
/// Letters that mean something in the dialect.
const MARKS: &str = "\\.-_[]()~>`#+=|{}!*";

pub(super) struct Telegram {
    url: Url,
    chat: String,
    thread: Option<String>,
}

impl Telegram {
    /// The address does not count: there is one Telegram.
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        if settings.channel.is_empty() {
            return Err(SettingsError::Empty("empty Telegram channel"));
        }
        let token = settings.token.expose();
        if token.is_empty() {
            return Err(SettingsError::Empty("empty Telegram token"));
        }
        let base = Url::parse(API).map_err(|_| SettingsError::Empty("no Telegram address"))?;
        let bot = format!("bot{token}");
        let (chat, thread) = match settings.channel.split_once(':') {
            Some((chat, thread)) => (chat.to_owned(), Some(thread.to_owned())),
            None => (settings.channel.clone(), None),
        };
        Ok(Self {
            url: address::join(&base, [bot.as_str(), "sendMessage"]),
            chat,
            thread: thread.filter(|thread| !thread.is_empty()),
        })
    }
}

impl Notifier for Telegram {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let involved = &event.involved_object;
        let heading = format!(
            "{} {}/{}/{}",
            emoji(event),
            involved.kind.to_lowercase(),
            involved.name,
            involved.namespace
        );
        let mut text = format!("*{}*\n{}\n", escape(&heading), escape(&event.message));
        for (name, value) in &event.metadata {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "\\- *{}*: {}", escape(name), escape(value));
        }
        let mut body = json!({"chat_id": self.chat});
        if let Some(thread) = &self.thread {
            body["message_thread_id"] = json!(thread);
        }
        body["text"] = json!(text);
        body["parse_mode"] = json!("MarkdownV2");
        Ok(Delivery::Messages(vec![Message::post(
            self.url.clone(),
            &body,
        )]))
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if MARKS.contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
