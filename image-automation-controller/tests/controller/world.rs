//! A namespace with policies and a repository, and the controller in the process.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use common::access::CrossNamespace;
use common::context::{Context, Scope};
use common::controller::Limits;
use common::events::{Event, Recorder};
use common::flags::FeatureGates;
use common::jitter::Jitter;
use common::k8s_openapi::api::core::v1::Secret;
use common::kube::api::{Patch, PatchParams, PostParams};
use common::kube::config::{KubeConfigOptions, Kubeconfig};
use common::kube::core::NamespaceResourceScope;
use common::kube::{Api, Client, Config, Resource};
use common::metrics::Metrics;
use common::object::Object;
use common::queue::Backoff;
use common::reconcile::Notice;
use common::runtime::client_from;
use crds::image::{ImagePolicy, ImageUpdateAutomation};
use crds::source::GitRepository;
use image_automation_controller::args::GATES;
use image_automation_controller::automation::{Automations, Options, watch};
use image_automation_controller::checkout::{Base, Force};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testing::git::{Repository, Server};
use testing::{ControlPlane, Heard, wait_for};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// The name of the automation, of the policy and of the image.
pub const NAME: &str = "app";

pub struct World {
    pub namespace: String,
    pub git: Server,
    pub repository: Repository,
    pub client: Client,
    pub options: Options,
    config: Config,
    recorder: Recorder,
    events: Heard<Event>,
    running: Option<(CancellationToken, JoinHandle<()>)>,
}

impl World {
    /// A repository whose `app.yaml` has version 1 of the image, a policy that chose version 2, and no automation.
    pub async fn new() -> Self {
        Self::with(CrossNamespace::Allowed).await
    }

