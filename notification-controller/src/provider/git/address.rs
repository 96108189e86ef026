//! Addresses of repositories (G2).

use reqwest::Url;

use super::{Settings, SettingsError};

/// A repository at a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    /// Scheme, host and port of the service.
    pub host: Url,
    /// The path of the repository, without a slash at the beginning and `.git` at the end.
    pub path: String,
}

impl Repository {
    /// Reads the address of a provider: a URL, or `user@host:path`.
    pub(super) fn of(settings: &Settings) -> Result<Self, SettingsError> {
        Self::parse(settings.address.expose())
    }

    fn parse(address: &str) -> Result<Self, SettingsError> {
        let invalid = || SettingsError::Address {
            what: "repository",
            cause: "expected https://host/owner/repository, or git@host:owner/repository"
                .to_owned(),
        };
        let (scheme, (host, path)) = match address.split_once("://") {
            Some((scheme, rest)) => (scheme, rest.split_once('/').unwrap_or((rest, ""))),
            None => ("ssh", address.split_once(':').ok_or_else(invalid)?),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let scheme = match scheme {
            "ssh" => "https",
            "http" | "https" => scheme,
            _ => return Err(invalid()),
        };
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = Url::parse(&format!("{scheme}://{host}")).map_err(|_| invalid())?;
        let path = path.trim_start_matches('/');
        Ok(Self {
            host,
            path: path.strip_suffix(".git").unwrap_or(path).to_owned(),
        })
    }

    /// Owner and name, for services whose paths have two segments.
    pub(super) fn owner_and_name(&self) -> Result<(&str, &str), SettingsError> {
        match self.path.split_once('/') {
            Some((owner, name)) if !name.contains('/') && !owner.is_empty() && !name.is_empty() => {
                Ok((owner, name))
            }
            _ => Err(SettingsError::Repository(self.path.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g2_urls_and_scp_like_addresses_name_a_repository_at_a_host() {
        for (address, host, path) in [
            (
                "https://github.com/owner/repo",
                "https://github.com/",
                "owner/repo",
            ),
            (
                "https://github.com/owner/repo.git",
                "https://github.com/",
                "owner/repo",
            ),
            (
                "https://user:pw@host:8443/g/s/r.git?x=1",
                "https://host:8443/",
                "g/s/r",
            ),
            (
                "ssh://git@host:2222/owner/repo",
                "https://host:2222/",
                "owner/repo",
            ),
            (
                "git@github.com:owner/repo.git",
                "https://github.com/",
                "owner/repo",
            ),
            (
                "http://127.0.0.1:3000//owner/repo",
                "http://127.0.0.1:3000/",
                "owner/repo",
            ),
        ] {
            let found = Repository::parse(address).unwrap();
            assert_eq!(
                (found.host.as_str(), &*found.path),
                (host, path),
                "{address}"
            );
        }
        for address in ["", "repo", "ftp://host/a/b", "https://"] {
            assert!(Repository::parse(address).is_err(), "{address}");
        }
    }

    #[test]
    fn g2_owner_and_name_are_exactly_two_segments() {
        let split = |path: &str| {
            let found = Repository::parse(&format!("https://h/{path}")).unwrap();
            found
                .owner_and_name()
                .map(|(o, n)| format!("{o} {n}"))
                .map_err(|e| e.to_string())
        };
        assert_eq!(split("owner/repo"), Ok("owner repo".to_owned()));
        for path in ["owner", "a/b/c", "/", "owner/"] {
            assert!(
                split(path)
                    .unwrap_err()
                    .starts_with("invalid repository id"),
                "{path}"
            );
        }
    }
}
