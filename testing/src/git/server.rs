//! The server: connections, TLS, authentication, faults and the log.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::body::{Body, Bytes, to_bytes};
use futures::stream;
use http::header::{AUTHORIZATION, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, Response, StatusCode, request};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::auth::Auth;
use super::backend::{self, Answer};
use super::fault::{Fault, Faults, Stage};
use super::repository::Repository;
use super::tls::{Tls, Transport};
use crate::Dir;
use crate::pki::Identity;
use crate::ports::free_ports;

/// The largest push that is taken.
const MAX_BODY: usize = 256 << 20;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// The query, empty without one.
    pub query: String,
    /// The headers, credentials included.
    pub headers: HeaderMap,
    /// The status of the answer; 0 when the connection was closed without one.
    pub status: u16,
}

impl Request {
    /// Whether the client sent credentials.
    pub fn has_credentials(&self) -> bool {
        self.headers.contains_key(AUTHORIZATION)
    }
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    auth: Mutex<Auth>,
    faults: Faults,
    log: Mutex<Vec<Request>>,
    pushes: watch::Sender<u64>,
}

/// A git server on a free loopback port, with a folder of bare repositories; it ends on drop.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    transport: Transport,
    address: SocketAddr,
    tls: Option<Tls>,
    serving: Option<JoinHandle<()>>,
    dir: Dir,
}

impl Server {
    /// Starts a server for everybody over plain http.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(Transport::Http, Auth::None).await
    }

    /// Starts a server.
    pub async fn start_with(transport: Transport, auth: Auth) -> anyhow::Result<Self> {
        let dir = Dir::new("git")?;
        let tls = match transport {
            Transport::Http => None,
            Transport::Tls | Transport::MutualTls => Some(Tls::new(transport)?),
        };
        // Kept, so that it can be closed and opened again.
        let [port] = free_ports()?;
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let shared = Arc::new(Shared {
            root: dir.path().to_owned(),
            auth: Mutex::new(auth),
            faults: Faults::default(),
            log: Mutex::new(Vec::new()),
            pushes: watch::Sender::default(),
        });
        let address = listener.local_addr()?;
        let mut server = Self {
            shared,
            transport,
            address,
            tls,
            serving: None,
            dir,
        };
        server.serve(listener);
        Ok(server)
    }

    /// Creates an empty repository, served at [`Server::url`].
    pub fn create(&self, name: &str) -> anyhow::Result<Repository> {
        Repository::create(self.dir.path().join(format!("{name}.git")))
    }

    /// Serves a repository that lies somewhere else; `git_dir` is its `.git` folder, or a bare repository.
    pub fn link(&self, name: &str, git_dir: &Path) -> anyhow::Result<()> {
        let link = self.dir.path().join(format!("{name}.git"));
        std::os::unix::fs::symlink(git_dir, link)
            .with_context(|| format!("cannot serve {}", git_dir.display()))
    }

    /// `http(s)://127.0.0.1:<port>/<name>.git`.
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}.git", self.base_url())
    }

    /// `http(s)://127.0.0.1:<port>`.
    pub fn base_url(&self) -> String {
        let scheme = if self.transport == Transport::Http {
            "http"
        } else {
            "https"
        };
        format!("{scheme}://{}", self.address)
    }

    /// The loopback address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The PEM certificate of the authority behind the server's certificate, with TLS.
    pub fn ca(&self) -> Option<&str> {
        self.tls.as_ref().map(|tls| tls.ca.as_str())
    }

    /// A client certificate of that authority, with TLS.
    pub fn client_identity(&self) -> Option<&Identity> {
        self.tls.as_ref().map(|tls| &tls.client)
    }

    /// Changes who may read and write.
    pub fn set_auth(&self, auth: Auth) {
        *self
            .shared
            .auth
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = auth;
    }

    /// The next request of `stage` suffers `fault`.
    pub fn fail_next(&self, stage: Stage, fault: Fault) {
        self.shared.faults.plan(stage, fault, Some(1));
    }

    /// Every request of `stage` suffers `fault` until [`Server::recover`].
    pub fn fail(&self, stage: Stage, fault: Fault) {
        self.shared.faults.plan(stage, fault, None);
    }

    /// Ends all faults.
    pub fn recover(&self) {
        self.shared.faults.clear();
    }

    /// Closes the port and all connections: clients are refused until [`Server::open`].
    pub async fn close(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // The listener is closed when the task is gone; it ends with the error of its abortion.
            let _ = serving.await;
        }
    }

    /// Opens the same port again.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        self.close().await;
        let listener = TcpListener::bind(self.address).await;
        self.serve(listener.with_context(|| format!("{} was taken meanwhile", self.address))?);
        Ok(())
    }

    /// Every request so far, in the order of their answers.
    pub fn requests(&self) -> Vec<Request> {
        self.shared
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The number of pushes that were answered, accepted or refused; a host calls its webhooks then.
    pub fn pushes(&self) -> watch::Receiver<u64> {
        self.shared.pushes.subscribe()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.shared
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn serve(&mut self, listener: TcpListener) {
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor.clone());
        let shared = Arc::clone(&self.shared);
        self.serving = Some(tokio::spawn(accept(listener, acceptor, shared)));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

/// Accepts until it is aborted; all connections end with it.
async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// A client that goes away, or does not like the certificate, ends its connection: nothing to report.
async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    let builder = auto::Builder::new(TokioExecutor::new());
    match acceptor {
        None => drop(
            builder
                .serve_connection(TokioIo::new(stream), service)
                .await,
        ),
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                drop(
                    builder
                        .serve_connection(TokioIo::new(stream), service)
                        .await,
                );
            }
        }
    }
}

