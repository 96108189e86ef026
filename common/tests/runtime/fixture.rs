//! A controller whose passes a test can see and steer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::conditions::Summary;
use common::context::{Context, Scope};
use common::controller::{Controller, Index, Limits, Trigger};
use common::events::Recorder;
use common::flags::FeatureGates;
use common::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use common::kube::api::{Api, Patch, PatchParams, PostParams};
use common::kube::{self, Client};
use common::metrics::Metrics;
use common::object::{Object, ObjectKey};
use common::queue::Interrupted;
use common::reconcile::{
    Flow, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop,
};
use crds::definition::Definition;
use crds::meta::Duration as GoDuration;
use crds::source::{GitRepository, GitRepositorySpec, GitRepositoryStatus};
use crds::{CustomResource, WithStatus};
use serde_json::json;
use testing::ControlPlane;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A GitRepository that does not decode when its address says so: the API server admits what we cannot read.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct Picky(pub(crate) GitRepository);

impl<'de> serde::Deserialize<'de> for Picky {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = GitRepository::deserialize(deserializer)?;
        if object.spec.url.ends_with("/unreadable") {
            return Err(serde::de::Error::custom("unreadable address"));
        }
        Ok(Self(object))
    }
}

impl kube::Resource for Picky {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;

    fn kind(dt: &()) -> std::borrow::Cow<'_, str> {
        GitRepository::kind(dt)
    }

    fn group(dt: &()) -> std::borrow::Cow<'_, str> {
        GitRepository::group(dt)
    }

    fn version(dt: &()) -> std::borrow::Cow<'_, str> {
        GitRepository::version(dt)
    }

    fn plural(dt: &()) -> std::borrow::Cow<'_, str> {
        GitRepository::plural(dt)
    }

    fn meta(&self) -> &ObjectMeta {
        self.0.meta()
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        self.0.meta_mut()
    }
}

impl CustomResource for Picky {
    type Spec = GitRepositorySpec;

    const DEFINITION: &'static Definition = GitRepository::DEFINITION;

    fn spec(&self) -> &GitRepositorySpec {
        &self.0.spec
    }
}

impl WithStatus for Picky {
    type Status = GitRepositoryStatus;

    fn status(&self) -> &GitRepositoryStatus {
        &self.0.status
    }

    fn status_mut(&mut self) -> &mut GitRepositoryStatus {
        &mut self.0.status
    }
}

impl Object for Picky {
    fn suspended(&self) -> bool {
        self.0.spec.suspend
    }
}

/// What the passes did; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// Names in the order in which their passes began.
    pub(crate) begun: Vec<String>,
    /// Names in the order in which their passes ended.
    pub(crate) ended: Vec<String>,
    /// How many passes were under way at a time, at most.
    pub(crate) most: usize,
    /// Whether two passes of one object ever ran at a time.
    pub(crate) overlapped: bool,
    /// Why parked passes ended.
    pub(crate) interruptions: Vec<String>,
    running: HashMap<String, usize>,
}

impl Record {
    fn new() -> Self {
        Self {
            state: watch::channel(State::default()).0,
        }
    }

    fn begin(&self, name: &str) {
        self.state.send_modify(|state| {
            state.begun.push(name.to_owned());
            let same = state.running.entry(name.to_owned()).or_default();
            *same += 1;
            state.overlapped |= *same > 1;
            state.most = state.most.max(state.running.values().sum());
        });
    }

    fn end(&self, name: &str) {
        self.state.send_modify(|state| {
            state.ended.push(name.to_owned());
            if let Some(same) = state.running.get_mut(name) {
                *same -= 1;
            }
        });
    }

    /// The state now.
    pub(crate) fn now(&self) -> State {
        self.state.borrow().clone()
    }

    /// Waits until the record is as told.
    pub(crate) async fn wait(&self, what: &str, holds: impl FnMut(&State) -> bool) -> State {
        let mut changes = self.state.subscribe();
        let waited = tokio::time::timeout(PATIENCE, changes.wait_for(holds)).await;
        waited
            .unwrap_or_else(|_| panic!("not {what}: {:?}", self.now()))
            .unwrap()
            .clone()
    }
}

/// How often a name is in a list.
pub(crate) fn count(names: &[String], name: &str) -> usize {
    names.iter().filter(|other| *other == name).count()
}

/// What a pass does beside being recorded, by the address of its object.
pub(crate) struct Passes {
    record: Record,
    /// Passes whose address ends in `/held` go on while this is true.
    release: watch::Receiver<bool>,
}

impl Passes {
    async fn step(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        let name = pass.key().name.to_string();
        self.record.begin(&name);
        let url = pass.object.0.spec.url.clone();
        let outcome = self
            .act(pass, url.rsplit('/').next().unwrap_or_default())
            .await;
        self.record.end(&name);
        outcome
    }

