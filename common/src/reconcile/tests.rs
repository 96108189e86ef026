//! A pass from its first step to what is written, on a scripted server.

mod appliers;
mod life;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use crds::source::{GitRepository, GitRepositorySpec};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::conditions::{ConditionType, READY, RECONCILING, STALLED, Status, Summary, find, set};
use crate::context::Context;
use crate::controller::Slots;
use crate::events::Event;
use crate::fake::Server;
use crate::object::{FINALIZER, Object, REQUESTED_AT};
use crate::queue::Interrupt;

const FETCH_FAILED: ConditionType = ConditionType::negative("FetchFailed");
const IN_STORAGE: ConditionType = ConditionType::positive("ArtifactInStorage");
const INTERVAL: Duration = Duration::from_mins(5);
const RETRY: Duration = Duration::from_mins(1);

/// What a pass of the test does.
type Script = fn(&mut dyn PassView) -> Result<Flow, Stop>;

/// The part of a pass that scripts use, whatever its reconciler.
trait PassView {
    fn mark(&mut self, kind: ConditionType, holds: bool, reason: &str, message: &str);
    fn succeed(&mut self, message: &str);
    fn progress(&mut self, progress: Progress);
}

impl<R: Reconciler> PassView for Pass<R> {
    fn mark(&mut self, kind: ConditionType, holds: bool, reason: &str, message: &str) {
        Pass::mark(self, kind, holds, reason, message);
    }

    fn succeed(&mut self, message: &str) {
        Pass::succeed(self, "ReconciliationSucceeded", message);
    }

    fn progress(&mut self, progress: Progress) {
        Pass::progress(self, &progress);
    }
}

/// Summarises as the source kinds do.
struct Source(Script);
/// Summarises as Kustomizations do.
struct Applier(Script);

impl Reconciler for Source {
    type Object = GitRepository;
    type State = ();

    const PROFILE: Profile = Profile {
        manager: "source-controller",
        owned: &[FETCH_FAILED, IN_STORAGE],
        summary: Summary {
            order: &[FETCH_FAILED, IN_STORAGE],
            overriding: &[],
        },
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<Source>] = &[Step::new("script", |source, pass| {
            Box::pin(async { (source.0)(pass) })
        })];
        STEPS
    }

    fn schedule(&self, _: &GitRepository) -> Schedule {
        Schedule::every(INTERVAL)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        (self.0)(pass).map(drop)
    }
}

impl Reconciler for Applier {
    type Object = GitRepository;
    type State = ();

    const PROFILE: Profile = Profile {
        manager: "gotk-kustomize-controller",
        owned: &[],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Ready,
        opening: Opening::Silent,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<Applier>] = &[Step::new("script", |applier, pass| {
            Box::pin(async { (applier.0)(pass) })
        })];
        STEPS
    }

    fn schedule(&self, _: &GitRepository) -> Schedule {
        Schedule::every(INTERVAL).with_retry_after(RETRY)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        (self.0)(pass).map(drop)
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        if *verdict == Verdict::Success {
            pass.event(
                Notice::Info,
                pass.ready_reason().unwrap_or("info"),
                "Reconciliation finished",
                &[("k", "v")],
            );
        }
    }
}

fn fresh() -> GitRepository {
    let mut object = GitRepository::new("repo", GitRepositorySpec::default());
    object.metadata.namespace = Some("ns".into());
    object.metadata.generation = Some(2);
    object.metadata.uid = Some("u".into());
    object.metadata.finalizers = Some(vec![FINALIZER.into()]);
    // As the server defaults it (K2).
    object.status.observed_generation = -1;
    object
}

/// An object that was fine at generation 2.
fn settled() -> GitRepository {
    let mut object = fresh();
    object.status.observed_generation = 2;
    for kind in [READY, IN_STORAGE.name()] {
        set(
            &mut object.status.conditions,
            kind,
            Status::True,
            "Succeeded",
            "stored",
            2,
            Timestamp::UNIX_EPOCH,
        );
    }
    object
}

struct Outcome {
    server: Server,
    action: Action,
    events: Vec<Event>,
    context: Arc<Context>,
}

impl Outcome {
    fn object(&self) -> GitRepository {
        self.server.object()
    }

    /// `type=status/reason: message` of each condition.
    fn conditions(&self) -> Vec<String> {
        let object = self.object();
        let shown = |c: &crate::conditions::Condition| {
            format!("{}={}/{}: {}", c.r#type, c.status, c.reason, c.message)
        };
        object.status.conditions.iter().map(shown).collect()
    }

    fn told(&self) -> Vec<(Notice, &str, &str)> {
        self.events
            .iter()
            .map(|event| (event.notice, &*event.reason, &*event.message))
            .collect()
    }
}

async fn pass<R: Reconciler<Object = GitRepository>>(
    reconciler: R,
    object: GitRepository,
) -> Outcome {
    pass_with(reconciler, Server::holding(&object)).await
}

async fn pass_with<R: Reconciler<Object = GitRepository>>(
    reconciler: R,
    server: Server,
) -> Outcome {
    let (context, events) = server.context();
    let object: GitRepository = server.object();
    let action = run_once(&reconciler, &context, object).await;
    Outcome {
        server,
        action,
        events: drain(events),
        context,
    }
}

async fn run_once<R: Reconciler<Object = GitRepository>>(
    reconciler: &R,
    context: &Arc<Context>,
    object: GitRepository,
) -> Action {
    let metrics = context.metrics.controller("GitRepository", 1);
    let slot = Slots::new(1, metrics.clone()).take().await;
    let interrupt = Interrupt::detached(CancellationToken::new());
    let mut pass = Pass::<R>::begin(object, context.clone(), slot, interrupt).unwrap();
    run(reconciler, &mut pass, &metrics).await
}

fn drain(mut events: mpsc::Receiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| events.try_recv().ok()).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of several scripts")]
fn stored(pass: &mut dyn PassView) -> Result<Flow, Stop> {
    pass.mark(IN_STORAGE, true, "Succeeded", "stored artifact");
    pass.succeed("Applied revision: main@sha1:1");
    Ok(Flow::Next)
}