    pub async fn with(cross_namespace: CrossNamespace) -> Self {
        let plane = ControlPlane::shared().await;
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig_path()).unwrap();
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        let git = Server::start().await.unwrap();
        let (recorder, events) = Recorder::in_memory();
        let mut world = Self {
            namespace: plane.namespace("automation").await,
            repository: git.create("r").unwrap(),
            git,
            client: plane.client().await,
            options: Options {
                jitter: Jitter::percent(0),
                cross_namespace,
                algorithms: git::ssh::Algorithms::default(),
                temporary: std::env::temp_dir(),
                base: Base::Remote,
                force: Force::Allowed,
            },
            config: config.unwrap(),
            recorder,
            events: Heard::new(events),
            running: None,
        };
        world.commit(&[("app.yaml", &world.file("1", "\n"))]);
        world.source(json!({ "url": world.git.url("r") })).await;
        world.policy(NAME, "2").await;
        world.start();
        world
    }

    pub fn start(&mut self) {
        let shutdown = CancellationToken::new();
        let metrics = Metrics::new();
        let context = Arc::new(Context {
            client: client_from(self.config.clone(), metrics.requests()).unwrap(),
            config: self.config.clone(),
            recorder: self.recorder.clone(),
            metrics,
            gates: FeatureGates::new(GATES),
            scope: Scope {
                namespace: Some(self.namespace.as_str().into()),
                ..Scope::default()
            },
            shutdown: shutdown.clone(),
        });
        let limits = Limits {
            concurrent: 2,
            backoff: Backoff {
                min: Duration::from_millis(50),
                max: Duration::from_millis(200),
            },
            grace: PATIENCE * 2,
        };
        let automations = Automations::new(self.options.clone());
        let controller = watch::controller(automations, context, limits);
        self.running = Some((shutdown, tokio::spawn(controller.run())));
    }

    /// Ends the controller at once, wherever it is.
    pub fn kill(&mut self) {
        if let Some((shutdown, task)) = self.running.take() {
            shutdown.cancel();
            task.abort();
        }
    }

    /// The text of a file with a marker for the policy.
    pub fn file(&self, tag: &str, line_end: &str) -> String {
        format!(
            "spec:{line_end}  image: 'h.test/app:{tag}' # {{\"$imagepolicy\": \"{}:{NAME}\"}}{line_end}",
            self.namespace
        )
    }

    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        let mut commit = self.repository.commit("main");
        for (path, text) in files {
            commit = commit.file(path, text);
        }
        commit.write().unwrap()
    }

    /// A file at a revision, byte for byte but for the last line end.
    pub fn content(&self, revision: &str, path: &str) -> String {
        self.repository
            .git(["show", &format!("{revision}:{path}")])
            .unwrap()
    }

    /// How many commits lead to a revision.
    pub fn count(&self, revision: &str) -> usize {
        let count = self
            .repository
            .git(["rev-list", "--count", revision])
            .unwrap();
        count.parse().unwrap()
    }

    pub fn hook(&self, name: &str, script: &str) {
        self.repository.hook(name, script).unwrap();
    }

    fn api<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn put<K>(&self, name: &str, spec: Value)
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + Serialize
            + DeserializeOwned,
    {
        let object = json!({
            "apiVersion": K::api_version(&()),
            "kind": K::kind(&()),
            "metadata": { "name": name, "labels": { "name": name } },
            "spec": spec,
        });
        let object: K = serde_json::from_value(object).unwrap();
        let api = self.api::<K>();
        api.create(&PostParams::default(), &object).await.unwrap();
    }

    /// The GitRepository, that follows `main`.
    async fn source(&self, more: Value) {
        let mut spec = json!({ "interval": "1h", "ref": { "branch": "main" } });
        merge(&mut spec, more);
        self.put::<GitRepository>("repo", spec).await;
    }

    pub async fn change_source(&self, spec: Value) {
        let api = self.api::<GitRepository>();
        let patch = Patch::Merge(json!({ "spec": spec }));
        api.patch("repo", &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    /// A policy that chose a tag.
    pub async fn policy(&self, name: &str, tag: &str) {
        let spec = json!({ "imageRepositoryRef": { "name": name }, "policy": { "semver": { "range": "*" } } });
        self.put::<ImagePolicy>(name, spec).await;
        self.choose(name, tag).await;
    }

    pub async fn choose(&self, name: &str, tag: &str) {
        let latest = json!({ "name": format!("h.test/{name}"), "tag": tag });
        let patch = Patch::Merge(json!({ "status": { "latestRef": latest } }));
        let api = self.api::<ImagePolicy>();
        api.patch_status(name, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    /// Creates the automation, with more fields of the spec.
    pub async fn automate(&self, more: Value) {
        let mut spec = json!({
            "interval": "1h",
            "sourceRef": { "kind": "GitRepository", "name": "repo" },
            "git": git_spec(json!({})),
        });
        merge(&mut spec, more);
        self.put::<ImageUpdateAutomation>(NAME, spec).await;
    }

    pub async fn change(&self, patch: Value) {
        let api = self.api::<ImageUpdateAutomation>();
        let patch = Patch::Merge(patch);
        api.patch(NAME, &PatchParams::default(), &patch)
            .await
            .unwrap();
    }

    /// Asks for a pass, and waits until it has ended.
    pub async fn reconcile(&self, token: &str) -> ImageUpdateAutomation {
        self.change(
            json!({ "metadata": { "annotations": { "reconcile.fluxcd.io/requestedAt": token } } }),
        )
        .await;
        self.wait("reconciled as asked", |object| {
            object.last_handled_reconcile_at() == Some(token) && has_ended(object)
        })
        .await
    }

    pub async fn secret(&self, name: &str, data: Value) {
        let secret = json!({ "metadata": { "name": name }, "stringData": data });
        let secret: Secret = serde_json::from_value(secret).unwrap();
        let params = PatchParams::apply("test").force();
        let api = self.api::<Secret>();
        api.patch(name, &params, &Patch::Apply(&secret))
            .await
            .unwrap();
    }

    pub async fn wait(
        &self,
        what: &str,
        condition: impl Fn(&ImageUpdateAutomation) -> bool,
    ) -> ImageUpdateAutomation {
        let holds = |object: Option<&ImageUpdateAutomation>| object.is_some_and(&condition);
        wait_for(&self.api(), NAME, what, PATIENCE, holds)
            .await
            .unwrap()
            .unwrap()
    }

    pub async fn wait_ready(&self) -> ImageUpdateAutomation {
        self.wait("Ready", |object| {
            is(object, "Ready", "True") && object.generation() == object.observed_generation()
        })
        .await
    }

    /// Waits until a push is in status.
    pub async fn wait_pushed(&self, after: Option<&str>) -> ImageUpdateAutomation {
        self.wait("pushed", |object| {
            let last = object.status.last_push_commit.as_deref();
            last.is_some() && last != after && is(object, "Ready", "True")
        })
        .await
    }

    /// Waits until Ready is False for this reason; gives its message.
    pub async fn wait_failed(&self, reason: &str) -> String {
        let object = self
            .wait(&format!("not Ready for {reason}"), |object| {
                is(object, "Ready", "False")
                    && says(object, "Ready").0 == reason
                    && has_ended(object)
            })
            .await;
        says(&object, "Ready").1
    }

    pub async fn told(&self, notice: Notice, start: &str) -> Event {
        let is_it = |event: &Event| event.notice == notice && event.message.starts_with(start);
        self.events.find(start, PATIENCE, is_it).await.unwrap()
    }
}

/// `spec.git` with an author.
#[expect(
    clippy::needless_pass_by_value,
    reason = "as the other makers of specs take it"
)]
pub fn git_spec(more: Value) -> Value {
    let mut spec = json!({ "commit": { "author": { "name": "Bot", "email": "bot@example.dev" } } });
    if let Some(commit) = more.get("commit") {
        merge(&mut spec["commit"], commit.clone());
    }
    if let Some(object) = more.as_object() {
        for (key, value) in object.iter().filter(|(key, _)| *key != "commit") {
            spec[key] = value.clone();
        }
    }
    spec
}

/// Whether the status is that of a pass that has ended: at the start of the next one it says `Progressing`.
fn has_ended(object: &impl Object) -> bool {
    common::conditions::find(object.conditions(), "Reconciling")
        .is_none_or(|condition| condition.reason != "Progressing")
}

pub fn is(object: &impl Object, kind: &str, status: &str) -> bool {
    common::conditions::find(object.conditions(), kind)
        .is_some_and(|condition| condition.status.to_string() == status)
}

/// Reason and message of a condition.
pub fn says(object: &impl Object, kind: &str) -> (String, String) {
    let condition = common::conditions::find(object.conditions(), kind)
        .unwrap_or_else(|| panic!("no {kind}: {:?}", object.conditions()));
    (condition.reason.clone(), condition.message.clone())
}

fn merge(target: &mut Value, more: Value) {
    if let (Some(target), Value::Object(more)) = (target.as_object_mut(), more) {
        target.extend(more);
    }
}
