//! Addresses of repositories and of what their indexes refer to.

use std::fmt;

use reqwest::Url;

/// The name of the index.
const INDEX: &str = "index.yaml";

/// The address of a repository; its path ends with a slash.
#[derive(Clone, PartialEq, Eq)]
pub struct RepositoryUrl(Url);

/// The text is no address. Its message does not repeat it, since it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It cannot be parsed.
    #[error("{0}")]
    Syntax(String),
    /// It is not read over HTTP.
    #[error("scheme '{0}' is not supported: expected http or https")]
    Scheme(String),
}

impl RepositoryUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let mut url = Url::parse(text).map_err(|error| UrlError::Syntax(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme(url.scheme().to_owned()));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The address of the index; a query is kept (H2).
    pub fn index(&self) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{INDEX}", url.path()));
        url
    }

    /// The address that an index refers to: absolute, or relative to the repository (C3).
    pub fn resolve(&self, reference: &str) -> Result<Url, UrlError> {
        let syntax = |error: <Url as std::str::FromStr>::Err| UrlError::Syntax(error.to_string());
        if let Ok(absolute) = Url::parse(reference) {
            return Ok(absolute);
        }
        let mut resolved = self.0.join(reference).map_err(syntax)?;
        resolved.set_query(self.0.query());
        Ok(resolved)
    }

    /// Whether an address is on the same scheme, host and port.
    pub fn is_same_server(&self, other: &Url) -> bool {
        self.0.origin() == other.origin()
    }

    /// Whether two repositories are the same one.
    pub fn is(&self, other: &str) -> bool {
        Self::parse(other).is_ok_and(|other| other == *self)
    }
}

/// An address fit for messages: no user information, no query.
pub(crate) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Cannot fail: these addresses have a host.
    let _ = shown
        .set_username("")
        .and_then(|()| shown.set_password(None));
    shown.to_string()
}

impl fmt::Debug for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepositoryUrl({})", shown(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> RepositoryUrl {
        RepositoryUrl::parse(text).unwrap()
    }

    #[test]
    fn h2_the_index_lies_below_the_path_and_the_query_is_kept() {
        for (text, expected) in [
            ("https://h.test", "https://h.test/index.yaml"),
            ("https://h.test/a//", "https://h.test/a/index.yaml"),
            (
                "http://h.test:1/a?k=v#f",
                "http://h.test:1/a/index.yaml?k=v",
            ),
        ] {
            assert_eq!(url(text).index().as_str(), expected);
        }
        assert_eq!(
            RepositoryUrl::parse("oci://h/a").unwrap_err().to_string(),
            "scheme 'oci' is not supported: expected http or https"
        );
        assert!(RepositoryUrl::parse("https://u:hush@").is_err());
    }

    #[test]
    fn c3_references_are_absolute_or_relative_to_the_repository() {
        let base = url("https://h.test/charts?k=v");
        for (reference, expected) in [
            ("app-1.0.0.tgz", "https://h.test/charts/app-1.0.0.tgz?k=v"),
            ("/app.tgz", "https://h.test/app.tgz?k=v"),
            (
                "https://cdn.test/app.tgz?s=1",
                "https://cdn.test/app.tgz?s=1",
            ),
        ] {
            assert_eq!(base.resolve(reference).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn h2_servers_are_the_same_by_scheme_host_and_port() {
        let base = url("https://h.test/a");
        let same = |other: &str| base.is_same_server(&Url::parse(other).unwrap());
        assert!(same("https://h.test:443/b"));
        assert!(!same("http://h.test/a") && !same("https://h.test:8443/a"));
        assert!(base.is("https://h.test/a/") && !base.is("https://h.test/b"));
    }
}
