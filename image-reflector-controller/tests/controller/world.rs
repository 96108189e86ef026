//! What a test works with: a namespace, a registry, the controller in the process, and what it says.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use common::context::{Context, Scope};
use common::events::{Event, Recorder};
use common::flags::{self, FeatureGates};
use common::k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use common::kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::core::NamespaceResourceScope;
use common::kube::{Api, Client, Config, Resource};
use common::metrics::Metrics;
use common::object::Object;
use common::reconcile::Notice;
use common::runtime::client_from;
use crds::image::{ImagePolicy, ImageRepository};
use image_reflector_controller::args::{Args, GATES};
use image_reflector_controller::controllers;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testing::registry::{Artifact, Options, Registry};
use testing::{ControlPlane, Dir, Heard, wait_for};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// A kind of this controller.
pub trait Kind:
    Object
    + Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + 'static
{
}

impl Kind for ImageRepository {}
impl Kind for ImagePolicy {}

/// Everything around one test.
pub struct World {
    pub client: Client,
    pub namespace: String,
    pub registry: Registry,
    pub storage: Dir,
    flags: Vec<String>,
    config: Config,
    metrics: Metrics,
    recorder: Recorder,
    events: Heard<Event>,
    running: Option<(CancellationToken, Vec<JoinHandle<()>>)>,
}

impl World {
    /// With an empty registry for everybody.
    pub async fn new() -> Self {
        Self::with(Options::default(), &[]).await
    }

    pub async fn with(registry: Options, flags: &[&str]) -> Self {
        let plane = ControlPlane::shared().await;
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
        let (recorder, events) = Recorder::in_memory();
        let mut world = Self {
            client: plane.client().await,
            namespace: plane.namespace("image").await,
            registry: Registry::start_with(registry).await.unwrap(),
            storage: Dir::new("tags").unwrap(),
            flags: flags.iter().map(ToString::to_string).collect(),
            config: Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                .await
                .unwrap(),
            metrics: Metrics::new(),
            recorder,
            events: Heard::new(events),
            running: None,
        };
        world.start();
        world
    }

