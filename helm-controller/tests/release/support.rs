//! What every scenario needs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artifact::Algorithm;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use common::context::{Context, Scope};
use common::events::{Delivery, Recorder, Settings as EventSettings};
use common::flags::{self, FeatureGates};
use common::k8s_openapi::api::batch::v1::Job;
use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::{Api, Client, Config};
use common::metrics::Metrics;
use common::runtime::client_from;
use crds::helm::HelmRelease;
use crds::source::HelmChart;
use helm::release::Release;
use helm_controller::args::{Args, GATES};
use helm_controller::helm_release::{Settings, controller};
use serde_json::{Value, json};
use testing::http::Sink;
use testing::{ControlPlane, Parts, wait_for};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const LONG: Duration = Duration::from_mins(3);

/// A namespace with a HelmChart named `chart`, and a controller that looks at that namespace alone.
pub struct Fixture {
    pub namespace: String,
    pub client: Client,
    pub events: Sink,
    files: FileServer,
    number: AtomicU64,
    args: Args,
    config: Config,
    metrics: Metrics,
    running: Option<Running>,
}

/// A controller in the process.
struct Running {
    shutdown: CancellationToken,
    task: JoinHandle<()>,
    delivery: Delivery,
}

impl Running {
    async fn stop(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
        self.delivery.flush(LONG).await;
    }
}

static PLANE: OnceCell<ControlPlane> = OnceCell::const_new();

/// The control plane of this test binary: pods become ready in it, and Jobs complete.
async fn plane() -> &'static ControlPlane {
    let start = || async {
        let plane = ControlPlane::start(Parts::Pods).await.unwrap();
        plane.install_crds().await.unwrap();
        plane
    };
    PLANE.get_or_init(start).await
}

/// The kubeconfig of the control plane.
pub async fn kubeconfig() -> &'static Path {
    plane().await.kubeconfig_path()
}

impl Fixture {
    /// With the default flags.
    pub async fn new(name: &str) -> Self {
        Self::with_flags(name, &[]).await
    }

    /// One in which the release `web` of the chart with [`MAP`] is Ready.
    pub async fn released(name: &str) -> Self {
        let fixture = Self::new(name).await;
        fixture.publish("1.0.0", &[MAP]).await;
        fixture.create("web", json!({})).await;
        fixture.ready("web", "1.0.0").await;
        fixture
    }

    pub async fn with_flags(name: &str, more: &[&str]) -> Self {
        let plane = plane().await;
        let namespace = plane.namespace(name).await;
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
        let mut line = vec!["helm-controller", "--http-retry=0"];
        line.extend(more);
        let args: Args = flags::parse_from(line).unwrap();
        let metrics = Metrics::new();
        let client = client_from(config.clone(), Metrics::new().requests()).unwrap();
        let mut fixture = Self {
            client,
            files: FileServer::start().await,
            number: AtomicU64::new(0),
            namespace,
            events: Sink::start().await.unwrap(),
            args,
            config,
            metrics,
            running: None,
        };
        fixture.start();
        fixture.chart_object("chart").await;
        fixture
    }

