//! The two HTTP servers: events come in on one, webhooks on the other.
//!
//! ```text
//! connection ──▶ headers within 10 s and 256 KiB ──▶ canonical path ──▶ body within 30 s and 3 MiB ──▶ handler
//!                         431                            307                 400, 413
//! ```
//!
//! Both run on every replica, whoever leads (E5), and give running requests five seconds at the end.

mod metrics;
mod path;

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use futures::StreamExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use metrics::{HandlerLabel, ServerMetrics};

/// The largest body (E1, R3).
pub const MAX_BODY: usize = 3 * 1024 * 1024;
/// The largest head of a request (E1, R3).
const MAX_HEAD: usize = 256 * 1024;
/// How long a head may take (E1, R3).
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a body may take (E1, R3).
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long running requests may go on after the shutdown began (E5).
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the system has no more file handles.
const PAUSE: Duration = Duration::from_millis(50);

/// A request with its body in memory.
#[derive(Debug)]
pub struct Arrived {
    /// The head.
    pub head: Parts,
    /// The body.
    pub body: Vec<u8>,
}

/// What answers the requests of a server.
pub trait Handler: Send + Sync + 'static {
    /// The prefix of the paths that it answers; others are not found.
    const PREFIX: &'static str;

    /// Answers a request.
    fn answer(&self, request: Arrived) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves until the shutdown, then lets running requests end within five seconds.
pub async fn serve<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    metrics: ServerMetrics,
    shutdown: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection =
                    connection(stream, handler.clone(), metrics.clone(), shutdown.clone());
                connections.spawn(connection);
            }
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        tracing::warn!("requests did not end in time, giving them up");
    }
}

async fn connection<H: Handler>(
    stream: TcpStream,
    handler: Arc<H>,
    metrics: ServerMetrics,
    shutdown: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (handler, metrics) = (handler.clone(), metrics.clone());
        async move {
            let measured = metrics.begin(request.method(), request.uri());
            let response = route(handler.as_ref(), request.map(Body::new)).await;
            measured.end(&response);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

async fn route<H: Handler>(handler: &H, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    if size(&head) > MAX_HEAD {
        return empty(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    if let Some(canonical) = path::canonical(&head.uri) {
        return redirect(&canonical);
    }
    if !head.uri.path().starts_with(H::PREFIX) {
        if H::PREFIX.strip_suffix('/') == Some(head.uri.path()) {
            return redirect(H::PREFIX);
        }
        return text(StatusCode::NOT_FOUND, "404 page not found\n");
    }
    match tokio::time::timeout(BODY_TIMEOUT, read(body)).await {
        Ok(Ok(body)) => handler.answer(Arrived { head, body }).await,
        Ok(Err(status)) => empty(status),
        Err(_) => {
            tracing::error!("reading the request body failed: it took too long");
            empty(StatusCode::BAD_REQUEST)
        }
    }
}

/// The size of a head on the wire, by and large. The connection itself only bounds how much it reads ahead.
fn size(head: &Parts) -> usize {
    let fields = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    head.uri.to_string().len() + fields.sum::<usize>()
}

async fn read(body: Body) -> Result<Vec<u8>, StatusCode> {
    let mut all = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::error!(%error, "reading the request body failed");
            StatusCode::BAD_REQUEST
        })?;
        if all.len() + chunk.len() > MAX_BODY {
            tracing::error!("the request body exceeds the maximum size of {MAX_BODY} bytes");
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer in plain text, with the headers that upstream's errors carry.
pub fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn redirect(location: &str) -> Response<Body> {
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests;