    /// Starts the controller.
    pub fn start(&mut self) {
        let storage = format!("--storage-path={}", self.storage.path().display());
        let line = [
            "image-reflector-controller",
            "--min-retry-delay=50ms",
            "--max-retry-delay=200ms",
            "--requeue-dependency=1s",
            &storage,
        ];
        let line = line
            .into_iter()
            .chain(self.flags.iter().map(String::as_str));
        let args: Args = flags::parse_from(line).unwrap();
        let mut gates = FeatureGates::new(GATES);
        for flag in &args.common.feature_gates {
            gates = gates.with(flag).unwrap();
        }
        let shutdown = CancellationToken::new();
        let context = Arc::new(Context {
            client: client_from(self.config.clone(), self.metrics.requests()).unwrap(),
            config: self.config.clone(),
            recorder: self.recorder.clone(),
            metrics: self.metrics.clone(),
            gates,
            scope: Scope {
                namespace: Some(self.namespace.as_str().into()),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let (repositories, policies) = controllers(&args, &context).unwrap();
        let tasks = vec![
            tokio::spawn(repositories.run()),
            tokio::spawn(policies.run()),
        ];
        self.running = Some((shutdown, tasks));
    }

    /// Stops the controller, and waits until it has ended.
    pub async fn stop(&mut self) {
        if let Some((shutdown, tasks)) = self.running.take() {
            shutdown.cancel();
            for task in tasks {
                task.await.unwrap();
            }
        }
    }

    /// The image of a repository in the registry, as specs name it.
    pub fn image(&self, repository: &str) -> String {
        format!("{}/{repository}", self.registry.host())
    }

    /// Pushes an image under each of these tags, and returns the digest.
    pub async fn push(&self, repository: &str, tags: &[&str], content: &str) -> String {
        let image = Artifact::of("application/vnd.oci.image.layer.v1.tar", content.into());
        let (first, more) = tags.split_first().unwrap();
        let digest = self.registry.push(repository, first, &image).await;
        self.registry.tag(repository, more, &image).await.unwrap();
        digest.unwrap()
    }

    pub fn api<K: Kind>(&self) -> Api<K> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Creates an ImageRepository for the image of the same name.
    pub async fn repository(&self, name: &str, more: Value) {
        let mut spec = json!({"image": self.image(name), "interval": "1h"});
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.create::<ImageRepository>(name, spec).await;
    }

    /// Creates an ImagePolicy for the repository `app`.
    pub async fn policy(&self, name: &str, more: Value) {
        let mut spec = json!({"imageRepositoryRef": {"name": "app"}});
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.create::<ImagePolicy>(name, spec).await;
    }

    pub async fn create<K: Kind>(&self, name: &str, spec: Value) {
        let object = json!({
            "apiVersion": K::api_version(&()), "kind": K::kind(&()), "metadata": {"name": name}, "spec": spec,
        });
        let object: K = serde_json::from_value(object).unwrap();
        self.api()
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    pub async fn change<K: Kind>(&self, name: &str, spec: Value) {
        self.merge::<K>(name, json!({ "spec": spec })).await;
    }

    pub async fn merge<K: Kind>(&self, name: &str, patch: Value) {
        self.api::<K>()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    pub async fn delete<K: Kind>(&self, name: &str) {
        let params = DeleteParams::default();
        self.api::<K>().delete(name, &params).await.unwrap();
        wait_for(&self.api::<K>(), name, "gone", PATIENCE, |object| {
            object.is_none()
        })
        .await
        .unwrap();
    }

    /// Asks for a pass, and waits until it has ended.
    pub async fn reconcile<K: Kind>(&self, name: &str, token: &str) -> K {
        let annotations = json!({"reconcile.fluxcd.io/requestedAt": token});
        self.merge::<K>(name, json!({"metadata": {"annotations": annotations}}))
            .await;
        self.wait(name, "reconciled as asked", |object: &K| {
            object.last_handled_reconcile_at() == Some(token) && has_ended(object)
        })
        .await
    }

    pub async fn wait<K: Kind>(&self, name: &str, what: &str, condition: impl Fn(&K) -> bool) -> K {
        let holds = |object: Option<&K>| object.is_some_and(&condition);
        wait_for(&self.api(), name, what, PATIENCE, holds)
            .await
            .unwrap()
            .unwrap()
    }

    /// Waits until the object is Ready at its generation.
    pub async fn wait_ready<K: Kind>(&self, name: &str) -> K {
        self.wait(name, "Ready", |object: &K| {
            let ready = condition(object, "Ready").0 == "True";
            ready && object.generation() == object.observed_generation()
        })
        .await
    }

    /// Waits until a pass has ended with Ready False for this reason, and returns what it says.
    pub async fn wait_failed<K: Kind>(&self, name: &str, reason: &str) -> (K, String) {
        let what = format!("not Ready for {reason}");
        let object = self
            .wait(name, &what, |object: &K| {
                let (status, found, _) = condition(object, "Ready");
                status == "False" && found == reason && has_ended(object)
            })
            .await;
        let message = condition(&object, "Ready").2;
        (object, message)
    }

    /// Waits until a policy has chosen a tag.
    pub async fn wait_tag(&self, name: &str, tag: &str) -> ImagePolicy {
        let what = format!("at tag {tag}");
        self.wait(name, &what, |policy: &ImagePolicy| {
            let latest = policy.status.latest_ref.as_ref();
            latest.is_some_and(|latest| latest.tag == tag)
        })
        .await
    }

    pub async fn secret(&self, kind: &str, name: &str, data: Value) {
        let secret = json!({"metadata": {"name": name}, "type": kind, "stringData": data});
        let secret: Secret = serde_json::from_value(secret).unwrap();
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = PatchParams::apply("test").force();
        secrets
            .patch(name, &params, &Patch::Apply(&secret))
            .await
            .unwrap();
    }

    /// A Secret with credentials for registries.
    pub async fn docker_secret(&self, name: &str, config: &str) {
        let data = json!({".dockerconfigjson": config});
        self.secret("kubernetes.io/dockerconfigjson", name, data)
            .await;
    }

    /// A ServiceAccount with this pull secret.
    pub async fn service_account(&self, name: &str, secret: &str) {
        let account = json!({"metadata": {"name": name}, "imagePullSecrets": [{"name": secret}]});
        let account: ServiceAccount = serde_json::from_value(account).unwrap();
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client.clone(), &self.namespace);
        let params = PatchParams::apply("test").force();
        accounts
            .patch(name, &params, &Patch::Apply(&account))
            .await
            .unwrap();
    }

    /// Waits for an event about an object, and returns its message.
    pub async fn told(&self, name: &str, notice: Notice, reason: &str, starts: &str) -> String {
        let wanted = |event: &Event| {
            event.involved.name == name
                && event.notice == notice
                && event.reason == reason
                && event.message.starts_with(starts)
        };
        let what = format!("{reason} about {name} that begins with {starts:?}");
        let found = self.events.find(&what, PATIENCE, wanted).await;
        found.unwrap().message
    }

    /// How often the tags of a repository were asked for.
    pub fn scans(&self, repository: &str) -> usize {
        let path = format!("/v2/{repository}/tags/list?n=1000");
        let requests = self.registry.requests().unwrap();
        requests.iter().filter(|one| one.path == path).count()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some((shutdown, _)) = &self.running {
            shutdown.cancel();
        }
    }
}

/// Whether the status is that of a pass that has ended: at the start of the next one it says `Progressing`.
fn has_ended<K: Object>(object: &K) -> bool {
    condition(object, "Reconciling").1 != "Progressing"
}

/// Status, reason and message of a condition; empty when it is not there.
pub fn condition<K: Object>(object: &K, kind: &str) -> (String, String, String) {
    common::conditions::find(object.conditions(), kind).map_or_else(Default::default, |found| {
        (
            found.status.to_string(),
            found.reason.clone(),
            found.message.clone(),
        )
    })
}
