//! The HTTP side of git's smart protocol: one GET for the capabilities, then one POST per command.
//!
//! The client of the git library is replaced by ours, since ours sends credentials over plain http where the
//! user says so (G8), follows redirects without taking credentials to another host, and holds deadline and
//! budget.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use gix::protocol::transport::client::blocking_io::http::{
    GetResponse, Http, PostBodyDataKind, PostResponse,
};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{StatusCode, Url};

use crate::access::{Access, AccessError, Credentials, Proxy};
use crate::error::{Error, RemoteError};
use crate::tls::{self, Identity};
use crate::url::RemoteUrl;

/// Redirects followed before the first answer.
const MAX_REDIRECTS: usize = 10;

/// Some servers look for a name that begins like this.
const AGENT: &str = concat!("git/sluice-", env!("CARGO_PKG_VERSION"));

/// Why an HTTP exchange failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HttpError {
    /// 401
    #[error("authentication required")]
    Unauthorized,
    /// 403
    #[error("authorization failed")]
    Forbidden,
    /// 404
    #[error("repository not found")]
    NotFound,
    /// Any other status that is no success.
    #[error("unexpected HTTP status {0}")]
    Status(StatusCode),
    /// A redirect that is not followed.
    #[error("redirect not followed: {0}")]
    Redirect(&'static str),
    /// No answer.
    #[error("{0}")]
    Connection(String),
}

/// When the conversation has to be over.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub timeout: Duration,
    pub started: Instant,
    pub interrupt: Arc<AtomicBool>,
}

impl Watch {
    /// How much time is left.
    fn remaining(&self) -> Result<Duration, RemoteError> {
        if self.interrupt.load(Ordering::Relaxed) {
            return Err(RemoteError::Interrupted);
        }
        match self.timeout.checked_sub(self.started.elapsed()) {
            Some(left) if !left.is_zero() => Ok(left),
            _ => Err(RemoteError::Timeout(self.timeout)),
        }
    }
}

/// The first thing that went wrong. The git library turns errors into text of its own; this is ours.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstFailure(Rc<RefCell<Option<RemoteError>>>);

impl FirstFailure {
    pub(crate) fn take(&self) -> Option<RemoteError> {
        self.0.borrow_mut().take()
    }

    pub(crate) fn record(&self, error: RemoteError) -> io::Error {
        let shown = io::Error::other(error.to_string());
        self.0.borrow_mut().get_or_insert(error);
        shown
    }
}

/// Our side of the HTTP transport.
pub(crate) struct Exchange {
    client: Client,
    /// For hosts that a redirect led to: without credentials and certificate.
    stranger: Client,
    /// Where the repository is, redirects followed.
    base: Url,
    authorization: Option<HeaderValue>,
    watch: Watch,
    failure: FirstFailure,
}

impl Exchange {
    pub(crate) fn new(
        url: &RemoteUrl,
        access: &Access,
        watch: Watch,
        failure: FirstFailure,
    ) -> Result<Self, Error> {
        let client = build_client(access, Identity::Shown)?;
        let stranger = match access.client_certificate {
            Some(_) => build_client(access, Identity::Hidden)?,
            None => client.clone(),
        };
        let mut base = url.url().clone();
        base.set_query(None);
        let authorization = authorization(&access.credentials)?;
        Ok(Self {
            client,
            stranger,
            base,
            authorization,
            watch,
            failure,
        })
    }

    /// Sends the GET, following redirects, and moves to where they lead.
    fn discover(&mut self, tail: &str, headers: &HeaderMap) -> Result<Response, RemoteError> {
        let mut url = join(&self.base, tail);
        for _ in 0..=MAX_REDIRECTS {
            let request = self.client.get(url.clone()).headers(headers.clone());
            let response = self.send(request)?;
            let status = response.status();
            if !status.is_redirection() {
                return checked(response);
            }
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|location| location.to_str().ok())
                .and_then(|location| url.join(location).ok())
                .ok_or(HttpError::Redirect("no valid Location header"))?;
            self.follow(&target, tail)?;
            url = target;
        }
        Err(HttpError::Redirect("too many redirects").into())
    }

    /// Moves to the repository that a redirect of `<repository>/<tail>` names.
    fn follow(&mut self, target: &Url, tail: &str) -> Result<(), HttpError> {
        let refuse = |why| Err(HttpError::Redirect(why));
        match (self.base.scheme(), target.scheme()) {
            ("http" | "https", "https") | ("http", "http") => {}
            ("https", "http") => return refuse("it leads from https to http"),
            _ => return refuse("it leads away from http and https"),
        }
        let path = tail.split('?').next().unwrap_or_default();
        let Some(repository) = target.path().strip_suffix(path) else {
            return refuse("its path does not end as the request's");
        };
        let mut base = target.clone();
        base.set_path(repository);
        base.set_query(None);
        if base.origin() != self.base.origin() {
            // What was meant for one host is not for another.
            self.authorization = None;
            self.client = self.stranger.clone();
        }
        // User information in a redirect would be the remote telling us who we are.
        let _ = base.set_username("").and_then(|()| base.set_password(None));
        self.base = base;
        Ok(())
    }

    fn send(&self, request: RequestBuilder) -> Result<Response, RemoteError> {
        let mut request = request.timeout(self.watch.remaining()?);
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        request.send().map_err(|error| self.explain(error))
    }

    fn explain(&self, error: reqwest::Error) -> RemoteError {
        if error.is_timeout()
            && let Err(over) = self.watch.remaining()
        {
            return over;
        }
        HttpError::Connection(chain(&error.without_url())).into()
    }
}

