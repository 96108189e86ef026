//! The list of requests, and the client that has to make them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, Response};
use kube::Client;
use serde_json::json;

use super::expected::{Expected, respond, status};

/// Requests of tests are small.
const MAX_BODY: usize = 16 << 20;

#[derive(Default)]
struct State {
    open: VecDeque<Expected>,
    /// What was asked, as it came: `GET /path?query`.
    seen: Vec<String>,
    wrong: Option<String>,
}

/// A list of expected requests.
///
/// A request that is not the next on the list is answered with 500; [`Script::finish`] then tells what was expected. Dropping
/// a script checks it too, so that a test cannot forget it.
#[must_use = "a script is checked by `finish`"]
pub struct Script {
    state: Arc<Mutex<State>>,
}

impl Script {
    /// The requests, in order.
    pub fn new(expected: impl IntoIterator<Item = Expected>) -> Self {
        let open = expected.into_iter().collect();
        Self {
            state: Arc::new(Mutex::new(State {
                open,
                ..State::default()
            })),
        }
    }

    /// A client that talks to the script.
    pub fn client(&self) -> Client {
        let state = Arc::clone(&self.state);
        let service = tower::service_fn(move |request| answer(request, Arc::clone(&state)));
        Client::new(service, "default")
    }

    /// What was asked so far: `GET /path?query` each.
    pub fn seen(&self) -> Vec<String> {
        self.lock().seen.clone()
    }

    /// Checks that every expected request was made, and no other.
    ///
    /// # Panics
    /// When that is not so; the message lists what was asked, what was wrong and what is still open.
    #[track_caller]
    pub fn finish(self) {
        let failure = failure(&self.lock());
        if let Some(failure) = failure {
            // Not again in `drop`.
            *self.lock() = State::default();
            panic!("{failure}");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        if !std::thread::panicking()
            && let Some(failure) = failure(&self.lock())
        {
            panic!("{failure}");
        }
    }
}

fn failure(state: &State) -> Option<String> {
    if state.wrong.is_none() && state.open.is_empty() {
        return None;
    }
    let mut text = "the API server's script was not followed\n".to_owned();
    if let Some(wrong) = &state.wrong {
        text += wrong;
    }
    text += "asked:\n";
    for request in &state.seen {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {request}");
    }
    text += "not asked:\n";
    for expected in &state.open {
        let _ = writeln!(text, "  {expected}");
    }
    Some(text)
}

async fn answer(
    request: Request<kube::client::Body>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = to_bytes(Body::new(body), MAX_BODY)
        .await
        .unwrap_or_default();
    let request = Request::from_parts(head, body);
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(state.next(&request))
}

impl State {
    fn next(&mut self, request: &Request<Bytes>) -> Response<Body> {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        // kube ends some paths with an empty query.
        let shown = format!("{} {}", request.method(), path.trim_end_matches('?'));
        self.seen.push(shown.clone());
        let problem = match self.open.front() {
            None => Some("nothing more".to_owned()),
            Some(expected) => expected
                .mismatch(request)
                .map(|why| format!("{expected}\n  which has {why}")),
        };
        match (problem, self.open.pop_front()) {
            (None, Some(expected)) => expected.response(),
            (problem, expected) => {
                if let Some(expected) = expected {
                    self.open.push_front(expected);
                }
                let problem = problem.unwrap_or_default();
                let wrong = format!("got:\n  {shown}\nexpected:\n  {problem}\n");
                let object = status(
                    500,
                    json!({ "message": format!("not in the script: {shown}") }),
                );
                // Only the first deviation tells something: the rest follows from it.
                self.wrong.get_or_insert(wrong);
                respond(500, Body::from(object.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::Api;
    use kube::api::{DeleteParams, WatchEvent, WatchParams};

    use super::*;

    const MAP: &str = "/api/v1/namespaces/apps/configmaps/settings";

    fn maps(script: &Script) -> Api<ConfigMap> {
        Api::namespaced(script.client(), "apps")
    }

    fn message(script: Script) -> String {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| script.finish()));
        *panic.unwrap_err().downcast::<String>().unwrap()
    }

    #[tokio::test]
    async fn a_followed_script_is_silent() {
        let script = Script::new([
            Expected::get(MAP).reply(200, json!({ "data": { "a": "b" } })),
            Expected::delete(MAP).reply(403, json!({ "message": "hands off" })),
        ]);
        assert_eq!(
            maps(&script).get("settings").await.unwrap().data.unwrap()["a"],
            "b"
        );
        let refused = maps(&script)
            .delete("settings", &DeleteParams::default())
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("hands off"), "{refused}");
        assert_eq!(
            script.seen(),
            [format!("GET {MAP}"), format!("DELETE {MAP}")]
        );
        script.finish();
    }

    #[tokio::test]
    async fn a_wrong_request_fails_with_what_was_expected() {
        let script = Script::new([Expected::get(MAP)]);
        let error = maps(&script).get("other").await.unwrap_err().to_string();
        assert!(error.contains("not in the script"), "{error}");
        let message = message(script);
        assert!(
            message.contains("got:\n  GET /api/v1/namespaces/apps/configmaps/other"),
            "{message}"
        );
        assert!(
            message.contains(&format!("expected:\n  GET {MAP}")),
            "{message}"
        );
    }

    #[tokio::test]
    async fn a_request_too_many_and_one_too_few_fail() {
        let many = Script::new([]);
        assert!(maps(&many).get("settings").await.is_err());
        assert!(message(many).contains("nothing more"));
        let few = Script::new([Expected::get(MAP)]);
        assert!(message(few).contains(&format!("not asked:\n  GET {MAP}")));
    }

    #[tokio::test]
    async fn a_watch_gets_its_events_and_stays_open() {
        let event = json!({ "type": "ADDED", "object": {
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" },
        }});
        let list = "/api/v1/namespaces/apps/configmaps";
        let expected = Expected::get(list)
            .query("watch", "true")
            .reply_events([event]);
        let script = Script::new([expected]);
        let api = maps(&script);
        let mut events = api
            .watch(&WatchParams::default(), "0")
            .await
            .unwrap()
            .boxed();
        let first = events.next().await.unwrap().unwrap();
        assert!(
            matches!(first, WatchEvent::Added(map) if map.metadata.name.as_deref() == Some("settings"))
        );
        assert!(futures::poll!(events.next()).is_pending());
        script.finish();
    }
}
