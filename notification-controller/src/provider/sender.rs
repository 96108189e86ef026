//! Making the requests: retries, redirects, limits, and errors that can be shown.
//!
//! A request that fails on the way, or is answered with 429 or a server error other than 501, is tried again up to four times,
//! after two seconds, four, and so on, or when the answer asks for it (B5); never when a certificate is not trusted, and not
//! beyond the timeout of the provider. Redirects are followed at the same host alone: what a provider sends is a credential, or
//! carries one.

mod client;
mod retry;

use std::error::Error as _;
use std::time::Duration;

use common::redact::{self, Secret};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use super::message::{Missing, Verdict};
use super::settings::Transport;
use super::{Delivery, Lookup, Message};

use client::Clients;
pub use retry::Retry;

/// How much of the answer of a refusal is quoted, in bytes.
const MAX_QUOTE: usize = 1024;
/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 4 << 20;

/// Why a service was not told. The text may hold what a service answered; [`Sender::deliver`] takes the secrets out of it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No client for this proxy and these certificates.
    #[error("failed to set up the HTTP client: {0}")]
    Client(String),
    /// The request did not get through.
    #[error("failed to execute request: {0}")]
    Unreachable(String),
    /// Tried several times, the last one failing so.
    #[error("failed to execute request: giving up after {attempts} attempt(s): {last}")]
    GaveUp {
        /// How often it was tried.
        attempts: u32,
        /// The last failure.
        last: String,
    },
    /// The service refuses.
    #[error("request failed: request failed with status code {code}: {answer}")]
    Refused {
        /// The status.
        code: u16,
        /// What it says, cut.
        answer: String,
    },
    /// Slack's own way to refuse.
    #[error("request failed: Slack responded with error: {0}")]
    Slack(String),
    /// An answer that is not what was asked for.
    #[error("request failed: unable to unmarshal response body: {0}")]
    Answer(String),
    /// A question was not answered.
    #[error("{what}: {cause}")]
    Lookup {
        /// Which one.
        what: &'static str,
        /// Why not.
        cause: Box<SendError>,
    },
    /// The time is up.
    #[error("failed to execute request: no answer within {}", common::duration::format(*.0))]
    TooSlow(Duration),
}

/// Makes requests; clones share the connections.
#[derive(Debug, Clone)]
pub struct Sender {
    clients: Clients,
    retry: Retry,
}

impl Sender {
    /// A sender that waits between tries as `retry` says.
    pub fn new(retry: Retry) -> Self {
        Self {
            clients: Clients::default(),
            retry,
        }
    }

    /// Tells a service, within `timeout`.
    ///
    /// # Errors
    /// Why it was not told, without what is secret.
    pub async fn deliver(
        &self,
        delivery: Delivery,
        transport: &Transport,
        secrets: &[Secret],
        timeout: Duration,
    ) -> Result<(), String> {
        let deadline = Instant::now() + timeout;
        let work = self.work(delivery, transport, deadline);
        let outcome = tokio::time::timeout_at(deadline, work)
            .await
            .unwrap_or(Err(SendError::TooSlow(timeout)));
        outcome.map_err(|error| redact::urls_in(&redact::scrub(&error.to_string(), secrets)))
    }

    async fn work(
        &self,
        delivery: Delivery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<(), SendError> {
        match delivery {
            Delivery::Skip => Ok(()),
            Delivery::Messages(messages) => {
                for message in &messages {
                    let client = self.clients.get(transport, &message.url)?;
                    self.send(&client, message, deadline).await?;
                }
                Ok(())
            }
            Delivery::Unless { lookup, message } => {
                let client = self.clients.get(transport, &message.url)?;
                if self.knows(&client, &lookup, deadline).await? {
                    return Ok(());
                }
                self.send(&client, &message, deadline).await
            }
        }
    }

    async fn send(
        &self,
        client: &Client,
        message: &Message,
        deadline: Instant,
    ) -> Result<(), SendError> {
        let response = self.exchange(client, message, deadline).await?;
        match message.verdict {
            Verdict::Status => accepted(response).await.map(drop),
            Verdict::SlackOk => slack_ok(response).await,
        }
    }

    async fn knows(
        &self,
        client: &Client,
        lookup: &Lookup,
        deadline: Instant,
    ) -> Result<bool, SendError> {
        let asked = async {
            let response = self.exchange(client, &lookup.question, deadline).await?;
            if response.status() == StatusCode::NOT_FOUND && lookup.missing == Missing::Nothing {
                return Ok(false);
            }
            let body = read(accepted(response).await?, MAX_ANSWER).await?;
            // No content says that there is nothing.
            let answer: Value = if body.is_empty() {
                Value::Null
            } else {
                serde_json::from_slice(&body)
                    .map_err(|error| SendError::Answer(error.to_string()))?
            };
            Ok((lookup.known)(&answer))
        };
        asked.await.map_err(|cause| SendError::Lookup {
            what: lookup.failure,
            cause: Box::new(cause),
        })
    }

    /// One request, tried again where that may help.
    async fn exchange(
        &self,
        client: &Client,
        message: &Message,
        deadline: Instant,
    ) -> Result<Response, SendError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let request = client
                .request(message.method.clone(), message.url.clone())
                .headers(message.headers.clone())
                .body(message.body.clone());
            let (failure, asked) = match request.send().await {
                Ok(response) if !retry::worth(response.status()) => return Ok(response),
                Ok(response) => {
                    let asked = retry::asked(&response);
                    (refusal(response).await, asked)
                }
                Err(error) => {
                    let text = cause(&error);
                    if retry::hopeless(&text) {
                        return Err(SendError::Unreachable(text));
                    }
                    (SendError::Unreachable(text), None)
                }
            };
            let pause = asked.unwrap_or_else(|| self.retry.pause(attempts));
            if attempts > retry::RETRIES || Instant::now() + pause >= deadline {
                return Err(SendError::GaveUp {
                    attempts,
                    last: last_words(failure),
                });
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// The failure without the words that go before it.
fn last_words(failure: SendError) -> String {
    match failure {
        SendError::Unreachable(text) => text,
        SendError::Refused { code, answer } => {
            format!("request failed with status code {code}: {answer}")
        }
        other => other.to_string(),
    }
}

/// Any 2xx.
async fn accepted(response: Response) -> Result<Response, SendError> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(refusal(response).await)
    }
}

async fn refusal(response: Response) -> SendError {
    let code = response.status().as_u16();
    let body = read(response, MAX_QUOTE).await.unwrap_or_default();
    SendError::Refused {
        code,
        answer: String::from_utf8_lossy(&body).into_owned(),
    }
}

async fn slack_ok(response: Response) -> Result<(), SendError> {
    let body = read(response, MAX_ANSWER).await?;
    let answer: Value =
        serde_json::from_slice(&body).map_err(|error| SendError::Answer(error.to_string()))?;
    if answer["ok"] == true {
        return Ok(());
    }
    Err(SendError::Slack(
        answer["error"].as_str().unwrap_or_default().to_owned(),
    ))
}

/// The beginning of a body.
async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, SendError> {
    let mut body = Vec::new();
    while body.len() < limit {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(SendError::Unreachable(cause(&error))),
        }
    }
    body.truncate(limit);
    Ok(body)
}

/// What lies at the bottom of an error: `connection refused`, `invalid peer certificate: UnknownIssuer`.
fn cause(error: &reqwest::Error) -> String {
    let mut deepest = error.source();
    while let Some(next) = deepest.and_then(|error| error.source()) {
        deepest = Some(next);
    }
    deepest.map_or_else(|| "request not sent".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests;
