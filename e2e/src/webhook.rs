//! Webhooks as hosts of code and images call them.

use std::fmt::Write as _;
use std::time::Duration;

use ring::hmac;
use testing::http::post;
use tokio::time::{Instant, sleep};

use crate::scenario::DEADLINE;

/// How long a host waits before it calls again.
const AGAIN: Duration = Duration::from_millis(100);

/// A webhook of a Receiver whose calls are signed.
#[derive(Debug, Clone)]
pub struct Webhook {
    url: String,
    token: String,
    header: &'static str,
    event: Option<&'static str>,
}

impl Webhook {
    /// For a Receiver of type `github`, called for pushes.
    pub fn github(url: &str, token: &str) -> Self {
        Self {
            url: url.to_owned(),
            token: token.to_owned(),
            header: "x-hub-signature-256",
            event: Some("push"),
        }
    }

    /// For a Receiver of type `generic-hmac`.
    pub fn generic(url: &str, token: &str) -> Self {
        Self {
            url: url.to_owned(),
            token: token.to_owned(),
            header: "x-signature",
            event: None,
        }
    }

    /// The same webhook, called by somebody who knows the path but not the token.
    #[must_use]
    pub fn forged(&self) -> Self {
        let token = "a guess".to_owned();
        Self {
            token,
            ..self.clone()
        }
    }

    /// Calls once, and returns the status of the answer.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn call(&self) -> Result<u16, String> {
        let body = b"{}".to_vec();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.token.as_bytes());
        let tag = hmac::sign(&key, &body);
        let mut signature = "sha256=".to_owned();
        for byte in tag.as_ref() {
            let _ = write!(signature, "{byte:02x}");
        }
        let mut headers = vec![
            ("content-type", "application/json"),
            (self.header, signature.as_str()),
        ];
        headers.extend(self.event.map(|event| ("x-github-event", event)));
        let answer = post(&self.url, &headers, body).await;
        answer
            .map(|answer| answer.status)
            .map_err(|error| format!("{error:#}"))
    }

    /// Calls until it is answered well, as hosts do.
    pub async fn deliver(&self) {
        let end = Instant::now() + DEADLINE;
        loop {
            let answer = self.call().await;
            if answer == Ok(200) {
                return;
            }
            assert!(
                Instant::now() < end,
                "the webhook does not answer well: {answer:?}"
            );
            sleep(AGAIN).await;
        }
    }
}
