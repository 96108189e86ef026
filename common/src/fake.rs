//! For tests: an API server that holds one object, takes merge patches and remembers what it was asked.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Method, Request, Response};
use kube::Client;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::context::{Context, Scope};
use crate::events::{Event, Recorder};
use crate::flags::FeatureGates;
use crate::metrics::Metrics;

/// The server; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    object: Option<Value>,
    version: u64,
    patches: Vec<Value>,
}

impl Server {
    pub(crate) fn holding(object: &impl serde::Serialize) -> Self {
        let mut object = serde_json::to_value(object).unwrap();
        object["metadata"]["resourceVersion"] = json!("1");
        let state = State {
            object: Some(object),
            version: 1,
            patches: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(crate) fn client(&self) -> Client {
        let state = self.state.clone();
        let service = tower::service_fn(move |request: Request<kube::client::Body>| {
            let state = state.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(Body::new(body), 1 << 20)
                    .await
                    .unwrap_or_default();
                let (code, answer) =
                    state
                        .lock()
                        .unwrap()
                        .answer(&head.method, head.uri.path(), &body);
                let answer = Response::builder()
                    .status(code)
                    .body(Body::from(answer.to_string()));
                Ok::<_, Infallible>(answer.unwrap())
            }
        });
        Client::new(service, "default")
    }

    /// The object as it is now.
    pub(crate) fn object<K: serde::de::DeserializeOwned>(&self) -> K {
        serde_json::from_value(self.state.lock().unwrap().object.clone().unwrap()).unwrap()
    }

    /// The patches so far.
    pub(crate) fn patches(&self) -> Vec<Value> {
        self.state.lock().unwrap().patches.clone()
    }

    /// Whether the object is still there.
    pub(crate) fn is_there(&self) -> bool {
        self.state.lock().unwrap().object.is_some()
    }

    pub(crate) fn remove(&self) {
        self.state.lock().unwrap().object = None;
    }

    /// A context around the server, and the events that it records.
    pub(crate) fn context(&self) -> (Arc<Context>, tokio::sync::mpsc::Receiver<Event>) {
        let (recorder, events) = Recorder::in_memory();
        let context = Context {
            client: self.client(),
            config: kube::Config::new("http://127.0.0.1:1".parse().unwrap()),
            recorder,
            metrics: Metrics::new(),
            gates: FeatureGates::default(),
            scope: Scope::default(),
            shutdown: CancellationToken::new(),
        };
        (Arc::new(context), events)
    }
}

impl State {
    fn answer(&mut self, method: &Method, path: &str, body: &[u8]) -> (u16, Value) {
        let Some(mut object) = self.object.clone() else {
            return (
                404,
                json!({"kind": "Status", "code": 404, "reason": "NotFound", "message": "not found"}),
            );
        };
        if method == Method::GET {
            return (200, object);
        }
        let patch: Value = serde_json::from_slice(body).unwrap();
        self.patches.push(patch.clone());
        let wanted = patch
            .pointer("/metadata/resourceVersion")
            .and_then(Value::as_str);
        if wanted.is_some_and(|wanted| wanted != object["metadata"]["resourceVersion"]) {
            return (
                409,
                json!({"kind": "Status", "code": 409, "reason": "Conflict", "message": "changed"}),
            );
        }
        let subresource = path.ends_with("/status");
        for (name, change) in patch.as_object().unwrap() {
            if (name == "status") == subresource {
                merge(
                    object
                        .as_object_mut()
                        .unwrap()
                        .entry(name)
                        .or_insert(Value::Null),
                    change,
                );
            }
        }
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let finalizers = object
            .pointer("/metadata/finalizers")
            .and_then(Value::as_array);
        let finished = finalizers.is_none_or(Vec::is_empty);
        let deleting = object.pointer("/metadata/deletionTimestamp").is_some();
        self.object = (!(deleting && finished)).then(|| object.clone());
        (200, object)
    }
}

/// RFC 7396.
fn merge(target: &mut Value, change: &Value) {
    let Value::Object(change) = change else {
        target.clone_from(change);
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    for (name, value) in change {
        let members = target.as_object_mut().unwrap();
        if value.is_null() {
            members.shift_remove(name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), value);
        }
    }
}