/// Answers one request. An error closes the connection without an answer.
async fn answer(
    request: hyper::Request<Incoming>,
    shared: Arc<Shared>,
) -> anyhow::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let mut entry = Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.clone(),
        status: 0,
    };
    let is_push = entry.method == "POST" && entry.path.ends_with("/git-receive-pack");
    let result = if is_push {
        // Once git has a push it takes it, and the host calls its webhooks, whether or not the client lives to see the answer.
        tokio::spawn(push(head, body, Arc::clone(&shared))).await?
    } else {
        respond(&head, body, &shared).await
    };
    if let Ok(response) = &result {
        entry.status = response.status().as_u16();
    }
    shared
        .log
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(entry);
    result
}

async fn push(
    head: request::Parts,
    body: Incoming,
    shared: Arc<Shared>,
) -> anyhow::Result<Response<Body>> {
    let result = respond(&head, body, &shared).await;
    if matches!(&result, Ok(response) if response.status() == StatusCode::OK) {
        shared.pushes.send_modify(|count| *count += 1);
    }
    result
}

async fn respond(
    head: &request::Parts,
    body: Incoming,
    shared: &Shared,
) -> anyhow::Result<Response<Body>> {
    let fault = shared.faults.take(Stage::of(head.uri.path()));
    match &fault {
        Some(Fault::Disconnect) => anyhow::bail!("disconnected on purpose"),
        Some(Fault::Status(code)) => return plain(StatusCode::from_u16(*code)?, "on purpose\n"),
        Some(Fault::Redirect(code, base)) => {
            let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
            let mut response = plain(StatusCode::from_u16(*code)?, "")?;
            response
                .headers_mut()
                .insert(LOCATION, format!("{base}{path}").parse()?);
            return Ok(response);
        }
        Some(Fault::Hang(gate)) => gate.pass().await,
        Some(Fault::Truncate(_) | Fault::Corrupt) | None => {}
    }
    let auth = shared
        .auth
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some(user) = auth.user(&head.headers) else {
        let mut response = plain(StatusCode::UNAUTHORIZED, "credentials, please\n")?;
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, auth.challenge().parse()?);
        return Ok(response);
    };
    let body = to_bytes(Body::new(body), MAX_BODY).await?;
    let answer = backend::serve(&shared.root, head, &body, &user).await?;
    Ok(finish(answer, fault.as_ref()))
}

fn plain(status: StatusCode, text: &'static str) -> anyhow::Result<Response<Body>> {
    Ok(Response::builder().status(status).body(Body::from(text))?)
}

/// The answer of git, damaged if that was asked for.
fn finish(answer: Answer, fault: Option<&Fault>) -> Response<Body> {
    let Answer {
        status,
        headers,
        body,
    } = answer;
    let body = match fault {
        Some(Fault::Truncate(length)) => {
            let kept = body.slice(..body.len().min(*length));
            let cut = std::io::Error::other("truncated on purpose");
            Body::from_stream(stream::iter([Ok(kept), Err(cut)]))
        }
        Some(Fault::Corrupt) => Body::from(flip_end(&body)),
        _ => Body::from(body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The flush packet that ends an answer stays, so that only the pack is wrong.
fn flip_end(body: &[u8]) -> Bytes {
    let mut bytes = body.to_vec();
    let end = bytes.len().saturating_sub(b"0000".len());
    for byte in &mut bytes[end.saturating_sub(8)..end] {
        *byte ^= 0xff;
    }
    bytes.into()
}
