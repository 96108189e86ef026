//! URLs of remote repositories. Their text is fit for messages: it has no user information and no query.

use std::fmt;

use reqwest::Url;

use transport::proxy::decode;

use crate::access::Basic;

/// The URL of a repository, as an object's spec has it.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteUrl {
    /// Without user information.
    url: Url,
    scheme: Scheme,
    user: Option<Basic>,
}

/// How the remote is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http://`
    Http,
    /// `https://`
    Https,
    /// `ssh://`
    Ssh,
}

/// The text is no URL of a repository. Its message does not repeat the URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It cannot be parsed.
    #[error("{0}")]
    Syntax(String),
    /// The scheme is not one that git is read over.
    #[error("unsupported scheme '{0}': expected http, https or ssh")]
    Scheme(String),
}

impl RemoteUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let mut url = Url::parse(text).map_err(|error| UrlError::Syntax(error.to_string()))?;
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            "ssh" => Scheme::Ssh,
            other => return Err(UrlError::Scheme(other.to_owned())),
        };
        // The parser would take the first part of the path for the host that is missing.
        if text
            .split_once("://")
            .is_none_or(|(_, rest)| rest.starts_with(['/', '\\']))
        {
            return Err(UrlError::Syntax("empty host".to_owned()));
        }
        let user = (!url.username().is_empty()).then(|| Basic {
            username: decode(url.username()),
            password: decode(url.password().unwrap_or_default()).into(),
        });
        // Neither fails for URLs that have a host, and these schemes demand one.
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return Err(UrlError::Syntax("empty host".to_owned()));
        }
        url.set_fragment(None);
        Ok(Self { url, scheme, user })
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The user information, decoded.
    pub fn user(&self) -> Option<&Basic> {
        self.user.as_ref()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

/// Shows scheme, host and path.
impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.url.clone();
        shown.set_query(None);
        shown.as_str().fmt(f)
    }
}

impl fmt::Debug for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shows_no_credentials_and_no_query() {
        let url =
            RemoteUrl::parse("https://me:p%40ss@example.com:8443/org/repo.git?token=t").unwrap();
        assert_eq!(url.to_string(), "https://example.com:8443/org/repo.git");
        assert_eq!(
            format!("{url:?}"),
            "RemoteUrl(https://example.com:8443/org/repo.git)"
        );
        assert_eq!(url.scheme(), Scheme::Https);
        let user = url.user().unwrap();
        assert_eq!(user.username, "me");
        assert_eq!(user.password.expose(), "p@ss");
        assert!(!format!("{user:?}").contains("p@ss"));
    }

    #[test]
    fn what_is_no_repository_is_refused_without_repeating_it() {
        for (text, expected) in [
            ("git@example.com:org/repo", "relative URL without a base"),
            (
                "https://me:secret@exa mple.com/x",
                "invalid international domain name",
            ),
            (
                "file:///etc",
                "unsupported scheme 'file': expected http, https or ssh",
            ),
            ("https://", "empty host"),
            ("https:///org/repo", "empty host"),
        ] {
            let message = RemoteUrl::parse(text).unwrap_err().to_string();
            assert_eq!(message, expected, "{text}");
        }
    }
}