fn build_client(access: &Access, identity: Identity) -> Result<Client, Error> {
    // Redirects are followed by hand; a connection serves one conversation.
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls::config(access, identity)?)
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(1)
        .timeout(None);
    if let Proxy::Via(address) = &access.proxy {
        let invalid =
            |error: reqwest::Error| AccessError::ProxyAddress(chain(&error.without_url()));
        // Names are resolved by the proxy, as the Go client does for both spellings.
        let text = address.url.as_str();
        let text = match text.strip_prefix("socks5://") {
            Some(rest) => format!("socks5h://{rest}"),
            None => text.to_owned(),
        };
        let mut proxy = reqwest::Proxy::all(text).map_err(invalid)?;
        if let Some(login) = &address.login {
            proxy = proxy.basic_auth(&login.username, login.password.expose());
        }
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|error| Error::Client(chain(&error)))
}

fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, Error> {
    let (name, value) = match credentials {
        Credentials::Anonymous => return Ok(None),
        Credentials::Bearer(token) => ("bearerToken", format!("Bearer {}", token.expose())),
        Credentials::Basic(login) => {
            let pair = format!("{}:{}", login.username, login.password.expose());
            ("password", format!("Basic {}", BASE64.encode(pair)))
        }
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| AccessError::NotHeader(name))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn checked(response: Response) -> Result<Response, RemoteError> {
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::UNAUTHORIZED => Err(HttpError::Unauthorized.into()),
        StatusCode::FORBIDDEN => Err(HttpError::Forbidden.into()),
        StatusCode::NOT_FOUND => Err(HttpError::NotFound.into()),
        status => Err(HttpError::Status(status).into()),
    }
}

/// `<base>/<tail>`, where the tail may have a query.
fn join(base: &Url, tail: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (tail, None),
    };
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}

/// An error and its causes in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}

/// Headers of the git library, in ours.
fn header_map(lines: impl IntoIterator<Item = impl AsRef<str>>) -> HeaderMap {
    let mut headers: HeaderMap = lines
        .into_iter()
        .filter_map(|line| {
            let (name, value) = line.as_ref().split_once(':')?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value.trim()).ok()?))
        })
        .collect();
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers
}

