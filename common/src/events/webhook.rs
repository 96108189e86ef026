//! Posting to the events address.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use reqwest::{Client, StatusCode, Url};

use super::Settings;
use super::receipts::{Posting, Silence};
use super::recorder::{CAPACITY, Inbox};
use crate::redact;

/// Limit of one try (K7.1).
const TIMEOUT: Duration = Duration::from_secs(5);
/// Tries after the first one (E1).
const RETRIES: u32 = 4;
/// Pause before the first retry; doubled each time.
const MIN_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// Objects whose events are posted at the same time.
const PARALLEL: usize = 16;

/// Why events cannot be posted.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The flag holds no URL.
    #[error(
        "invalid value of --events-addr: {0}: expected a URL such as http://notification-controller/"
    )]
    Address(String),
    /// No HTTP client.
    #[error("failed to set up the client for --events-addr: {0}")]
    Client(#[source] reqwest::Error),
}

/// The events address. It may hold credentials, so it has no debug form.
pub(super) struct Webhook {
    client: Client,
    address: Url,
    controller: String,
    instance: String,
    min_pause: Duration,
    silence: Silence,
}

impl Webhook {
    /// A client of the address, which says in `silence` whether it answers.
    pub(super) fn new(settings: &Settings, silence: Silence) -> Result<Self, WebhookError> {
        let address = Url::parse(&settings.address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| WebhookError::Address(redact::url(&settings.address)))?;
        let client = Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(WebhookError::Client)?;
        Ok(Self {
            client,
            address,
            controller: settings.controller.clone(),
            instance: settings.instance.clone(),
            min_pause: MIN_PAUSE,
            silence,
        })
    }

    /// Posts what comes, until the last recorder is gone: the events of an object one after the other, those of several objects
    /// beside each other.
    pub(super) async fn deliver(self, mut inbox: Inbox<Posting>) {
        let mut under_way = FuturesUnordered::new();
        // By the uid of each object of which an event is under way.
        let mut waiting: HashMap<String, VecDeque<Posting>> = HashMap::new();
        let (mut queued, mut is_open) = (0, true);
        loop {
            let has_room = under_way.len() < PARALLEL && queued < CAPACITY;
            tokio::select! {
                posting = inbox.next(), if is_open && has_room => match posting {
                    None => is_open = false,
                    Some(posting) => {
                        let uid = &posting.event.involved.uid;
                        if let Some(queue) = waiting.get_mut(uid) {
                            queue.push_back(posting);
                            queued += 1;
                        } else {
                            waiting.insert(uid.clone(), VecDeque::new());
                            under_way.push(self.send(posting));
                        }
                    }
                },
                Some(uid) = under_way.next() => {
                    if let Some(next) = waiting.get_mut(&uid).and_then(VecDeque::pop_front) {
                        queued -= 1;
                        under_way.push(self.send(next));
                    } else {
                        waiting.remove(&uid);
                    }
                }
                else => break,
            }
        }
    }

    /// Posts one event, and returns the uid of its object.
    async fn send(&self, posting: Posting) -> String {
        let event = &posting.event;
        if let Some(body) = event.payload(&self.controller, &self.instance) {
            let outcome = self.post(&body).await;
            self.silence.set(outcome.is_err());
            if let Err(error) = outcome {
                tracing::error!(object = %event.involved, reason = event.reason, error, "unable to record event");
            }
        }
        event.involved.uid.clone()
    }

    async fn post(&self, body: &[u8]) -> Result<(), String> {
        let mut pause = self.min_pause;
        for attempt in 0..=RETRIES {
            if attempt > 0 {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(MAX_PAUSE);
            }
            let request = self
                .client
                .post(self.address.clone())
                .header("content-type", "application/json");
            let failure = match request.body(body.to_vec()).send().await {
                // A duplicate, which is as good as delivered.
                Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => return Ok(()),
                Ok(answer) if answer.status().is_server_error() => {
                    format!("answered {}", answer.status())
                }
                Ok(_) => return Ok(()),
                Err(error) => error.without_url().to_string(),
            };
            if attempt == RETRIES {
                return Err(format!("giving up after {} tries: {failure}", RETRIES + 1));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use testing::http::Sink;

    use super::*;

    fn webhook(address: &str) -> Webhook {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = Settings {
            controller: "c".into(),
            instance: "i".into(),
            address: address.into(),
        };
        Webhook {
            min_pause: Duration::from_millis(1),
            ..Webhook::new(&settings, Silence::default()).unwrap()
        }
    }

    #[tokio::test]
    async fn e1_server_errors_are_retried_four_times() {
        let sink = Sink::start().await.unwrap();
        sink.answer_with(StatusCode::BAD_GATEWAY);
        let error = webhook(sink.url()).post(b"{}").await.unwrap_err();
        assert_eq!(error, "giving up after 5 tries: answered 502 Bad Gateway");
        assert_eq!(sink.received().len(), 5);
    }

    #[tokio::test]
    async fn e1_refusals_are_not_retried_and_connection_errors_are() {
        let sink = Sink::start().await.unwrap();
        sink.answer_with(StatusCode::BAD_REQUEST);
        webhook(sink.url()).post(b"{}").await.unwrap();
        assert_eq!(sink.received().len(), 1);
        let [unused] = testing::free_ports().unwrap();
        let error = webhook(&format!("http://127.0.0.1:{unused}/?token=secret"))
            .post(b"{}")
            .await
            .unwrap_err();
        assert!(
            error.starts_with("giving up after 5 tries: ") && !error.contains("secret"),
            "{error}"
        );
    }
}
