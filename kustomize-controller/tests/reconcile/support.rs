//! What every scenario needs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artifact::{Algorithm, Root, archive};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use common::context::{Context, Scope};
use common::events::{Delivery, Recorder, Settings as EventSettings};
use common::flags::{self, FeatureGates};
use common::k8s_openapi::api::core::v1::ConfigMap;
use common::kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::{Api, Client, Config};
use common::metrics::Metrics;
use common::runtime::client_from;
use crds::kustomize::Kustomization;
use crds::source::GitRepository;
use kustomize_controller::args::{Args, GATES};
use kustomize_controller::kustomization::{Settings, controller};
use serde_json::{Value, json};
use testing::http::Sink;
use testing::{ControlPlane, Dir, wait_for};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const LONG: Duration = Duration::from_mins(2);

/// A namespace with a source named `repo`, and a controller that looks at that namespace alone.
pub struct Fixture {
    pub namespace: String,
    pub client: Client,
    pub events: Sink,
    files: FileServer,
    revision: AtomicU64,
    args: Args,
    config: Config,
    running: Option<Running>,
    dir: Dir,
}

/// A controller in the process.
struct Running {
    client: Client,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
    delivery: Delivery,
}

impl Running {
    fn start(args: &Args, namespace: &str, config: &Config, events: &Sink) -> Self {
        let mut gates = FeatureGates::new(GATES);
        for flag in &args.common.feature_gates {
            gates = gates.with(flag).unwrap();
        }
        let metrics = Metrics::new();
        let client = client_from(config.clone(), metrics.requests()).unwrap();
        let event_settings = EventSettings {
            controller: "kustomize-controller".to_owned(),
            instance: "test".to_owned(),
            address: format!("{}/", events.url()),
        };
        let (recorder, delivery) = Recorder::start(client.clone(), &event_settings).unwrap();
        let shutdown = CancellationToken::new();
        let context = Arc::new(Context {
            client: client.clone(),
            config: config.clone(),
            recorder,
            metrics,
            gates,
            scope: Scope {
                namespace: Some(namespace.into()),
                configs_label_selector: args.common.watch.configs_label_selector.clone(),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let settings = Settings::new(args, &context).unwrap();
        let task = tokio::spawn(controller(settings, &context, args).run());
        Self {
            client,
            shutdown,
            task,
            delivery,
        }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
        self.delivery.flush(LONG).await;
    }
}

/// Serves tarballs by name.
#[derive(Clone, Default)]
struct FileServer {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    address: String,
    requests: Arc<AtomicU64>,
}

impl Fixture {
    /// With the default flags.
    pub async fn new(name: &str) -> Self {
        Self::with_flags(name, &[]).await
    }

    pub async fn with_flags(name: &str, more: &[&str]) -> Self {
        let plane = ControlPlane::shared().await;
        let namespace = plane.namespace(name).await;
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        let dir = Dir::new("kustomize-controller").unwrap();
        let temporary = format!("--temporary-directory={}", dir.path().display());
        let mut line = vec![
            "kustomize-controller",
            &temporary,
            "--http-retry=0",
            "--requeue-dependency=30s",
        ];
        line.extend(more);
        let args: Args = flags::parse_from(line).unwrap();
        let events = Sink::start().await.unwrap();
        let running = Running::start(&args, &namespace, &config, &events);
        let fixture = Self {
            client: running.client.clone(),
            files: FileServer::start().await,
            revision: AtomicU64::new(0),
            namespace,
            events,
            args,
            config,
            running: Some(running),
            dir,
        };
        fixture.source("repo").await;
        fixture
    }

    /// Ends the controller in good order.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Ends the controller in good order, and starts another one.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    /// Starts another controller.
    pub fn start(&mut self) {
        self.running = Some(Running::start(
            &self.args,
            &self.namespace,
            &self.config,
            &self.events,
        ));
    }

    /// Creates a GitRepository that has published nothing.
    pub async fn source(&self, name: &str) {
        let object = json!({
            "metadata": {"name": name},
            "spec": {"url": "https://example.com/repo.git", "interval": "1h"},
        });
        let object: GitRepository = serde_json::from_value(object).unwrap();
        self.sources()
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    /// Publishes files as the next revision of `repo`, and returns the revision.
    pub async fn publish(&self, files: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
        let (bytes, digest) = tarball(files);
        self.publish_bytes("repo", bytes, &digest).await
    }

    /// Publishes a ConfigMap alone, with this value under `key`.
    pub async fn publish_map(&self, name: &str, value: &str) -> String {
        let path = format!("{name}.yaml");
        self.publish(&[(path, config_map(name, value))]).await
    }

    /// Publishes these bytes, whatever they are, under this digest.
    pub async fn publish_bytes(&self, source: &str, bytes: Vec<u8>, digest: &str) -> String {
        let number = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        let name = format!("/{source}/{number}.tar.gz");
        self.files.files.lock().unwrap().insert(name.clone(), bytes);
        let url = format!("http://{}{name}", self.files.address);
        self.announce(source, number, &url, digest).await
    }

    /// Publishes an address, whatever is behind it.
    pub async fn publish_url(&self, source: &str, url: &str) {
        let number = self.revision.fetch_add(1, Ordering::SeqCst) + 1;
        let digest = Algorithm::Sha256.digest(b"").to_string();
        self.announce(source, number, url, &digest).await;
    }

    async fn announce(&self, source: &str, number: u64, url: &str, digest: &str) -> String {
        let revision = format!("main@sha1:{number:040}");
        let artifact = json!({
            "path": "a", "url": url, "revision": revision, "digest": digest,
            "lastUpdateTime": "2026-01-01T00:00:00Z",
        });
        let patch = json!({"status": {"artifact": artifact}});
        self.sources()
            .patch_status(source, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
        revision
    }

    /// Where a file would be served.
    pub fn address_of(&self, file: &str) -> String {
        format!("http://{}/{file}", self.files.address)
    }

    /// Forgets every published file.
    pub fn lose_files(&self) {
        self.files.files.lock().unwrap().clear();
    }

    /// Puts a file in the place of the directory for unpacked artifacts.
    pub fn lose_disk(&self) {
        std::fs::remove_dir_all(self.dir.path()).unwrap();
        std::fs::write(self.dir.path(), "").unwrap();
    }

    /// How many files were asked for.
    pub fn downloads(&self) -> u64 {
        self.files.requests.load(Ordering::SeqCst)
    }

    /// Creates a Kustomization; `spec` is put over sensible fields.
    pub async fn create(&self, name: &str, spec: Value) -> Kustomization {
        let object: Kustomization =
            serde_json::from_value(json!({"metadata": {"name": name}, "spec": self.spec(spec)}))
                .unwrap();
        self.kustomizations()
            .create(&PostParams::default(), &object)
            .await
            .unwrap()
    }

    fn spec(&self, spec: Value) -> Value {
        let mut full = json!({
            "interval": "1h", "retryInterval": "1h", "timeout": "30s", "prune": true, "targetNamespace": self.namespace,
            "sourceRef": {"kind": "GitRepository", "name": "repo"},
        });
        for (key, value) in spec.as_object().unwrap() {
            full[key] = value.clone();
        }
        full
    }

    /// Changes the spec of a Kustomization.
    pub async fn patch(&self, name: &str, spec: Value) {
        let patch = Patch::Merge(json!({ "spec": spec }));
        self.kustomizations()
            .patch(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    /// Asks for a reconciliation.
    pub async fn request(&self, name: &str, token: &str) {
        let patch =
            json!({"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}});
        self.kustomizations()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub async fn delete(&self, name: &str) {
        self.kustomizations()
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }

    pub fn kustomizations(&self) -> Api<Kustomization> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn sources(&self) -> Api<GitRepository> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Waits until the Kustomization has what it takes.
    pub async fn wait(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(&Kustomization) -> bool,
    ) -> Kustomization {
        let found = wait_for(&self.kustomizations(), name, what, LONG, |object| {
            object.is_some_and(&condition)
        })
        .await;
        found.unwrap().unwrap()
    }

    /// Waits until the Kustomization is Ready with this revision.
    pub async fn ready(&self, name: &str, revision: &str) -> Kustomization {
        self.wait(name, &format!("Ready with {revision}"), |object| {
            let status = &object.status;
            condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
                && status.last_applied_revision.as_deref() == Some(revision)
                && Some(status.observed_generation) == object.metadata.generation
        })
        .await
    }

    /// Waits until Ready is False with this reason; its message comes back.
    pub async fn failed(&self, name: &str, reason: &str) -> (Kustomization, String) {
        let object = self
            .wait(name, &format!("not Ready because of {reason}"), |object| {
                condition(object, "Ready")
                    .is_some_and(|ready| ready.0 == "False" && ready.1 == reason)
            })
            .await;
        let message = condition(&object, "Ready").unwrap().2;
        (object, message)
    }

    /// Waits until Ready is False for whatever reason; its message comes back.
    pub async fn failed_somehow(&self, name: &str) -> (Kustomization, String) {
        let failed = |object: &Kustomization| {
            condition(object, "Ready").is_some_and(|ready| ready.0 == "False")
        };
        let object = self.wait(name, "not Ready", failed).await;
        let message = condition(&object, "Ready").unwrap().2;
        (object, message)
    }

    /// Waits until a ConfigMap has what it takes; absent ones have nothing.
    pub async fn config_map(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(Option<&ConfigMap>) -> bool,
    ) {
        wait_for(&self.config_maps(), name, what, LONG, condition)
            .await
            .unwrap();
    }

    /// Waits until the Kustomization is gone.
    pub async fn gone(&self, name: &str) {
        let gone = |object: Option<&Kustomization>| object.is_none();
        wait_for(&self.kustomizations(), name, "gone", LONG, gone)
            .await
            .unwrap();
    }

    /// Whether there is such a ConfigMap now.
    pub async fn exists(&self, name: &str) -> bool {
        self.config_maps().get_opt(name).await.unwrap().is_some()
    }

    /// The resource version of a ConfigMap: it moves with every write.
    pub async fn version(&self, name: &str) -> String {
        let map = self.config_maps().get(name).await.unwrap();
        map.metadata.resource_version.unwrap()
    }

    /// A value of a ConfigMap as it is now.
    pub async fn value(&self, name: &str, key: &str) -> Option<String> {
        let map = self.config_maps().get_opt(name).await.unwrap()?;
        map.data?.get(key).cloned()
    }

    /// Waits until an event about the object with this reason has a message that contains the text.
    pub async fn event(&self, name: &str, reason: &str, text: &str) -> Value {
        let found = |event: &Value| {
            event["involvedObject"]["name"] == name
                && event["reason"] == reason
                && event["message"]
                    .as_str()
                    .is_some_and(|message| message.contains(text))
        };
        let what = format!("{reason} event about {name} with {text:?}");
        self.events
            .wait_for(&what, LONG, |received| found(&received.json()))
            .await
            .unwrap()
            .json()
    }
}

/// Status, reason and message of a condition.
pub fn condition(object: &Kustomization, kind: &str) -> Option<(String, String, String)> {
    let found = object
        .status
        .conditions
        .iter()
        .find(|condition| condition.r#type == kind)?;
    Some((
        found.status.to_string(),
        found.reason.clone(),
        found.message.clone(),
    ))
}

/// The ids in the inventory.
pub fn inventory(object: &Kustomization) -> Vec<String> {
    let entries = object
        .status
        .inventory
        .iter()
        .flat_map(|inventory| &inventory.entries);
    entries.map(|entry| entry.id.clone()).collect()
}

/// A ConfigMap as a manifest.
pub fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: {value}\n")
}

/// A tarball with the given files, and its digest.
pub fn tarball(files: &[(impl AsRef<str>, impl AsRef<str>)]) -> (Vec<u8>, String) {
    let directory = Dir::new("artifact").unwrap();
    for (name, content) in files {
        let path = directory.path().join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, content.as_ref()).unwrap();
    }
    let everything = select::ignore::Matcher::default();
    let mut bytes = Vec::new();
    archive::write(
        &Root::open(directory.path()).unwrap(),
        &everything,
        u64::MAX,
        &mut bytes,
    )
    .unwrap();
    let digest = Algorithm::Sha256.digest(&bytes).to_string();
    (bytes, digest)
}

impl FileServer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap().to_string(),
            ..Self::default()
        };
        let router = Router::new().fallback(serve).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }
}

async fn serve(State(server): State<FileServer>, uri: Uri) -> Response {
    server.requests.fetch_add(1, Ordering::SeqCst);
    match server.files.lock().unwrap().get(uri.path()) {
        Some(bytes) => bytes.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
