//! One request over plain http, on a connection of its own.

use anyhow::Context;
use axum::body::{Body, to_bytes};
use http::header::HOST;
use http::{HeaderMap, Method, Request, Uri};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Bodies that tests look at are small; more is an error.
const MAX_BODY: usize = 64 << 20;

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// GET of an `http://` address; redirects are not followed.
pub async fn get(url: &str) -> anyhow::Result<Response> {
    send(Method::GET, url, &[], Vec::new()).await
}

/// POST to an `http://` address, with these headers; redirects are not followed.
pub async fn post(url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> anyhow::Result<Response> {
    send(Method::POST, url, headers, body).await
}

async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> anyhow::Result<Response> {
    let uri: Uri = url.parse().with_context(|| format!("no address: {url}"))?;
    let authority = uri
        .authority()
        .with_context(|| format!("no host in {url}"))?
        .clone();
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host(), port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, authority.as_str());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body))?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = to_bytes(Body::new(body), MAX_BODY).await?.to_vec();
    connection.abort();
    Ok(Response {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    })
}