    async fn act(&self, pass: &mut Pass<Self>, what: &str) -> Result<Flow, Stop> {
        match what {
            "held" => {
                let mut release = self.release.clone();
                let _ = release.wait_for(|released| *released).await;
            }
            "parked" => {
                let interrupted = pass.park(std::future::pending::<()>()).await.unwrap_err();
                let reason = match &interrupted {
                    Interrupted::Changed(origin) => origin.to_string(),
                    Interrupted::Shutdown => "shutdown".to_owned(),
                };
                self.record
                    .state
                    .send_modify(|state| state.interruptions.push(reason));
                return Err(interrupted.into());
            }
            "panics" => {
                // The record is kept straight before the stack unwinds.
                self.record.end(&pass.key().name);
                panic!("as told");
            }
            _ => {}
        }
        pass.succeed("Succeeded", "all is well");
        Ok(Flow::Next)
    }
}

impl Reconciler for Passes {
    type Object = Picky;
    type State = ();

    const PROFILE: Profile = Profile {
        manager: "test-controller",
        owned: &[],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Ready,
        opening: Opening::Silent,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<Passes>] =
            &[Step::new("act", |passes, pass| Box::pin(passes.step(pass)))];
        STEPS
    }

    fn schedule(&self, object: &Picky) -> Schedule {
        Schedule::every(object.0.spec.interval.as_std())
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        let name = format!("-{}", pass.key().name);
        self.record.begin(&name);
        self.record.end(&name);
        Ok(())
    }
}

/// A controller that runs in a namespace of its own until dropped.
pub(crate) struct Rig {
    pub(crate) namespace: String,
    pub(crate) client: Client,
    pub(crate) context: Arc<Context>,
    pub(crate) record: Record,
    pub(crate) release: watch::Sender<bool>,
    controller: Mutex<Option<JoinHandle<()>>>,
}

impl Rig {
    pub(crate) async fn start(concurrent: usize) -> Self {
        Self::start_with(concurrent, Vec::new(), Vec::new()).await
    }

    pub(crate) async fn start_with(
        concurrent: usize,
        indexes: Vec<Index<Picky>>,
        triggers: Vec<Trigger<Picky>>,
    ) -> Self {
        let plane = ControlPlane::shared().await;
        let namespace = plane.namespace("runtime").await;
        let client = plane.client().await;
        let (recorder, _) = Recorder::in_memory();
        let context = Arc::new(Context {
            client: client.clone(),
            config: kube::Config::new("http://127.0.0.1:1".parse().unwrap()),
            recorder,
            metrics: Metrics::new(),
            gates: FeatureGates::default(),
            scope: Scope {
                namespace: Some(namespace.as_str().into()),
                ..Scope::default()
            },
            shutdown: CancellationToken::new(),
        });
        let (release, held) = watch::channel(false);
        let record = Record::new();
        let passes = Passes {
            record: record.clone(),
            release: held,
        };
        let limits = Limits {
            concurrent,
            grace: PATIENCE,
            ..Limits::default()
        };
        let mut controller = Controller::new(passes, context.clone(), limits, indexes);
        for trigger in triggers {
            controller = controller.trigger(trigger);
        }
        let controller = Mutex::new(Some(tokio::spawn(controller.run())));
        Self {
            namespace,
            client,
            context,
            record,
            release,
            controller,
        }
    }

    pub(crate) fn api(&self) -> Api<GitRepository> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub(crate) fn key(&self, name: &str) -> ObjectKey {
        ObjectKey::new(&self.namespace, name)
    }

    /// Creates an object whose passes do as the address says.
    pub(crate) async fn create(&self, name: &str, what: &str) -> GitRepository {
        let spec = GitRepositorySpec {
            url: format!("https://example.com/{what}"),
            interval: GoDuration::from_secs(3600),
            ..GitRepositorySpec::default()
        };
        self.api()
            .create(&PostParams::default(), &GitRepository::new(name, spec))
            .await
            .unwrap()
    }

    pub(crate) async fn patch(&self, name: &str, patch: serde_json::Value) -> GitRepository {
        self.api()
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap()
    }

    pub(crate) async fn request(&self, name: &str, token: &str) {
        let annotations = json!({"reconcile.fluxcd.io/requestedAt": token});
        self.patch(name, json!({"metadata": {"annotations": annotations}}))
            .await;
    }

    /// Ends the controller and waits for it.
    pub(crate) async fn stop(&self) {
        self.context.shutdown.cancel();
        let controller = self.controller.lock().unwrap().take();
        if let Some(controller) = controller {
            tokio::time::timeout(PATIENCE, controller)
                .await
                .unwrap()
                .unwrap();
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.context.shutdown.cancel();
    }
}
