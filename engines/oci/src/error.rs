//! Why a registry did not give what was asked for.

use std::io;

use artifact::Digest;
use reqwest::StatusCode;
use serde::Deserialize;
use transport::TransportError;

use crate::name::NameError;

/// Why a conversation failed. Messages name the request; URLs in them have no query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name in an answer or question is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Certificates or proxy cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server cannot be reached.
    #[error("{method} {url}: {message}")]
    Connection {
        /// `GET`, `HEAD`, `POST`.
        method: String,
        /// What was asked for.
        url: String,
        /// Why, with all causes.
        message: String,
    },
    /// The server refuses.
    #[error("{method} {url}: {refusal}")]
    Refused {
        /// `GET`, `HEAD`, `POST`.
        method: String,
        /// What was asked for.
        url: String,
        /// What it said.
        refusal: Refusal,
    },
    /// Neither scheme works.
    #[error("{0}; {1}")]
    Both(Box<Self>, Box<Self>),
    /// The server asks for credentials in a way that nobody knows, or that is not safe.
    #[error("{0}")]
    Challenge(String),
    /// The token service did not give a token.
    #[error("no token in answer of the token service '{0}'")]
    NoToken(String),
    /// An answer lacks a header that it must have.
    #[error("{method} {url}: response did not include {header} header")]
    Header {
        /// `GET`, `HEAD`.
        method: String,
        /// What was asked for.
        url: String,
        /// Which.
        header: &'static str,
    },
    /// The content is not what was asked for.
    #[error("digest of '{what}' is {actual}, expected {expected}")]
    Digest {
        /// What it is.
        what: String,
        /// As asked for.
        expected: Digest,
        /// Of what came.
        actual: Digest,
    },
    /// The answer cannot be understood.
    #[error("GET {url}: invalid {what}: {message}")]
    Malformed {
        /// What was asked for.
        url: String,
        /// What it should be.
        what: &'static str,
        /// Why it is not.
        message: String,
    },
    /// The answer is larger than allowed.
    #[error("GET {url}: {what} is over the limit of {limit} bytes")]
    Limit {
        /// What was asked for.
        url: String,
        /// What it is.
        what: &'static str,
        /// The budget.
        limit: u64,
    },
    /// There are more tags than allowed.
    #[error("repository '{repository}' has more than {limit} tags")]
    TooManyTags {
        /// The repository.
        repository: String,
        /// The budget.
        limit: usize,
    },
    /// An index has nothing for the platform.
    #[error("no child with platform linux/amd64 in index {0}")]
    NoPlatform(String),
    /// What was read cannot be written.
    #[error("failed to write '{what}': {source}")]
    Write {
        /// What it is.
        what: String,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    /// Whether the server wants other credentials.
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Refused { refusal, .. } => {
                matches!(refusal.status.as_u16(), 401 | 403) && !refusal.has_code("TOOMANYREQUESTS")
            }
            Self::Both(first, second) => first.is_unauthorized() || second.is_unauthorized(),
            _ => false,
        }
    }

    /// Whether there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { refusal, .. } if refusal.status == StatusCode::NOT_FOUND)
    }
}

/// What a registry says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status of the answer.
    pub status: StatusCode,
    diagnostics: Vec<Diagnostic>,
    body: String,
    headless: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Diagnostic {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    detail: serde_json::Value,
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<Diagnostic>,
}

/// Characters of a body that is no list of errors.
const SHOWN: usize = 512;

impl Refusal {
    /// Reads the body of a refusal; `HEAD` has none.
    pub(crate) fn read(status: StatusCode, method: &str, body: &[u8]) -> Self {
        let diagnostics = serde_json::from_slice::<Errors>(body)
            .map(|errors| errors.errors)
            .unwrap_or_default();
        let text = String::from_utf8_lossy(body);
        Self {
            status,
            diagnostics,
            body: text.trim().chars().take(SHOWN).collect(),
            headless: method == "HEAD",
        }
    }

    fn has_code(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|one| one.code == code)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        match &self.detail {
            serde_json::Value::Null => Ok(()),
            serde_json::Value::String(text) => write!(f, "; {text}"),
            other => write!(f, "; {other}"),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.diagnostics {
            [] => {}
            [one] => return one.fmt(f),
            many => {
                let texts: Vec<String> = many.iter().map(ToString::to_string).collect();
                return write!(f, "multiple errors returned: {}", texts.join("; "));
            }
        }
        let (code, reason) = (
            self.status.as_u16(),
            self.status.canonical_reason().unwrap_or_default(),
        );
        write!(f, "unexpected status code {code} {reason}")?;
        if !self.body.is_empty() {
            write!(f, ": {}", self.body)
        } else if self.headless {
            f.write_str(" (HEAD responses have no body, use GET for details)")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(status: u16, method: &str, body: &str) -> String {
        Refusal::read(
            StatusCode::from_u16(status).unwrap(),
            method,
            body.as_bytes(),
        )
        .to_string()
    }

    #[test]
    fn refusals_say_what_the_registry_said() {
        assert_eq!(
            say(
                404,
                "GET",
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":"unknown tag=x"}]}"#
            ),
            "MANIFEST_UNKNOWN: manifest unknown; unknown tag=x"
        );
        assert_eq!(
            say(
                401,
                "GET",
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Name":"a"}]},{"code":"DENIED"}]}"#
            ),
            "multiple errors returned: UNAUTHORIZED: authentication required; [{\"Name\":\"a\"}]; DENIED: "
        );
        assert_eq!(
            say(502, "GET", ""),
            "unexpected status code 502 Bad Gateway"
        );
        assert_eq!(
            say(503, "GET", "<html>"),
            "unexpected status code 503 Service Unavailable: <html>"
        );
        assert_eq!(
            say(404, "HEAD", ""),
            "unexpected status code 404 Not Found (HEAD responses have no body, use GET for details)"
        );
    }
}
