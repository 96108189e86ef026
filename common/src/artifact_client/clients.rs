//! The HTTP clients behind downloads.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, Url};

/// As many redirects as browsers follow by and large.
const MAX_REDIRECTS: usize = 10;

/// How long a file server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// To accept a connection.
    pub connect: Duration,
    /// To say the next thing. There is no limit for a whole body.
    pub read: Duration,
}

/// One client for http, which knows no certificate authority, and one for https with those of the system.
///
/// Artifacts are served over http inside a cluster; the second client is made when the first https address is met, since the
/// authorities of the system take a megabyte that stays.
#[derive(Clone, Debug)]
pub struct Clients {
    patience: Patience,
    plain: Client,
    secure: Arc<OnceLock<Client>>,
}

impl Clients {
    /// # Errors
    /// When the client for http cannot be set up.
    pub fn new(patience: Patience) -> reqwest::Result<Self> {
        // Before a redirect to https the client changes.
        let policy = Policy::custom(|attempt| {
            if attempt.url().scheme() == "https" {
                attempt.stop()
            } else if attempt.previous().len() > MAX_REDIRECTS {
                attempt.error("too many redirects")
            } else {
                attempt.follow()
            }
        });
        let plain = builder(patience)
            .tls_certs_only([])
            .redirect(policy)
            .build()?;
        Ok(Self {
            patience,
            plain,
            secure: Arc::default(),
        })
    }

    /// Asks for `url`, through redirects.
    pub(super) async fn get(&self, url: Url) -> reqwest::Result<Response> {
        if url.scheme() == "https" {
            return self.secure()?.get(url).send().await;
        }
        let response = self.plain.get(url).send().await?;
        match secure_location(&response) {
            Some(url) => self.secure()?.get(url).send().await,
            None => Ok(response),
        }
    }

    fn secure(&self) -> reqwest::Result<&Client> {
        if let Some(client) = self.secure.get() {
            return Ok(client);
        }
        let client = builder(self.patience)
            .redirect(Policy::limited(MAX_REDIRECTS))
            .build()?;
        Ok(self.secure.get_or_init(|| client))
    }
}

fn builder(patience: Patience) -> ClientBuilder {
    Client::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.read)
}

/// Where a redirect leads that the client for http has stopped at.
fn secure_location(response: &Response) -> Option<Url> {
    let location = response
        .headers()
        .get(LOCATION)
        .filter(|_| response.status().is_redirection())?;
    let url = response.url().join(location.to_str().ok()?).ok()?;
    (url.scheme() == "https").then_some(url)
}
