//! Requests to be made, as data.

use std::fmt;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
};
use reqwest::{Method, Url};
use serde_json::Value;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why an event makes no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A commit status without a revision (section 13.7).
    #[error("missing revision metadata")]
    NoRevision,
    /// A revision without a commit (G1).
    #[error("failed to extract commit hash from '{0}' revision")]
    NoCommit(String),
    /// A severity that the service has no state for.
    #[error("can't convert to {0} state")]
    NoState(&'static str),
    /// A value that no header can carry.
    #[error("the value of header '{0}' holds letters that no header can carry")]
    Header(String),
}

/// What tells a service of an event.
#[derive(Debug)]
pub enum Delivery {
    /// Nothing: the event is none for the service.
    Skip,
    /// These, in order; the first that fails is the last.
    Messages(Vec<Message>),
    /// A message, unless the service knows already.
    Unless {
        /// How to find out.
        lookup: Box<Lookup>,
        /// What to say if not.
        message: Box<Message>,
    },
}

/// A question whose answer decides about a message.
pub struct Lookup {
    /// The question.
    pub question: Message,
    /// What an error of it says.
    pub failure: &'static str,
    /// Whether 404 means that there is nothing yet.
    pub missing: Missing,
    /// Whether the answer shows that the service knows already.
    pub known: Box<dyn Fn(&Value) -> bool + Send + Sync>,
}

/// What an answer 404 means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// There is nothing yet.
    Nothing,
    /// An error like others.
    Error,
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("question", &self.question)
            .finish_non_exhaustive()
    }
}

/// When a message counts as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// By the status: any 2xx (B5).
    Status,
    /// By the field `ok` of the answer, whatever the status: Slack's own API.
    SlackOk,
}

/// One request. Its address and its headers may hold credentials, so neither is shown.
pub struct Message {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// When it counts as delivered.
    pub verdict: Verdict,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl Message {
    /// A `POST` of JSON.
    pub fn post(url: Url, body: &Value) -> Self {
        Self::post_text(url, body.to_string())
    }

    /// A `POST` of a text that is JSON.
    pub fn post_text(url: Url, json: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self {
            method: Method::POST,
            url,
            headers,
            body: json.into_bytes(),
            verdict: Verdict::Status,
        }
    }

    /// A `GET` of JSON.
    pub fn get(url: Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            method: Method::GET,
            url,
            headers,
            body: Vec::new(),
            verdict: Verdict::Status,
        }
    }

    /// With a header, in place of another one of that name. The value is a secret.
    ///
    /// # Errors
    /// When no header can carry it.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, EncodeError> {
        let invalid = || EncodeError::Header(name.to_owned());
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let value = sensitive(value).map_err(|_| invalid())?;
        self.headers.insert(header, value);
        Ok(self)
    }

    /// With a bearer token.
    ///
    /// # Errors
    /// When no header can carry it.
    pub fn bearer(self, token: &str) -> Result<Self, EncodeError> {
        self.with(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// With a name and a password.
    ///
    /// # Errors
    /// Never, in fact: the encoded form fits into a header.
    pub fn basic(self, username: &str, password: &str) -> Result<Self, EncodeError> {
        let encoded = STANDARD.encode(format!("{username}:{password}"));
        self.with(AUTHORIZATION.as_str(), &format!("Basic {encoded}"))
    }
}

fn sensitive(value: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_bytes(value.as_bytes())?;
    value.set_sensitive(true);
    Ok(value)
}
