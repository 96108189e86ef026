//! A server of files that are held in memory: a Helm repository, a download page.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::serve::Listener;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, LOCATION};
use http::{Response, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::pki::{Authority, server_config};

/// A request as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    /// The header `User-Agent`.
    pub user_agent: Option<String>,
}

#[derive(Debug, Default)]
struct Shared {
    files: BTreeMap<String, Vec<u8>>,
    moved: BTreeMap<String, String>,
    login: Option<String>,
    asked: Vec<Asked>,
}

/// A server on a free loopback port; it ends on drop.
#[derive(Debug)]
pub struct Files {
    shared: Arc<Mutex<Shared>>,
    url: String,
    ca: String,
    server: JoinHandle<()>,
}

impl Files {
    /// Starts one without files, over plain http.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self::serve(listener, url, String::new()))
    }

    /// Starts one over https, with a certificate of a private authority.
    pub async fn start_tls() -> anyhow::Result<Self> {
        let authority = Authority::new("sluice-test-files")?;
        let identity = authority.server(&["127.0.0.1"])?;
        let config = server_config(&identity, None)?;
        let inner = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://{}", inner.local_addr()?);
        let listener = Tls {
            inner,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        };
        Ok(Self::serve(listener, url, authority.pem().to_owned()))
    }

    fn serve<L: Listener<Addr = SocketAddr>>(listener: L, url: String, ca: String) -> Self {
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It serves until it is dropped; an error here shows as requests without an answer.
            let _ = axum::serve(listener, router).await;
        });
        Self {
            shared,
            url,
            ca,
            server,
        }
    }

    /// `http://127.0.0.1:<port>`, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authority of its certificate; empty without one.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// Asks for this user name and password from now on.
    pub fn guard(&self, user: &str, password: &str) {
        let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
        self.lock().login = Some(format!("Basic {pair}"));
    }

    /// Adds or replaces a file; the path begins with a slash.
    pub fn put(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.lock().files.insert(path.to_owned(), content.into());
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        self.lock().files.remove(path);
    }

    /// Sends those who ask for a path to another address.
    pub fn redirect(&self, path: &str, to: &str) {
        self.lock().moved.insert(path.to_owned(), to.to_owned());
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(shared): State<Arc<Mutex<Shared>>>, request: Request) -> Response<Body> {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let header = |name: &str| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let authorization = header(AUTHORIZATION.as_str());
    let path = request.uri().path();
    let may_read = shared
        .login
        .as_ref()
        .is_none_or(|login| authorization.as_ref() == Some(login));
    let (status, location, body) = if !may_read {
        (StatusCode::UNAUTHORIZED, None, Vec::new())
    } else if let Some(to) = shared.moved.get(path) {
        (StatusCode::FOUND, Some(to.clone()), Vec::new())
    } else if let Some(content) = shared.files.get(path) {
        (StatusCode::OK, None, content.clone())
    } else {
        (StatusCode::NOT_FOUND, None, Vec::new())
    };
    let path = request
        .uri()
        .path_and_query()
        .map_or(path, |all| all.as_str());
    let asked = Asked {
        path: path.to_owned(),
        user_agent: header("user-agent"),
        authorization,
    };
    shared.asked.push(asked);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Some(location) = location.and_then(|to| to.parse().ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Connections with TLS; those that fail to agree on it are dropped.
struct Tls {
    inner: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.inner.accept().await
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::get;

    #[tokio::test]
    async fn files_come_and_go_and_requests_are_remembered() {
        let files = Files::start().await.unwrap();
        files.put("/a", "content");
        let url = format!("{}/a?x=1", files.url());
        assert_eq!(get(&url).await.unwrap().text(), "content");
        files.guard("u", "p");
        assert_eq!(get(&url).await.unwrap().status, 401);
        files.remove("/a");
        let asked = files.asked();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].path, "/a?x=1");
    }
}