    fn start(&mut self) {
        let mut gates = FeatureGates::new(GATES);
        for flag in &self.args.common.feature_gates {
            gates = gates.with(flag).unwrap();
        }
        let client = client_from(self.config.clone(), self.metrics.requests()).unwrap();
        let event_settings = EventSettings {
            controller: "helm-controller".to_owned(),
            instance: "test".to_owned(),
            address: format!("{}/", self.events.url()),
        };
        let (recorder, delivery) = Recorder::start(client.clone(), &event_settings).unwrap();
        let shutdown = CancellationToken::new();
        let context = Arc::new(Context {
            client,
            config: self.config.clone(),
            recorder,
            metrics: self.metrics.clone(),
            gates,
            scope: Scope {
                namespace: Some(self.namespace.as_str().into()),
                configs_label_selector: self.args.common.watch.configs_label_selector.clone(),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let settings = Settings::new(&self.args, &context).unwrap();
        let task = tokio::spawn(controller(settings, &context, &self.args).run());
        self.running = Some(Running {
            shutdown,
            task,
            delivery,
        });
    }

    /// Ends the controller in good order.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Ends the controller where it stands, as a SIGKILL does.
    pub async fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            running.task.abort();
            let _ = running.task.await;
        }
    }

    /// Starts another controller.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    /// Requests of the controller so far, without watches and events, once no pass is under way.
    pub async fn requests(&self) -> u64 {
        let metrics = || self.metrics.render();
        testing::wait::settled(LONG, metrics).await.unwrap();
        self.metrics.requests().total()
    }

    /// Makes a HelmChart that has nothing yet.
    pub async fn chart_object(&self, name: &str) {
        let object = json!({
            "metadata": {"name": name},
            "spec": {"chart": name, "interval": "1h", "sourceRef": {"kind": "HelmRepository", "name": "repo"}},
        });
        let object: HelmChart = serde_json::from_value(object).unwrap();
        self.charts()
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    /// Publishes a chart as the next artifact of the HelmChart `chart`.
    pub async fn publish(&self, version: &str, files: &[(&str, &str)]) {
        self.publish_as("chart", version, files).await;
    }

    /// Publishes a chart as the next artifact of a HelmChart.
    pub async fn publish_as(&self, object: &str, version: &str, files: &[(&str, &str)]) {
        let bytes = package("demo", version, files);
        self.publish_bytes(object, version, bytes).await;
    }

    /// Publishes these bytes, whatever they are.
    pub async fn publish_bytes(&self, object: &str, version: &str, bytes: Vec<u8>) {
        let digest = Algorithm::Sha256.digest(&bytes).to_string();
        let number = self.number.fetch_add(1, Ordering::SeqCst) + 1;
        let name = format!("/{object}/{number}.tgz");
        self.files.files.lock().unwrap().insert(name.clone(), bytes);
        let generation = self.charts().get(object).await.unwrap().metadata.generation;
        let artifact = json!({
            "path": name, "url": format!("http://{}{name}", self.files.address), "revision": version,
            "digest": digest, "lastUpdateTime": "2026-01-01T00:00:00Z",
        });
        let patch = json!({"status": {"artifact": artifact, "observedGeneration": generation}});
        self.charts()
            .patch_status(object, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Forgets every published file.
    pub fn lose_files(&self) {
        self.files.files.lock().unwrap().clear();
    }

    /// Creates a HelmRelease; `spec` is put over sensible fields.
    pub async fn create(&self, name: &str, spec: Value) -> HelmRelease {
        let mut full = json!({
            "interval": "1h", "timeout": "1m", "chartRef": {"kind": "HelmChart", "name": "chart"},
        });
        for (key, value) in spec.as_object().unwrap() {
            full[key] = value.clone();
        }
        if full.get("chart").is_some() {
            full.as_object_mut().unwrap().remove("chartRef");
        }
        let object = json!({"metadata": {"name": name}, "spec": full});
        let object: HelmRelease = serde_json::from_value(object).unwrap();
        self.releases()
            .create(&PostParams::default(), &object)
            .await
            .unwrap()
    }

    /// Changes the spec of a HelmRelease.
    pub async fn patch(&self, name: &str, spec: Value) {
        self.merge(name, json!({"spec": spec})).await;
    }

    /// Sets annotations of a HelmRelease.
    pub async fn annotate(&self, name: &str, annotations: Value) {
        self.merge(name, json!({"metadata": {"annotations": annotations}}))
            .await;
    }

    async fn merge(&self, name: &str, patch: Value) {
        self.releases()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Asks for a reconciliation and waits until it was answered.
    pub async fn reconcile(&self, name: &str, token: &str) -> HelmRelease {
        self.annotate(name, json!({"reconcile.fluxcd.io/requestedAt": token}))
            .await;
        self.wait(name, &format!("request {token} handled"), |object| {
            object.status.last_handled_reconcile_at.as_deref() == Some(token)
        })
        .await
    }

    pub async fn delete(&self, name: &str) {
        self.releases()
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }

    pub fn releases(&self) -> Api<HelmRelease> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn charts(&self) -> Api<HelmChart> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub fn secrets(&self) -> Api<Secret> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The stored revisions of a release, the oldest first.
    pub async fn stored(&self, release: &str) -> Vec<Release> {
        let selector = format!("owner=helm,name={release}");
        let found = self
            .secrets()
            .list(&ListParams::default().labels(&selector))
            .await
            .unwrap();
        let mut releases: Vec<Release> = found
            .items
            .iter()
            .map(|secret| {
                let labels = secret.metadata.labels.clone().unwrap();
                let payload = &secret.data.as_ref().unwrap()["release"].0;
                Release::from_stored(payload, &labels).unwrap()
            })
            .collect();
        releases.sort_by_key(|release| release.version);
        releases
    }

    /// Version, status and description of the stored revisions.
    pub async fn revisions(&self, release: &str) -> Vec<(i64, String, String)> {
        let stored = self.stored(release).await;
        stored
            .into_iter()
            .map(|release| {
                let info = release.info;
                (release.version, info.status.to_string(), info.description)
            })
            .collect()
    }

    /// Waits until the HelmRelease has what it takes.
    pub async fn wait(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(&HelmRelease) -> bool,
    ) -> HelmRelease {
        let found = wait_for(&self.releases(), name, what, LONG, |object| {
            object.is_some_and(&condition)
        })
        .await;
        match found {
            Ok(object) => object.unwrap(),
            Err(error) => {
                let now = self.releases().get_opt(name).await.unwrap();
                panic!("{error}\n{:#?}", now.map(|object| object.status));
            }
        }
    }

    /// Waits until the HelmRelease is Ready with this generation of its spec and this version of its chart.
    pub async fn ready(&self, name: &str, version: &str) -> HelmRelease {
        self.wait(name, &format!("Ready with {version}"), |object| {
            condition(object, "Ready").is_some_and(|ready| ready.0 == "True")
                && object.status.last_attempted_revision.as_deref() == Some(version)
                && Some(object.status.observed_generation) == object.metadata.generation
        })
        .await
    }

    /// Waits until Ready is False with this reason; its message comes back.
    pub async fn failed(&self, name: &str, reason: &str) -> (HelmRelease, String) {
        let object = self
            .wait(name, &format!("not Ready because of {reason}"), |object| {
                condition(object, "Ready")
                    .is_some_and(|ready| ready.0 == "False" && ready.1 == reason)
            })
            .await;
        let message = condition(&object, "Ready").unwrap().2;
        (object, message)
    }

    /// Waits until the Job of [`NEVER`] is there, which ends no action by itself; gives the Jobs.
    pub async fn at_the_wait(&self) -> Api<Job> {
        let jobs: Api<Job> = Api::namespaced(self.client.clone(), &self.namespace);
        wait_for(&jobs, "never", "applied", LONG, |job| job.is_some())
            .await
            .unwrap();
        jobs
    }

    /// Waits until the HelmRelease is gone.
    pub async fn gone(&self, name: &str) {
        let gone = |object: Option<&HelmRelease>| object.is_none();
        wait_for(&self.releases(), name, "gone", LONG, gone)
            .await
            .unwrap();
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
pub fn condition(object: &HelmRelease, kind: &str) -> Option<(String, String, String)> {
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

/// Version, status and action of the snapshots in the history, the newest first.
pub fn history(object: &HelmRelease) -> Vec<(i64, String, Option<String>)> {
    let snapshots = object.status.history.iter();
    snapshots
        .map(|snapshot| {
            let action = snapshot.action.clone();
            (snapshot.version, snapshot.status.clone(), action)
        })
        .collect()
}

/// A ConfigMap template that shows a value and the revision.
pub const MAP: (&str, &str) = (
    "templates/map.yaml",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-map\ndata:\n  \
     value: {{ .Values.value | quote }}\n  revision: {{ .Release.Revision | quote }}\n",
);

/// A Deployment of one pod, which kwok makes ready.
pub const DEPLOYMENT: (&str, &str) = (
    "templates/deployment.yaml",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {app: web}}\n  \
     template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - name: main\n        \
     image: example.com/none:{{ .Values.value }}\n",
);
/// A Service for it.
pub const SERVICE: (&str, &str) = (
    "templates/service.yaml",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n",
);

/// A Job whose pods never begin: an action that applies it waits.
pub const NEVER: (&str, &str) = (
    "templates/never.yaml",
    "{{ if .Values.stuck }}apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: never\nspec:\n  parallelism: 0\n  template:\n    \
     spec:\n      restartPolicy: Never\n      containers:\n      - name: main\n        image: example.com/none\n{{ end }}",
);

/// A packaged chart with a `values.yaml` that says `value: default`, and these files.
pub fn package(name: &str, version: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut all = files.to_vec();
    if !files.iter().any(|(path, _)| *path == "values.yaml") {
        all.push(("values.yaml", "value: default\n"));
    }
    testing::charts::package(name, version, &all).unwrap()
}

/// Serves files by name.
#[derive(Clone, Default)]
struct FileServer {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    address: String,
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
    match server.files.lock().unwrap().get(uri.path()) {
        Some(bytes) => bytes.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
