//! A registry that answers as it is told.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};

/// A request as it came in: method, path with query, and the header `Authorization`.
pub type Seen = (String, String, Option<String>);

type Answer = dyn Fn(&str, &str, Option<&str>) -> Response<Body> + Send + Sync;

/// A server on a free loopback port, for as long as the runtime of the test.
pub struct Fake {
    pub host: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// Starts one; `answer` gets method, path with query, and the header `Authorization`.
    pub async fn start(
        answer: impl Fn(&str, &str, Option<&str>) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer: Arc<Answer> = Arc::new(answer);
        let router = Router::new().fallback(move |request: Request| {
            let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
            async move {
                let method = request.method().to_string();
                let path = request.uri().path_and_query().unwrap().to_string();
                let sent = request
                    .headers()
                    .get("authorization")
                    .map(|value| value.to_str().unwrap().to_owned());
                let response = answer(&method, &path, sent.as_deref());
                log.lock().unwrap().push((method, path, sent));
                response
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { host, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

/// An answer with a body.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

pub fn ok(body: impl Into<Body>) -> Response<Body> {
    answer(200, &[], body)
}
