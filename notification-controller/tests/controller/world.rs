//! What a test works with: a namespace, a controller in the process, a service that records what it is sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::context::{Context, Scope};
use common::events::{Event, Recorder};
use common::flags::{self, FeatureGates};
use common::k8s_openapi::api::core::v1::Secret;
use common::kube::api::{Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::{Api, Client, Config, Resource};
use common::metrics::Metrics;
use common::object::ObjectKey;
use common::runtime::client_from;
use crds::CustomResource;
use crds::notification::{Alert, Provider, Receiver};
use crds::source::GitRepository;
use notification_controller::args::{Args, GATES};
use notification_controller::provider::sender::Retry;
use notification_controller::{Seen, start};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testing::http::Sink;
use testing::{ControlPlane, Heard, wait_for};
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const LONG: Duration = Duration::from_mins(1);

/// A namespace, and a controller that looks at that namespace alone.
pub struct World {
    pub client: Client,
    pub namespace: String,
    pub sink: Sink,
    events: Heard<Event>,
    event_server: SocketAddr,
    webhook_server: SocketAddr,
    seen: Seen,
    shutdown: CancellationToken,
}

impl World {
    /// With the default flags.
    pub async fn new() -> Self {
        Self::with_flags(&[]).await
    }

    pub async fn with_flags(more: &[&str]) -> Self {
        let plane = ControlPlane::shared().await;
        let namespace = plane.namespace("notify").await;
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        let mut line = vec![
            "notification-controller",
            "--events-addr=127.0.0.1:0",
            "--receiverAddr=127.0.0.1:0",
            "--min-retry-delay=50ms",
            "--max-retry-delay=200ms",
        ];
        line.extend(more);
        let args: Args = flags::parse_from(line).unwrap();
        let metrics = Metrics::new();
        let client = client_from(config.clone(), metrics.requests()).unwrap();
        let (recorder, recorded) = Recorder::in_memory();
        let shutdown = CancellationToken::new();
        let context = Arc::new(Context {
            client: client.clone(),
            config,
            recorder,
            metrics,
            gates: FeatureGates::new(GATES),
            scope: Scope {
                namespace: Some(namespace.as_str().into()),
                configs_label_selector: args.common.watch.configs_label_selector.clone(),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let retry = Retry {
            min: Duration::from_millis(5),
            max: Duration::from_millis(20),
        };
        let started = start(&args, context, retry).await.unwrap();
        for work in started.work {
            tokio::spawn(work);
        }
        Self {
            client,
            namespace,
            sink: Sink::start().await.unwrap(),
            events: Heard::new(recorded),
            event_server: started.events.unwrap(),
            webhook_server: started.webhooks.unwrap(),
            seen: started.seen,
            shutdown,
        }
    }

    pub fn api<K>(&self) -> Api<K>
    where
        K: CustomResource,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Creates an object with this spec.
    pub async fn create<K: CustomResource>(&self, name: &str, spec: Value) {
        self.create_with::<K>(name, json!({}), spec).await;
    }

    /// Creates an object with more metadata.
    pub async fn create_with<K: CustomResource>(&self, name: &str, metadata: Value, spec: Value) {
        let mut object = json!({
            "apiVersion": K::api_version(&()), "kind": K::kind(&()), "metadata": metadata, "spec": spec,
        });
        object["metadata"]["name"] = json!(name);
        let object: K = serde_json::from_value(object).unwrap();
        self.api::<K>()
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    pub async fn merge<K: CustomResource>(&self, name: &str, patch: Value) {
        self.api::<K>()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Writes a Secret, labelled so that its users are woken when it changes.
    pub async fn secret(&self, name: &str, entries: &[(&str, &str)]) {
        let data: serde_json::Map<String, Value> = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(STANDARD.encode(value))))
            .collect();
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": name, "labels": {"reconcile.fluxcd.io/watch": "Enabled"}},
            "data": data,
        });
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = PatchParams::apply("test").force();
        secrets
            .patch(name, &params, &Patch::Apply(secret))
            .await
            .unwrap();
    }

    pub async fn wait<K: CustomResource>(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(&K) -> bool,
    ) -> K {
        let holds = |object: Option<&K>| object.is_some_and(&condition);
        wait_for(&self.api::<K>(), name, what, LONG, holds)
            .await
            .unwrap()
            .unwrap()
    }

    /// An event of a GitRepository of this name, in the world's namespace.
    pub fn event(&self, name: &str, more: Value) -> Value {
        let mut event = json!({
            "involvedObject": {
                "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository",
                "name": name, "namespace": self.namespace, "uid": "uid-1",
            },
            "severity": "info",
            "timestamp": "2026-01-02T03:04:05Z",
            "message": "stored artifact",
            "reason": "NewArtifact",
            "metadata": {"source.toolkit.fluxcd.io/revision": "main@sha1:abc"},
            "reportingController": "source-controller",
            "reportingInstance": "source-controller-0",
        });
        for (key, value) in more.as_object().unwrap() {
            event[key] = value.clone();
        }
        event
    }

    /// Posts an event.
    pub async fn post(&self, event: &Value) -> reqwest::Response {
        self.post_bytes(event.to_string().into_bytes()).await
    }

    pub async fn post_bytes(&self, body: Vec<u8>) -> reqwest::Response {
        http()
            .post(format!("http://{}/", self.event_server))
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Calls a webhook.
    pub async fn call(&self, path: &str, headers: &[(&str, &str)], body: &str) -> StatusCode {
        let url = format!("http://{}{path}", self.webhook_server);
        let mut request = http().post(url).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        assert_eq!(answer.text().await.unwrap(), "", "answers have no body");
        status
    }

    /// A Receiver that is ready and answers, and its path.
    pub async fn receiver(&self, name: &str, spec: Value) -> String {
        self.create::<Receiver>(name, spec).await;
        self.answering(name).await
    }

    /// Waits until a Receiver is ready and the server knows, and returns its path.
    pub async fn answering(&self, name: &str) -> String {
        let path = || {
            let receiver = self.seen.receivers.get(&self.key(name))?;
            let ready = common::conditions::is_true(&receiver.status.conditions, "Ready");
            receiver.status.webhook_path.clone().filter(|_| ready)
        };
        until("the receiver answers", || path().is_some()).await;
        path().unwrap()
    }

    /// Creates a Provider, and waits until the controller has seen it.
    pub async fn provider(&self, name: &str, spec: Value) {
        self.create::<Provider>(name, spec).await;
        until("the provider is seen", || {
            self.seen.providers.get(&self.key(name)).is_some()
        })
        .await;
    }

    /// Creates an Alert to the Provider of the same name, and waits until the controller has seen it.
    pub async fn alert(&self, name: &str, more: Value) {
        let mut spec = json!({
            "providerRef": {"name": name},
            "eventSources": [{"kind": "GitRepository", "name": "*"}],
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.create::<Alert>(name, spec).await;
        until("the alert is seen", || {
            self.seen.alerts.get(&self.key(name)).is_some()
        })
        .await;
    }

    /// A Provider that sends events as they are to the path of its name, and an Alert to it.
    pub async fn generic(&self, name: &str, more: Value) {
        let address = format!("{}/{name}", self.sink.url());
        self.provider(name, json!({"type": "generic", "address": address}))
            .await;
        self.alert(name, more).await;
    }

    /// The messages that arrived at the paths of generic providers: at least so many, and what else came until an event that all
    /// alerts want, and that is posted then.
    pub async fn messages_until_last(&self, count: usize) -> Vec<(String, String)> {
        // A slow service is not waited for by the answer to an event.
        until("the messages arrive", || {
            self.sink.received().len() >= count
        })
        .await;
        let last = self.event("last", json!({"severity": "error", "message": "last"}));
        assert_eq!(self.post(&last).await.status(), 202);
        self.sink
            .wait_for("the last event", LONG, |one| {
                one.json()["message"] == "last"
            })
            .await
            .unwrap();
        let all = self.sink.received();
        let mut all: Vec<(String, String)> = all
            .iter()
            .map(|one| {
                (
                    one.uri.path().to_owned(),
                    one.json()["message"].as_str().unwrap().to_owned(),
                )
            })
            .filter(|(_, message)| message != "last")
            .collect();
        all.sort();
        all
    }

    fn key(&self, name: &str) -> ObjectKey {
        ObjectKey::new(&self.namespace, name)
    }

    /// Waits for an event about an object, and returns it.
    pub async fn recorded(&self, name: &str, reason: &str) -> Event {
        let what = format!("{reason} on {name}");
        let wanted = |event: &Event| event.involved.name == name && event.reason == reason;
        self.events.find(&what, LONG, wanted).await.unwrap()
    }

    pub fn all_recorded(&self) -> Vec<Event> {
        self.events.so_far()
    }

    /// The bodies that arrived at a path of the sink, once there are this many.
    pub async fn arrived(&self, path: &str) -> Value {
        self.sink
            .wait_for(path, LONG, |one| one.uri.path() == path)
            .await
            .unwrap()
            .json()
    }

    pub async fn repository(&self, name: &str, labels: Value) {
        let spec = json!({"url": "https://example.com/r.git", "interval": "1h"});
        self.create_with::<GitRepository>(name, json!({"labels": labels}), spec)
            .await;
    }

    /// What was asked of an object by a webhook.
    pub async fn requested(&self, name: &str) -> Option<String> {
        let repository = self.api::<GitRepository>().get(name).await.unwrap();
        let annotations = repository.meta().annotations.clone().unwrap_or_default();
        annotations.get("reconcile.fluxcd.io/requestedAt").cloned()
    }
}

/// Hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Waits until something holds in the process.
pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let mut pace = tokio::time::interval(Duration::from_millis(5));
    let held = async {
        while !holds() {
            pace.tick().await;
        }
    };
    assert!(
        tokio::time::timeout(LONG, held).await.is_ok(),
        "waited in vain until {what}"
    );
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn http() -> reqwest::Client {
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder()
        .tls_certs_only([])
        .redirect(redirects)
        .build()
        .unwrap()
}
