//! The HTTP file server: the storage directory, read-only, for everybody (S9).
//!
//! Files come with `Last-Modified`, a strong `ETag` and ranges; directories as a list of links, so that `GET /` tells a
//! probe that the server is up (M2). Everything else is a plain-text 404.

mod listing;

use std::io;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ALLOW, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;

/// How long running transfers may go on after the shutdown began (S9).
const GRACE: Duration = Duration::from_secs(5);

/// Serves `root` on the listener until the shutdown, and lets running transfers end within five seconds.
pub async fn serve(
    listener: TcpListener,
    root: PathBuf,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let router = Router::new().fallback(answer).with_state(Arc::new(root));
    let stopping = shutdown.clone();
    let server = axum::serve(listener, router)
        .with_graceful_shutdown(async move { stopping.cancelled().await });
    let deadline = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = server => result,
        () = deadline => Ok(()),
    }
}

/// Binds `[host]:port`; no host stands for all addresses.
pub async fn bind(address: &str) -> io::Result<TcpListener> {
    if let Some(port) = address.strip_prefix(':') {
        let port: u16 = port.parse().map_err(|_| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("invalid port in '{address}'"),
            )
        })?;
        // Both protocols where the host has both.
        let any = [
            SocketAddr::from(([0u16; 8], port)),
            SocketAddr::from(([0u8; 4], port)),
        ];
        return TcpListener::bind(&any[..]).await;
    }
    TcpListener::bind(address).await
}

async fn answer(State(root): State<Arc<PathBuf>>, request: Request<Body>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "405 method not allowed\n");
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let Some(relative) = local(request.uri().path()) else {
        return not_found();
    };
    let path = root.join(&relative);
    let Ok(found) = tokio::fs::metadata(&path).await else {
        return not_found();
    };
    let asks_for_directory = request.uri().path().ends_with('/');
    if found.is_dir() {
        if !asks_for_directory {
            return redirect(&relative);
        }
        return match listing::page(path).await {
            Ok(page) => html(page),
            Err(_) => not_found(),
        };
    }
    if !found.is_file() || asks_for_directory {
        return not_found();
    }
    match ServeFile::new(path).oneshot(request).await {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => not_found(),
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// The path below the root that a request means; none for one that leads out.
fn local(path: &str) -> Option<PathBuf> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            decoded.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            decoded.push(byte);
            rest = tail;
        }
    }
    let text = String::from_utf8(decoded).ok()?;
    if text.contains('\0') {
        return None;
    }
    let mut local = PathBuf::new();
    for component in Path::new(text.trim_start_matches('/')).components() {
        match component {
            Component::Normal(name) => local.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(local)
}

/// To the same directory, with a slash at the end; only the last segment, so that a proxy's prefix survives.
fn redirect(directory: &Path) -> Response<Body> {
    let name = directory
        .file_name()
        .map(|name| listing::escape_url(&name.to_string_lossy()));
    let Some(location) = name.and_then(|name| HeaderValue::from_str(&format!("{name}/")).ok())
    else {
        return not_found();
    };
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "");
    response.headers_mut().insert(LOCATION, location);
    response
}

fn not_found() -> Response<Body> {
    plain(StatusCode::NOT_FOUND, "404 page not found\n")
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    typed(status, "text/plain; charset=utf-8", Body::from(text))
}

fn html(page: String) -> Response<Body> {
    typed(StatusCode::OK, "text/html; charset=utf-8", Body::from(page))
}

fn typed(status: StatusCode, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
mod tests;
