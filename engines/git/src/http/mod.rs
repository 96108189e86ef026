//! The HTTP side of git's smart protocol: one GET for the capabilities, then one POST per command.
//!
//! The client of the git library is replaced by ours, since ours sends credentials over plain http where the
//! user says so (G8), follows redirects without taking credentials to another host, and holds deadline and
//! budget.

mod client;
mod stream;

use gix::protocol::transport::client::blocking_io::http::{
    GetResponse, Http, PostBodyDataKind, PostResponse,
};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{StatusCode, Url};
use transport::chain;

use self::stream::{Body, Handle, Headers, PostBody};
use crate::access::{Access, Identity};
use crate::conversation::{FirstFailure, Watch};
use crate::error::{Error, RemoteError};
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
        let client = client::build(access, Identity::Shown)?;
        let stranger = match access.client_certificate {
            Some(_) => client::build(access, Identity::Hidden)?,
            None => client.clone(),
        };
        let mut base = url.url().clone();
        base.set_query(None);
        let authorization = client::authorization(&access.credentials)?;
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

fn checked(response: Response) -> Result<Response, RemoteError> {
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::UNAUTHORIZED => Err(HttpError::Unauthorized.into()),
        StatusCode::FORBIDDEN => Err(HttpError::Forbidden.into()),
        StatusCode::NOT_FOUND => Err(HttpError::NotFound.into()),
        status => Err(HttpError::Status(status).into()),
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
        let handle = Handle::answered(response, self.watch.clone(), self.failure.clone());
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
        let handle = Handle::pending(request, self.watch.clone(), self.failure.clone());
        Ok(PostResponse {
            post_body: handle.request_body(),
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
