//! One conversation with the registry of one repository.
//!
//! The first request asks the registry how it wants to be spoken to (`GET /v2/`): over https, or over plain http where
//! that is allowed, and with which credentials. What it answers is kept for the conversation, tokens included.

mod auth;
mod pull;
mod referrers;
mod tags;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::Mutex;
use transport::{Client, Proxy, Tls, chain, client};

use self::auth::Session;
use crate::error::{Error, Refusal};
use crate::login::Login;
use crate::name::Repository;

pub use self::pull::RawManifest;

/// Bytes of a refusal that are read.
const MAX_REFUSAL: u64 = 64 << 10;

/// Whether a registry may be spoken to without encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Over https; local addresses over http too (O5).
    #[default]
    Https,
    /// Over https, and over http when that does not work.
    HttpToo,
}

/// How to get at a registry.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Who we are.
    pub login: Login,
    /// Certificates.
    pub tls: Tls,
    /// Which way.
    pub proxy: Proxy,
    /// Whether plain http will do.
    pub security: Security,
    /// The header `User-Agent`.
    pub user_agent: &'static str,
}

/// A conversation with the registry about one repository.
#[derive(Debug)]
pub struct Registry {
    repository: Repository,
    client: Client,
    login: Login,
    security: Security,
    session: Mutex<Option<Session>>,
}

impl Registry {
    /// Prepares a conversation; nothing is sent yet.
    pub fn new(repository: Repository, access: Access) -> Result<Self, Error> {
        let client = client::build(&access.tls, &access.proxy, access.user_agent)?;
        Ok(Self {
            repository,
            client,
            login: access.login,
            security: access.security,
            session: Mutex::default(),
        })
    }

    /// What it is about.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Sends a request for a path below `/v2/<repository>/`.
    async fn ask(&self, method: Method, path: &str, accept: &str) -> Result<Response, Error> {
        let url = {
            let mut session = self.session.lock().await;
            let session = self.opened(&mut session).await?;
            session.url(&format!("/v2/{}/{path}", self.repository.path()))?
        };
        self.ask_url(method, url, accept).await
    }

    /// Sends a request, with a fresh token if the one at hand does not do.
    async fn ask_url(&self, method: Method, url: Url, accept: &str) -> Result<Response, Error> {
        let request = |authorization: Option<HeaderValue>| {
            let mut request = self.client.request(method.clone(), url.clone());
            if !accept.is_empty() {
                request = request.header(ACCEPT, accept);
            }
            match authorization {
                Some(value) => request.header(AUTHORIZATION, value),
                None => request,
            }
        };
        let authorization = {
            let mut session = self.session.lock().await;
            let session = self.opened(&mut session).await?;
            session.authorization(&self.client, &self.login).await?
        };
        let mut response = send(request(authorization)).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let mut session = self.session.lock().await;
            let session = self.opened(&mut session).await?;
            if session.is_at(response.url()) && session.widen(response.headers())? {
                let authorization = session.authorization(&self.client, &self.login).await?;
                response = send(request(authorization)).await?;
            }
        }
        checked(&method, response).await
    }
}

/// Sends a request; a failure is told with method and address.
async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let (client, request) = request.build_split();
    let failed = |method: &str, url: &Url, error: reqwest::Error| Error::Connection {
        method: method.to_owned(),
        url: shown(url),
        message: chain(&error.without_url()),
    };
    let request = request.map_err(|error| Error::Connection {
        method: String::new(),
        url: String::new(),
        message: chain(&error.without_url()),
    })?;
    let (method, url) = (request.method().clone(), request.url().clone());
    client
        .execute(request)
        .await
        .map_err(|error| failed(method.as_str(), &url, error))
}

/// An answer of status 200, or what it says else.
async fn checked(method: &Method, response: Response) -> Result<Response, Error> {
    if response.status() == StatusCode::OK {
        return Ok(response);
    }
    let (status, url) = (response.status(), shown(response.url()));
    let body = read(response, MAX_REFUSAL, "refusal")
        .await
        .unwrap_or_default();
    Err(Error::Refused {
        method: method.to_string(),
        url,
        refusal: Refusal::read(status, method.as_str(), &body),
    })
}

/// The whole body, up to a budget.
async fn read(mut response: Response, limit: u64, what: &'static str) -> Result<Vec<u8>, Error> {
    let url = shown(response.url());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(body),
            Ok(Some(chunk)) if body.len() as u64 + chunk.len() as u64 > limit => {
                return Err(Error::Limit { url, what, limit });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Err(error) => {
                return Err(Error::Connection {
                    method: "GET".to_owned(),
                    url,
                    message: chain(&error.without_url()),
                });
            }
        }
    }
}

/// An address fit for messages: no user information, no query.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // Cannot fail: these addresses have a host.
    let _ = shown
        .set_username("")
        .and_then(|()| shown.set_password(None));
    shown.to_string()
}
