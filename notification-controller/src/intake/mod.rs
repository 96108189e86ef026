//! The event intake: what controllers post comes in here (section 3).
//!
//! ```text
//! body ──▶ event ──▶ clean metadata ──▶ rate limit ──▶ drop the token ──▶ matching alerts ──▶ dispatch ──▶ 202
//!   413, 400                               429                                                 │
//!                                                     notifiers made before the answer, and messages sent where that is quick
//! ```
//!
//! The answer is 202 whatever comes of the alerts (E2): who posts events cannot put right what is wrong with them. It waits a
//! moment for the messages: who gets no answer because the process was killed posts again, so that no message is lost with it.

mod limit;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::header::{HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;

use crate::dispatch::Dispatcher;
use crate::event::Event;
use crate::server::{Arrived, Handler, empty, text};

pub use limit::{Grant, LimitKey, Limiter};

/// How long finding alerts and making notifiers may take (section 13.24).
const PATIENCE: Duration = Duration::from_secs(15);

/// How long the answer waits for messages; far below the five seconds after which controllers post again.
const MESSAGES: Duration = Duration::from_secs(1);

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Answers posted events.
pub struct Intake {
    limiter: Limiter,
    dispatcher: Arc<Dispatcher>,
}

impl Intake {
    /// An intake that hands on one event of a kind per interval.
    pub fn new(interval: Duration, dispatcher: Arc<Dispatcher>) -> Self {
        Self {
            limiter: Limiter::new(interval),
            dispatcher,
        }
    }
}

impl Handler for Intake {
    const PREFIX: &'static str = "/";

    async fn answer(&self, request: Arrived) -> Response<Body> {
        let mut event = match Event::decode(&request.body) {
            Ok(event) => event,
            Err(error) => {
                tracing::error!("{error}");
                return empty(StatusCode::BAD_REQUEST);
            }
        };
        drop(request);
        event.clean();
        let (grant, left) = self.limiter.take(LimitKey::of(&event), Instant::now());
        if grant == Grant::Refused {
            tracing::debug!(object = %event.involved_object, "discarding event, rate limiting duplicate events");
            let mut response = text(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests\n");
            limits(&mut response, grant, left);
            return response;
        }
        event.forget_token();
        let handled = self.dispatcher.dispatch(&event);
        match tokio::time::timeout(PATIENCE, handled).await {
            Ok(messages) => messages.settle(MESSAGES).await,
            Err(_) => {
                tracing::error!(object = %event.involved_object, "the API server did not answer in time, some alerts have missed an event");
            }
        }
        let mut response = empty(StatusCode::ACCEPTED);
        limits(&mut response, grant, left);
        response
    }
}

/// The headers that say where the sender stands (E13).
fn limits(response: &mut Response<Body>, grant: Grant, left: Duration) {
    let reset = http_date(Timestamp::now(), left);
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from_static("1"));
    headers.insert(REMAINING, HeaderValue::from_static("0"));
    if let Ok(reset) = HeaderValue::from_str(&reset) {
        headers.insert(RESET, reset.clone());
        if grant == Grant::Refused {
            headers.insert(RETRY_AFTER, reset);
        }
    }
}

/// The end of the window, as upstream writes it: RFC 1123 with the zone spelled `UTC`.
fn http_date(now: Timestamp, left: Duration) -> String {
    let end = now.checked_add(left).unwrap_or(now);
    end.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e13_the_window_ends_at_a_date_of_http() {
        let now: Timestamp = "2026-01-02T03:04:05.9Z".parse().unwrap();
        assert_eq!(
            http_date(now, Duration::from_mins(5)),
            "Fri, 02 Jan 2026 03:09:05 UTC"
        );
    }

    #[test]
    fn e13_only_a_refusal_says_when_to_come_back() {
        let mut passed = empty(StatusCode::ACCEPTED);
        limits(&mut passed, Grant::Passed, Duration::from_secs(1));
        assert!(passed.headers().contains_key("x-ratelimit-reset"));
        assert!(!passed.headers().contains_key("retry-after"));
        let mut refused = empty(StatusCode::TOO_MANY_REQUESTS);
        limits(&mut refused, Grant::Refused, Duration::from_secs(1));
        assert_eq!(
            refused.headers()["retry-after"],
            refused.headers()["x-ratelimit-reset"]
        );
        assert_eq!(refused.headers()["x-ratelimit-limit"], "1");
        assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    }
}