/// The response headers as the git library wants to read them.
fn header_lines(response: &Response) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in response.headers() {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// What is still to be sent, or what came back. Headers, body and request body of a POST share it: the
/// request goes out when the first of its answer is wanted.
enum State {
    Pending(Box<RequestBuilder>, Vec<u8>),
    Answered {
        headers: io::Cursor<Vec<u8>>,
        body: Box<Response>,
    },
    Failed,
}

struct Shared {
    state: State,
    watch: Watch,
    failure: FirstFailure,
}

impl Shared {
    fn answered(headers: Vec<u8>, response: Response, watch: Watch, failure: FirstFailure) -> Self {
        let state = State::Answered {
            headers: io::Cursor::new(headers),
            body: Box::new(response),
        };
        Self {
            state,
            watch,
            failure,
        }
    }

    /// Sends what is pending.
    fn answer(&mut self) -> io::Result<(&mut io::Cursor<Vec<u8>>, &mut Response)> {
        if let State::Pending(..) = self.state
            && let State::Pending(request, bytes) =
                std::mem::replace(&mut self.state, State::Failed)
        {
            let sent = self.watch.remaining().and_then(|left| {
                let response = request.timeout(left).body(bytes).send();
                let response =
                    response.map_err(|error| HttpError::Connection(chain(&error.without_url())))?;
                if response.status().is_redirection() {
                    return Err(
                        HttpError::Redirect("only the first request may be redirected").into(),
                    );
                }
                checked(response)
            });
            match sent {
                Ok(response) => {
                    let headers = io::Cursor::new(header_lines(&response));
                    self.state = State::Answered {
                        headers,
                        body: Box::new(response),
                    };
                }
                Err(error) => {
                    let error = match self.watch.remaining() {
                        Err(over) => over,
                        Ok(_) => error,
                    };
                    return Err(self.failure.record(error));
                }
            }
        }
        match &mut self.state {
            State::Answered { headers, body } => Ok((headers, body)),
            State::Pending(..) | State::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn read_body(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Err(over) = self.watch.remaining() {
            return Err(self.failure.record(over));
        }
        let read = self.answer()?.1.read(buffer);
        read.map_err(|error| {
            let error = match self.watch.remaining() {
                Err(over) => over,
                Ok(_) => HttpError::Connection(chain(&error)).into(),
            };
            self.failure.record(error)
        })
    }
}

#[derive(Clone)]
struct Handle(Rc<RefCell<Shared>>);

/// The response headers, line by line.
pub(crate) struct Headers(BufReader<HeaderReader>);
struct HeaderReader(Handle);

/// The response body.
pub(crate) struct Body(BufReader<BodyReader>);
struct BodyReader(Handle);

/// The request body, kept until the answer is asked for.
pub(crate) struct PostBody(Handle);

impl Read for HeaderReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.0.borrow_mut().answer()?.0.read(buffer)
    }
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.0.borrow_mut().read_body(buffer)
    }
}

macro_rules! buffered {
    ($type:ty) => {
        impl Read for $type {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(buffer)
            }
        }
        impl BufRead for $type {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                self.0.fill_buf()
            }
            fn consume(&mut self, amount: usize) {
                self.0.consume(amount);
            }
        }
    };
}
buffered!(Headers);
buffered!(Body);

impl Write for PostBody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0.0.borrow_mut().state {
            State::Pending(_, pending) => {
                pending.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            State::Answered { .. } | State::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Handle {
    fn headers(&self) -> Headers {
        Headers(BufReader::with_capacity(1024, HeaderReader(self.clone())))
    }

    fn body(&self) -> Body {
        Body(BufReader::with_capacity(
            64 * 1024,
            BodyReader(self.clone()),
        ))
    }
}

impl Http for Exchange {
    type Headers = Headers;
    type ResponseBody = Body;
    type PostBody = PostBody;

    fn get(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::error::Result<GetResponse<Headers, Body>> {
        let tail = tail(url, base_url);
        let response = self
            .discover(tail, &header_map(headers))
            .map_err(|error| gix::error::Error::from_error(self.failure.record(error)))?;
        let lines = header_lines(&response);
        let shared = Shared::answered(lines, response, self.watch.clone(), self.failure.clone());
        let handle = Handle(Rc::new(RefCell::new(shared)));
        Ok(GetResponse {
            headers: handle.headers(),
            body: handle.body(),
        })
    }

    fn post(
        &mut self,
        url: &str,
        base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _body: PostBodyDataKind,
    ) -> gix::error::Result<PostResponse<Headers, Body, PostBody>> {
        let target = join(&self.base, tail(url, base_url));
        let mut request = self.client.post(target).headers(header_map(headers));
        if let Some(value) = &self.authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let handle = Handle(Rc::new(RefCell::new(Shared {
            state: State::Pending(Box::new(request), Vec::new()),
            watch: self.watch.clone(),
            failure: self.failure.clone(),
        })));
        Ok(PostResponse {
            post_body: PostBody(handle.clone()),
            headers: handle.headers(),
            body: handle.body(),
        })
    }

    fn configure(&mut self, _config: &dyn std::any::Any) -> gix::error::Result<()> {
        Ok(())
    }
}

/// What the git library appends to the base.
fn tail<'a>(url: &'a str, base_url: &str) -> &'a str {
    url.strip_prefix(base_url)
        .unwrap_or(url)
        .trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_below_the_repository() {
        let join = |base: &str| join(&Url::parse(base).unwrap(), "info/refs?service=x").to_string();
        assert_eq!(
            join("https://h/org/repo.git"),
            "https://h/org/repo.git/info/refs?service=x"
        );
        assert_eq!(
            join("https://h/org/repo/"),
            "https://h/org/repo/info/refs?service=x"
        );
    }
}
