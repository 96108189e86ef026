//! One artifact over HTTP into one directory.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use artifact::Digest;
use artifact::archive::{ExtractError, Extracted, Limits, extract};
use futures::TryStreamExt as _;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode, Url};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{ArtifactRef, Clients, FetchError, HostOverrides};
use crate::redact;

/// When a download is tried again (K9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after the first (`--http-retry`).
    pub retries: u32,
    /// The first pause; doubled each time.
    pub min_pause: Duration,
    /// The longest pause.
    pub max_pause: Duration,
}

impl RetryPolicy {
    /// The pauses of the contract.
    pub const fn with_retries(retries: u32) -> Self {
        Self {
            retries,
            min_pause: Duration::from_secs(5),
            max_pause: Duration::from_secs(30),
        }
    }

    fn pause(&self, attempt: u32) -> Duration {
        self.min_pause
            .saturating_mul(1 << attempt.min(16))
            .min(self.max_pause)
    }
}

/// Downloads and unpacks.
#[derive(Clone, Debug)]
pub struct Fetcher {
    clients: Clients,
    retry: RetryPolicy,
    hosts: HostOverrides,
    limits: Limits,
}

/// What one attempt came to.
enum Attempt {
    /// Worth another try, not before the pause if there is one.
    Again {
        cause: String,
        pause: Option<Duration>,
    },
    /// Settled.
    Failed(FetchError),
}

impl Fetcher {
    /// A fetcher that asks with `clients`.
    pub fn new(clients: Clients, retry: RetryPolicy, hosts: HostOverrides) -> Self {
        Self {
            clients,
            retry,
            hosts,
            limits: Limits::default(),
        }
    }

    /// Sets what an archive may unpack to.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Fetches into a new directory that `directory` provides for each attempt, and returns the one that holds the tree.
    pub(super) async fn fetch<D>(
        &self,
        artifact: &ArtifactRef,
        directory: impl Fn() -> io::Result<D> + Send + Sync,
    ) -> Result<(D, Extracted), FetchError>
    where
        D: AsRef<Path> + Send + 'static,
    {
        let directory = &directory;
        self.tries(artifact, |url, digest| async move {
            let target = directory()
                .map_err(|error| Attempt::Failed(FetchError::Disk(error.to_string())))?;
            self.unpack(&url, &digest, target).await
        })
        .await
    }

    /// Fetches an artifact as it is, for those who read the archive themselves. One with more than `limit` bytes is refused.
    ///
    /// # Errors
    /// [`FetchError`]
    pub async fn bytes(&self, artifact: &ArtifactRef, limit: u64) -> Result<Vec<u8>, FetchError> {
        self.tries(artifact, |url, digest| async move {
            self.whole(&url, &digest, limit).await
        })
        .await
    }

    /// Tries until it succeeds, fails for good, or has been tried often enough.
    async fn tries<T, F>(
        &self,
        artifact: &ArtifactRef,
        attempt: impl Fn(Url, Digest) -> F,
    ) -> Result<T, FetchError>
    where
        F: Future<Output = Result<T, Attempt>>,
    {
        let digest = parse_digest(&artifact.digest)?;
        let url = self.hosts.apply(&artifact.url).map_err(FetchError::Url)?;
        let mut tried = 0;
        loop {
            let (cause, pause) = match attempt(url.clone(), digest.clone()).await {
                Ok(done) => return Ok(done),
                Err(Attempt::Failed(error)) => return Err(error),
                Err(Attempt::Again { cause, pause }) => (cause, pause),
            };
            if tried == self.retry.retries {
                return Err(FetchError::Unreachable {
                    url: redact::url(url.as_str()),
                    attempts: tried + 1,
                    cause,
                });
            }
            let pause = pause.unwrap_or_else(|| self.retry.pause(tried));
            tracing::debug!(cause, ?pause, "artifact download failed, trying again");
            tokio::time::sleep(pause).await;
            tried += 1;
        }
    }

