//! One file over HTTP.

use std::time::Duration;

use reqwest::{StatusCode, Url};
use transport::{Basic, Client, Proxy, Tls, TransportError, chain, client};

use crate::url::{RepositoryUrl, shown};

/// The header `User-Agent` (H2).
const USER_AGENT: &str = "Helm/4.3.1";

/// To which servers credentials go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PassCredentials {
    /// To the one of the repository.
    #[default]
    SameServer,
    /// To any that the index names.
    Everywhere,
}

/// How to get at a repository.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Who we are.
    pub login: Option<Basic>,
    /// Where that is told.
    pub pass_credentials: PassCredentials,
    /// Certificates.
    pub tls: Tls,
}

/// Fetches the files of a repository.
#[derive(Debug)]
pub struct Fetcher {
    client: Client,
    repository: RepositoryUrl,
    access: Access,
    timeout: Duration,
}

/// Why a file cannot be had. URLs in messages have no query.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Certificates cannot be used.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server cannot be reached, or is too slow.
    #[error("failed to fetch {url}: {message}")]
    Connection {
        /// What was asked for.
        url: String,
        /// Why.
        message: String,
    },
    /// The server refuses.
    #[error("failed to fetch {url} : {status}")]
    Status {
        /// What was asked for.
        url: String,
        /// The answer.
        status: StatusCode,
    },
    /// The file is larger than allowed.
    #[error("{url} exceeds the maximum size of {limit} bytes")]
    Limit {
        /// What was asked for.
        url: String,
        /// The budget.
        limit: u64,
    },
}

impl Fetcher {
    /// Prepares a client; `timeout` is for each file.
    pub fn new(
        repository: RepositoryUrl,
        access: Access,
        timeout: Duration,
    ) -> Result<Self, FetchError> {
        Ok(Self {
            client: client::build(&access.tls, &Proxy::Environment, USER_AGENT)?,
            repository,
            access,
            timeout,
        })
    }

    /// The repository.
    pub fn repository(&self) -> &RepositoryUrl {
        &self.repository
    }

    /// Fetches a file of at most `limit` bytes.
    pub async fn fetch(&self, url: &Url, limit: u64) -> Result<Vec<u8>, FetchError> {
        let failed = |error: reqwest::Error| FetchError::Connection {
            url: shown(url),
            message: chain(&error.without_url()),
        };
        let mut request = self.client.get(url.clone()).timeout(self.timeout);
        let may_know = self.access.pass_credentials == PassCredentials::Everywhere
            || self.repository.is_same_server(url);
        if let Some(login) = self.access.login.as_ref().filter(|_| may_know) {
            request = request.basic_auth(&login.username, Some(login.password.expose()));
        }
        let mut response = request.send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status {
                url: shown(url),
                status: response.status(),
            });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if (body.len() + chunk.len()) as u64 > limit {
                return Err(FetchError::Limit {
                    url: shown(url),
                    limit,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
