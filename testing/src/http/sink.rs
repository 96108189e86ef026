//! A server that records what it is sent: the other end of `--events-addr` and of webhooks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::bail;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, Method, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The body as JSON; `Null` if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Shared {
    received: watch::Sender<Vec<Received>>,
    answer: Mutex<StatusCode>,
}

/// A recording server on a free loopback port; it ends on drop.
#[derive(Debug)]
pub struct Sink {
    shared: Arc<Shared>,
    url: String,
    server: JoinHandle<()>,
}

impl Sink {
    /// Starts one that answers 200.
    pub async fn start() -> anyhow::Result<Self> {
        let shared = Arc::new(Shared {
            received: watch::Sender::new(Vec::new()),
            answer: Mutex::new(StatusCode::OK),
        });
        let router = Router::new()
            .fallback(record)
            .with_state(Arc::clone(&shared));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let server = tokio::spawn(async move {
            // It serves until the sink is dropped; an error here shows as requests that never arrive.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            shared,
            url,
            server,
        })
    }

    /// `http://127.0.0.1:<port>`, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers every later request with this status.
    pub fn answer_with(&self, status: StatusCode) {
        *self
            .shared
            .answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// Everything received so far, in order.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.borrow().clone()
    }

    /// Everything received so far, and word of what comes.
    pub fn updates(&self) -> watch::Receiver<Vec<Received>> {
        self.shared.received.subscribe()
    }

    /// Waits until a request is what `matches` looks for, and returns it.
    ///
    /// # Errors
    /// Lists what was received instead.
    pub async fn wait_for(
        &self,
        what: &str,
        deadline: Duration,
        matches: impl Fn(&Received) -> bool,
    ) -> anyhow::Result<Received> {
        self.wait_for_since(0, what, deadline, matches).await
    }

    /// The same, without the first `start` requests.
    ///
    /// # Errors
    /// Lists what was received instead.
    pub async fn wait_for_since(
        &self,
        start: usize,
        what: &str,
        deadline: Duration,
        matches: impl Fn(&Received) -> bool,
    ) -> anyhow::Result<Received> {
        let mut updates = self.shared.received.subscribe();
        let arrived = updates.wait_for(|all| all.iter().skip(start).any(&matches));
        if let Ok(Ok(all)) = tokio::time::timeout(deadline, arrived).await
            && let Some(found) = all.iter().skip(start).find(|one| matches(one))
        {
            return Ok(found.clone());
        }
        let seen: Vec<String> = self.received().iter().skip(start).map(describe).collect();
        bail!(
            "no {what} within {deadline:?}; received {}:\n{}",
            seen.len(),
            seen.join("\n")
        )
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn record(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let one = Received {
        method,
        uri,
        headers,
        body,
    };
    shared.received.send_modify(|all| all.push(one));
    *shared.answer.lock().unwrap_or_else(PoisonError::into_inner)
}

fn describe(one: &Received) -> String {
    format!(
        "  {} {} {}",
        one.method,
        one.uri,
        String::from_utf8_lossy(&one.body)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{get, post};

    const SOON: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn it_records_requests_in_order_and_answers_as_told() {
        let sink = Sink::start().await.unwrap();
        assert_eq!(
            get(&format!("{}/first?a=1", sink.url()))
                .await
                .unwrap()
                .status,
            200
        );
        sink.answer_with(StatusCode::TOO_MANY_REQUESTS);
        let second = format!("{}/second", sink.url());
        let answer = post(&second, &[("x-a", "1")], "body".to_owned()).await;
        assert_eq!(answer.unwrap().status, 429);
        let paths: Vec<String> = sink
            .received()
            .iter()
            .map(|one| one.uri.to_string())
            .collect();
        assert_eq!(paths, ["/first?a=1", "/second"]);
        let posted = &sink.received()[1];
        assert_eq!(
            (&posted.method, &posted.body[..]),
            (&Method::POST, &b"body"[..])
        );
        assert_eq!(posted.headers["x-a"], "1");
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_request_it_waits_for() {
        let sink = Sink::start().await.unwrap();
        let url = format!("{}/late", sink.url());
        let sender = tokio::spawn(async move { get(&url).await });
        let found = sink
            .wait_for("late one", SOON, |one| one.uri.path() == "/late")
            .await
            .unwrap();
        assert_eq!(found.method, Method::GET);
        sender.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_wait_that_fails_lists_what_came_instead() {
        let sink = Sink::start().await.unwrap();
        get(&format!("{}/other", sink.url())).await.unwrap();
        let wait = sink.wait_for("event", Duration::from_millis(20), |one| {
            one.uri.path() == "/event"
        });
        let error = wait.await.unwrap_err().to_string();
        assert!(
            error.contains("no event") && error.contains("GET /other"),
            "{error}"
        );
    }
}
