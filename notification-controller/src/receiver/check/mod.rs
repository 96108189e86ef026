//! Whether a call is what its Receiver waits for: one file per service, pure functions over headers and body (section 9).
//!
//! A check first looks for proof that the caller knows the token, and what has none is [`Rejection::Forged`], answered like a
//! path that does not exist. Only then is it read, and what cannot be used is [`Rejection::Unusable`]. Tokens and signatures are
//! compared in constant time.

mod acr;
mod bitbucket;
mod docker_hub;
mod generic_hmac;
mod github;
mod gitlab;
mod harbor;
mod hub_signature;
mod nexus;
mod proof;
mod quay;

use std::borrow::Cow;

use axum::http::HeaderMap;
use crds::notification::ReceiverType;
use serde::de::DeserializeOwned;

/// A call of a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
}

/// What a Receiver knows of its caller.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The token, byte for byte.
    pub token: &'a [u8],
    /// Events of the service that count; all when empty.
    pub events: &'a [String],
}

/// A call that is as it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// The body that filters see.
    pub body: Cow<'a, [u8]>,
    /// What the log says of it.
    pub about: String,
}

/// Why a call is not taken. The texts are for the log alone: an answer has no body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The caller does not prove that it knows the token.
    #[error("{0}")]
    Forged(String),
    /// The caller is known, but the call cannot be used, or is not wanted.
    #[error("{0}")]
    Unusable(String),
}

type Check = for<'a> fn(Call<'a>, Expected<'_>) -> Result<Accepted<'a>, Rejection>;

/// The check of a type, if there is one.
fn of(kind: &ReceiverType) -> Option<Check> {
    Some(match kind {
        ReceiverType::Generic => generic,
        ReceiverType::GenericHmac => generic_hmac::check,
        ReceiverType::GitHub => github::check,
        ReceiverType::GitLab => gitlab::check,
        ReceiverType::Bitbucket => bitbucket::check,
        ReceiverType::Harbor => harbor::check,
        ReceiverType::DockerHub => docker_hub::check,
        ReceiverType::Quay => quay::check,
        ReceiverType::Nexus => nexus::check,
        ReceiverType::Acr => acr::check,
        _ => return None,
    })
}

/// Whether calls of a type can be checked.
pub fn is_supported(kind: &ReceiverType) -> bool {
    of(kind).is_some()
}

/// Checks a call.
///
/// # Errors
/// Why it is not taken.
pub fn check<'a>(
    kind: &ReceiverType,
    call: Call<'a>,
    expected: Expected<'_>,
) -> Result<Accepted<'a>, Rejection> {
    let check = of(kind).ok_or_else(|| {
        Rejection::Unusable(format!("receiver type {:?} not supported", kind.as_str()))
    })?;
    check(call, expected)
}

/// Who knows the path may call.
// The other checks can fail, and all have one form.
#[expect(clippy::unnecessary_wraps)]
fn generic<'a>(call: Call<'a>, _: Expected<'_>) -> Result<Accepted<'a>, Rejection> {
    Ok(Accepted {
        body: Cow::Borrowed(call.body),
        about: "handling generic event".to_owned(),
    })
}

impl<'a> Call<'a> {
    /// A header as text; empty when it is not there.
    fn header(&self, name: &str) -> &'a str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The first JSON value of the body, as a service sends it.
    fn decode<T: DeserializeOwned>(&self, service: &str) -> Result<T, Rejection> {
        let mut values = serde_json::Deserializer::from_slice(self.body).into_iter();
        match values.next() {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(Rejection::Unusable(format!(
                "cannot decode {service} webhook payload: {error}"
            ))),
            None => Err(Rejection::Unusable(format!(
                "cannot decode {service} webhook payload: EOF"
            ))),
        }
    }

    /// Accepts the call as it is.
    fn accept(&self, about: String) -> Accepted<'a> {
        Accepted {
            body: Cow::Borrowed(self.body),
            about,
        }
    }
}

impl Expected<'_> {
    /// Whether an event counts, whatever the case of its letters.
    fn wants(&self, service: &str, event: &str) -> Result<(), Rejection> {
        let listed = |one: &String| one.to_lowercase() == event.to_lowercase();
        if self.events.is_empty() || self.events.iter().any(listed) {
            return Ok(());
        }
        Err(Rejection::Unusable(format!(
            "the {service} event {event:?} is not authorised"
        )))
    }
}

/// The media type of a header, without parameters, in lower case.
pub(super) fn media_type(header: &str) -> String {
    let kind = header.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
