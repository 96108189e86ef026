//! What a test works with, whatever the kind: a namespace, the controllers in the process, and what they say.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use artifact::store::Retention;
use artifact::{Algorithm, Store, archive};
use common::context::{Context, Scope};
use common::controller::Limits;
use common::events::{Event, Recorder};
use common::flags::FeatureGates;
use common::jitter::Jitter;
use common::k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use common::kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::{Api, Client, Config, Resource};
use common::metrics::Metrics;
use common::object::Object;
use common::queue::Backoff;
use common::reconcile::Notice;
use common::runtime::client_from;
use crds::meta::{Artifact, Condition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use source_controller::advertise::Advertised;
use source_controller::git_repository::Git;
use source_controller::helm_chart::{self, Charts};
use source_controller::helm_repository::Helm;
use source_controller::oci_repository::Oci;
use source_controller::server;
use source_controller::source::{Budget, Options, Setup};
use source_controller::storage::Storage;
use testing::{ControlPlane, Dir, Heard, wait_for};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Largest index of a Helm repository.
pub const INDEX_LIMIT: u64 = 64 << 10;

/// A kind of this controller.
pub trait Kind:
    Object
    + Resource<DynamicType = (), Scope = common::kube::core::NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + 'static
{
}

impl<K> Kind for K where
    K: Object
        + Resource<DynamicType = (), Scope = common::kube::core::NamespaceResourceScope>
        + Clone
        + Debug
        + Serialize
        + DeserializeOwned
        + Send
        + 'static
{
}

/// Everything around one test but the remote.
pub struct Plane {
    pub client: Client,
    pub namespace: String,
    pub storage_dir: Dir,
    pub options: PlaneOptions,
    recorder: Recorder,
    events: Heard<Event>,
    metrics: Metrics,
    config: Config,
    running: Option<Running>,
}

/// How the controllers of a test are set up.
#[derive(Clone)]
pub struct PlaneOptions {
    pub retention: Retention,
    pub gates: FeatureGates,
    pub budget: Budget,
}

struct Running {
    shutdown: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Plane {
    /// A namespace with running controllers.
    pub async fn new() -> Self {
        let plane = ControlPlane::shared().await;
        let (recorder, events) = Recorder::in_memory();
        let mut world = Self {
            client: plane.client().await,
            namespace: plane.namespace("source").await,
            storage_dir: Dir::new("storage").unwrap(),
            options: PlaneOptions {
                retention: Retention {
                    ttl: Duration::from_mins(1),
                    records: 2,
                },
                gates: FeatureGates::default(),
                budget: Budget::default(),
            },
            recorder,
            events: Heard::new(events),
            metrics: Metrics::new(),
            config: plane_config(plane).await,
            running: None,
        };
        world.start().await;
        world
    }

    /// Starts the controller and its file server.
    pub async fn start(&mut self) {
        let listener = server::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let root = self.storage_dir.path().to_owned();
        let storage = Storage::new(
            Store::open(&root).unwrap(),
            Advertised::new(&address, &address, None).unwrap(),
            Algorithm::Sha256,
            self.options.retention,
        );
        let shutdown = CancellationToken::new();
        let context = Arc::new(Context {
            client: client_from(self.config.clone(), self.metrics.requests()).unwrap(),
            config: self.config.clone(),
            recorder: self.recorder.clone(),
            metrics: self.metrics.clone(),
            gates: self.options.gates.clone(),
            scope: Scope {
                namespace: Some(self.namespace.as_str().into()),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let setup = Setup {
            storage,
            options: Options {
                jitter: Jitter::percent(0),
                requeue_dependency: Duration::from_secs(1),
                temporary: std::env::temp_dir(),
                budget: self.options.budget,
                algorithms: git::ssh::Algorithms::default(),
            },
            context,
            limits: Limits {
                concurrent: 2,
                backoff: Backoff {
                    min: Duration::from_millis(50),
                    max: Duration::from_millis(200),
                },
                // A pass that does not end by itself is to be noticed.
                grace: PATIENCE * 2,
            },
        };
        let helm = Helm {
            index_limit: INDEX_LIMIT,
        };
        let charts = Charts {
            limits: helm_chart::Limits {
                chart: 10 << 20,
                file: 5 << 20,
                index: INDEX_LIMIT,
            },
        };
        let stop = shutdown.clone();
        let tasks = vec![
            tokio::spawn(setup.controller(Git).run()),
            tokio::spawn(setup.controller(Oci).run()),
            tokio::spawn(setup.controller(helm).run()),
            tokio::spawn(setup.controller(charts).run()),
            tokio::spawn(async move { server::serve(listener, root, stop).await.unwrap() }),
        ];
        self.running = Some(Running { shutdown, tasks });
    }

    /// Stops the controller, and waits until it has ended.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown.cancel();
            for task in running.tasks {
                task.await.unwrap();
            }
        }
    }

    pub fn api<K: Kind>(&self) -> Api<K> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Deletes an object, without waiting.
    pub async fn delete<K: Kind>(&self, name: &str) {
        let params = DeleteParams::default();
        self.api::<K>().delete(name, &params).await.unwrap();
    }

    /// Creates an object.
    pub async fn create<K: Kind>(&self, name: &str, spec: Value) {
        let object = json!({
            "apiVersion": K::api_version(&()),
            "kind": K::kind(&()),
            "metadata": { "name": name },
            "spec": spec,
        });
        let object: K = serde_json::from_value(object).unwrap();
        self.api()
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    /// Changes fields of the spec.
    pub async fn change<K: Kind>(&self, name: &str, spec: Value) {
        self.merge::<K>(name, json!({ "spec": spec })).await;
    }

    pub async fn merge<K: Kind>(&self, name: &str, patch: Value) {
        self.api::<K>()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Asks for a pass, and waits until it has ended.
    pub async fn reconcile<K: Kind>(&self, name: &str, token: &str) -> K {
        let annotations = json!({ "reconcile.fluxcd.io/requestedAt": token });
        self.merge::<K>(name, json!({ "metadata": { "annotations": annotations } }))
            .await;
        self.wait(name, "reconciled as asked", |object: &K| {
            object.last_handled_reconcile_at() == Some(token) && has_ended(object)
        })
        .await
    }

    /// Writes to the status, as somebody who should not.
    pub async fn patch_status<K: Kind>(&self, name: &str, patch: Value) {
        let params = PatchParams::default();
        self.api::<K>()
            .patch_status(name, &params, &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub async fn wait<K: Kind>(&self, name: &str, what: &str, condition: impl Fn(&K) -> bool) -> K {
        let holds = |object: Option<&K>| object.is_some_and(&condition);
        wait_for(&self.api(), name, what, PATIENCE, holds)
            .await
            .unwrap()
            .unwrap()
    }

    /// Waits as well, and returns what there was instead when that takes too long.
    pub async fn try_wait<K: Kind>(
        &self,
        name: &str,
        patience: Duration,
        condition: impl Fn(&K) -> bool,
    ) -> Result<K, String> {
        let holds = |object: Option<&K>| object.is_some_and(&condition);
        match wait_for(&self.api(), name, "as expected", patience, holds).await {
            Ok(object) => Ok(object.unwrap()),
            Err(timeout) => Err(timeout.to_string()),
        }
    }

    pub async fn wait_gone<K: Kind>(&self, name: &str) {
        wait_for(&self.api::<K>(), name, "gone", PATIENCE, |object| {
            object.is_none()
        })
        .await
        .unwrap();
    }

    /// Waits until the object is Ready at its generation.
    pub async fn wait_ready<K: Kind>(&self, name: &str) -> K {
        self.wait(name, "Ready", |object: &K| {
            is(object, "Ready", "True") && object.generation() == object.observed_generation()
        })
        .await
    }

    /// Waits until a pass has ended with Ready False for this reason; the next one may be under way.
    pub async fn wait_failed<K: Kind>(&self, name: &str, reason: &str) -> K {
        self.wait(name, &format!("not Ready for {reason}"), |object: &K| {
            let failed = find(object, "Ready")
                .is_some_and(|c| c.status.to_string() == "False" && c.reason == reason);
            failed && has_ended(object)
        })
        .await
    }

    pub async fn secret(&self, name: &str, data: Value) {
        self.secret_of("Opaque", name, data).await;
    }

    /// A Secret with credentials for registries.
    pub async fn docker_secret(&self, name: &str, config: &str) {
        let data = json!({ ".dockerconfigjson": config });
        self.secret_of("kubernetes.io/dockerconfigjson", name, data)
            .await;
    }

    async fn secret_of(&self, kind: &str, name: &str, data: Value) {
        let secret = json!({ "metadata": { "name": name }, "type": kind, "stringData": data });
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let secret: Secret = serde_json::from_value(secret).unwrap();
        let params = PatchParams::apply("test").force();
        secrets
            .patch(name, &params, &Patch::Apply(&secret))
            .await
            .unwrap();
    }

    /// A ServiceAccount with these pull secrets.
    pub async fn service_account(&self, name: &str, secrets: &[&str]) {
        let secrets: Vec<Value> = secrets.iter().map(|name| json!({ "name": name })).collect();
        let account = json!({ "metadata": { "name": name }, "imagePullSecrets": secrets });
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client.clone(), &self.namespace);
        let account: ServiceAccount = serde_json::from_value(account).unwrap();
        let params = PatchParams::apply("test").force();
        accounts
            .patch(name, &params, &Patch::Apply(&account))
            .await
            .unwrap();
    }

    /// The file of an artifact in the storage.
    pub fn file(&self, artifact: &Artifact) -> PathBuf {
        self.storage_dir.path().join(&artifact.path)
    }

    /// Whether anything of the object is in the storage.
    pub fn has_files<K: Kind>(&self, object: &K) -> bool {
        let kind = K::kind(&()).to_lowercase();
        let name = object.meta().name.clone().unwrap_or_default();
        let directory = self
            .storage_dir
            .path()
            .join(kind)
            .join(&self.namespace)
            .join(name);
        std::fs::read_dir(directory).is_ok_and(|files| {
            let mut names = files.map(|file| file.unwrap().file_name());
            names.any(|name| !name.to_string_lossy().ends_with(".lock"))
        })
    }

    /// Paths of the files in an artifact.
    pub fn files(&self, artifact: &Artifact) -> Vec<String> {
        let unpacked = Dir::new("unpacked").unwrap();
        let bytes = std::fs::read(self.file(artifact)).unwrap();
        archive::extract(
            bytes.as_slice(),
            unpacked.path(),
            None,
            &archive::Limits::default(),
        )
        .unwrap();
        let mut found = Vec::new();
        let mut open = vec![unpacked.path().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let path = path.strip_prefix(unpacked.path()).unwrap();
                    found.push(path.to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// Reason, notice and message of the events so far.
    pub fn events(&self) -> Vec<(String, Notice, String)> {
        let events = self.events.so_far().into_iter();
        events.map(|e| (e.reason, e.notice, e.message)).collect()
    }

    /// Waits for such an event.
    pub async fn told(&self, reason: &str, notice: Notice, message: &str) {
        self.told_that(&format!("{reason} {notice:?} {message}"), |event| {
            event.reason == reason && event.notice == notice && event.message == message
        })
        .await;
    }

    /// Waits until the events so far fulfil a condition.
    pub async fn wait_events(&self, what: &str, condition: impl Fn(&[Event]) -> bool) {
        self.events.wait(what, PATIENCE, condition).await.unwrap();
    }

    /// Waits for an event.
    pub async fn told_that(&self, what: &str, condition: impl Fn(&Event) -> bool) -> Event {
        self.events.find(what, PATIENCE, condition).await.unwrap()
    }

    pub fn forget_events(&self) {
        self.events.forget();
    }

    /// Requests of the controller to the API server that were answered so far. What an event or a watch tells of a pass
    /// comes before the last of them: see [`Self::settled`].
    pub fn api_requests(&self) -> u64 {
        self.metrics.requests().total()
    }

    /// Waits until no pass is under way.
    pub async fn settled(&self) {
        let metrics = || self.metrics();
        testing::wait::settled(PATIENCE, metrics).await.unwrap();
    }

    /// All metrics, as they are scraped.
    pub fn metrics(&self) -> String {
        self.metrics.render()
    }
}

async fn plane_config(plane: &ControlPlane) -> Config {
    let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .unwrap()
}

/// A condition of the object.
pub fn find<'a>(object: &'a impl Object, kind: &str) -> Option<&'a Condition> {
    common::conditions::find(object.conditions(), kind)
}

/// Whether the object has the condition with the status.
pub fn is(object: &impl Object, kind: &str, status: &str) -> bool {
    find(object, kind).is_some_and(|condition| condition.status.to_string() == status)
}

/// Whether the status is that of a pass that has ended: at the start of the next one it says `Progressing`.
pub fn has_ended(object: &impl Object) -> bool {
    find(object, "Reconciling").is_none_or(|condition| condition.reason != "Progressing")
}

/// Reason and message of a condition.
pub fn says(object: &impl Object, kind: &str) -> (String, String) {
    let condition =
        find(object, kind).unwrap_or_else(|| panic!("no {kind}: {:?}", object.conditions()));
    (condition.reason.clone(), condition.message.clone())
}

/// Adds fields to an object.
pub fn merge(target: &mut Value, more: Value) {
    if let (Some(target), Value::Object(more)) = (target.as_object_mut(), more) {
        target.extend(more);
    }
}