    async fn respond(&self, url: &Url) -> Result<Response, Attempt> {
        let response = self
            .clients
            .get(url.clone())
            .await
            .map_err(|error| Attempt::Again {
                cause: error.without_url().to_string(),
                pause: None,
            })?;
        accept(url, response)
    }

    async fn whole(&self, url: &Url, digest: &Digest, limit: u64) -> Result<Vec<u8>, Attempt> {
        let mut response = self.respond(url).await?;
        let mut bytes = Vec::new();
        loop {
            let chunk = response.chunk().await.map_err(|error| Attempt::Again {
                cause: error.without_url().to_string(),
                pause: None,
            })?;
            let Some(chunk) = chunk else { break };
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > limit {
                return Err(Attempt::Failed(FetchError::TooLarge(limit)));
            }
        }
        if digest.algorithm().digest(&bytes) == *digest {
            Ok(bytes)
        } else {
            Err(Attempt::Failed(FetchError::Mismatch(digest.to_string())))
        }
    }

    async fn unpack<D>(
        &self,
        url: &Url,
        digest: &Digest,
        target: D,
    ) -> Result<(D, Extracted), Attempt>
    where
        D: AsRef<Path> + Send + 'static,
    {
        let stream = self
            .respond(url)
            .await?
            .bytes_stream()
            .map_err(|error| io::Error::other(error.without_url()));
        let broken = Arc::new(OnceLock::new());
        let reader = Download {
            body: SyncIoBridge::new(StreamReader::new(stream)),
            broken: broken.clone(),
        };
        let (digest, limits) = (digest.clone(), self.limits);
        let unpacked = tokio::task::spawn_blocking(move || {
            let path: PathBuf = target.as_ref().to_owned();
            extract(reader, &path, Some(&digest), &limits).map(|extracted| (target, extracted))
        })
        .await
        .map_err(|error| Attempt::Failed(FetchError::Disk(error.to_string())))?;
        unpacked.map_err(|error| match (broken.get(), error) {
            // A stream that broke off is worth another try; bytes that are wrong are not.
            (Some(cause), _) => Attempt::Again {
                cause: cause.clone(),
                pause: None,
            },
            (None, ExtractError::Digest { expected, .. }) => {
                Attempt::Failed(FetchError::Mismatch(expected.to_string()))
            }
            (None, error) => Attempt::Failed(FetchError::Extract(Arc::new(error))),
        })
    }
}

/// The body of an answer, which remembers whether it broke off: what reads it wraps errors in its own.
struct Download<R> {
    body: R,
    broken: Arc<OnceLock<String>>,
}

impl<R: Read> Read for Download<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.body.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.broken.get_or_init(|| error.to_string());
            }
        })
    }
}

/// Sorts answers: the artifact, its absence, what may pass, and what will not (K9.1).
fn accept(url: &Url, response: Response) -> Result<Response, Attempt> {
    let status = response.status();
    match status {
        StatusCode::OK => Ok(response),
        StatusCode::NOT_FOUND => Err(Attempt::Failed(FetchError::NotFound)),
        _ if status == StatusCode::TOO_MANY_REQUESTS
            || status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED =>
        {
            let seconds = response
                .headers()
                .get(RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.parse().ok());
            Err(Attempt::Again {
                cause: format!("unexpected HTTP status {status}"),
                pause: seconds.map(|seconds: u64| Duration::from_secs(seconds.min(120))),
            })
        }
        _ => Err(Attempt::Failed(FetchError::Status {
            url: redact::url(url.as_str()),
            status: status.to_string(),
        })),
    }
}

/// K9.2: bare hex is SHA-256.
pub(super) fn parse_digest(text: &str) -> Result<Digest, FetchError> {
    if text.is_empty() {
        return Err(FetchError::Digest("empty digest".to_owned()));
    }
    let full = if text.contains(':') {
        text.to_owned()
    } else {
        format!("sha256:{text}")
    };
    full.parse()
        .map_err(|error| FetchError::Digest(format!("failed to parse digest '{full}': {error}")))
}
