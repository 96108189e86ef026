//! One request that is expected, and its answer.

use std::fmt::{self, Display};

use axum::body::{Body, Bytes};
use futures::stream::{self, StreamExt};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

type Check = Box<dyn Fn(&Value) -> bool + Send>;

/// A request that is expected, and its answer.
pub struct Expected {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    check: Option<Check>,
    answer: Answer,
}

enum Answer {
    Object(u16, Value),
    /// A watch: these events, then silence.
    Events(Vec<Value>),
}

impl Expected {
    /// A request with this method for this path, answered with 200 and an empty object.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let answer = Answer::Object(200, json!({}));
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            check: None,
            answer,
        }
    }

    /// `GET`: one object, a list, or a watch.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// `POST`: a creation.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// `PATCH`: server-side apply among others.
    pub fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    /// `PUT`: a replacement.
    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    /// `DELETE`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Expects this query parameter, among others.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Expects a JSON body that passes this check.
    #[must_use]
    pub fn body(mut self, check: impl Fn(&Value) -> bool + Send + 'static) -> Self {
        self.check = Some(Box::new(check));
        self
    }

    /// Answers with this object. A code from 400 on is answered with a `Status`, into which the object's fields are merged.
    #[must_use]
    pub fn reply(mut self, code: u16, object: Value) -> Self {
        self.answer = Answer::Object(code, object);
        self
    }

    /// Answers a watch with these events, `{"type": …, "object": …}` each, and keeps the stream open.
    #[must_use]
    pub fn reply_events(mut self, events: impl IntoIterator<Item = Value>) -> Self {
        self.answer = Answer::Events(events.into_iter().collect());
        self
    }

    /// Why the request is not this one.
    pub(super) fn mismatch(&self, request: &Request<Bytes>) -> Option<String> {
        let uri = request.uri();
        if (request.method(), uri.path()) != (&self.method, self.path.as_str()) {
            return Some("another method or path".to_owned());
        }
        let sent = parameters(uri.query().unwrap_or_default());
        for wanted in &self.query {
            if !sent.contains(wanted) {
                return Some(format!("no query parameter {}={}", wanted.0, wanted.1));
            }
        }
        let check = self.check.as_ref()?;
        match serde_json::from_slice(request.body()) {
            Err(error) => Some(format!("a body that is no JSON: {error}")),
            Ok(body) if !check(&body) => Some(format!("a body that fails the check:\n{body:#}")),
            Ok(_) => None,
        }
    }

    pub(super) fn response(self) -> Response<Body> {
        let (code, body) = match self.answer {
            Answer::Object(code, object) => {
                let object = if code >= 400 {
                    status(code, object)
                } else {
                    object
                };
                (code, Body::from(object.to_string()))
            }
            Answer::Events(events) => {
                let lines = events
                    .into_iter()
                    .map(|event| Ok::<_, fmt::Error>(format!("{event}\n")));
                (
                    200,
                    Body::from_stream(stream::iter(lines).chain(stream::pending())),
                )
            }
        };
        respond(code, body)
    }
}

impl Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (index, (name, value)) in self.query.iter().enumerate() {
            write!(f, "{}{name}={value}", if index == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

/// An answer in JSON.
pub(super) fn respond(code: u16, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = http::HeaderValue::from_static("application/json");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    response
}

/// The `Status` object of a refusal.
pub(super) fn status(code: u16, object: Value) -> Value {
    let reason = match code {
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        410 => "Expired",
        422 => "Invalid",
        429 => "TooManyRequests",
        _ => "InternalError",
    };
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": format!("scripted {reason}"),
    });
    if let (Some(status), Value::Object(fields)) = (status.as_object_mut(), object) {
        status.extend(fields);
    }
    status
}

/// The parameters of a query, decoded.
fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// `application/x-www-form-urlencoded`, as kube writes it.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escape = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (
            first,
            escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()),
        ) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_parameters_are_decoded() {
        let parsed = parameters("labelSelector=a%3Db%2Cc&x=1+2&flag&broken=%zz");
        let shown: Vec<String> = parsed
            .iter()
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        assert_eq!(
            shown,
            ["labelSelector:a=b,c", "x:1 2", "flag:", "broken:%zz"]
        );
    }

    #[test]
    fn a_mismatch_says_what_differs() {
        let request = |uri: &str, body: &'static str| {
            Request::patch(uri)
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap()
        };
        let expected = Expected::patch("/a")
            .query("force", "true")
            .body(|body| body["x"] == 1);
        assert!(
            expected
                .mismatch(&request("/a?force=true", "{\"x\":1}"))
                .is_none()
        );
        for (uri, body, reason) in [
            ("/b?force=true", "{\"x\":1}", "another method or path"),
            ("/a", "{\"x\":1}", "no query parameter force=true"),
            ("/a?force=true", "{\"x\":2}", "fails the check"),
            ("/a?force=true", "x", "no JSON"),
        ] {
            let mismatch = expected.mismatch(&request(uri, body)).unwrap();
            assert!(mismatch.contains(reason), "{mismatch}");
        }
    }
}
