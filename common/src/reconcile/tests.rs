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

#[tokio::test]
async fn r7_success_of_a_source() {
    let outcome = pass(Source(stored), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        [
            "Ready=True/Succeeded: stored artifact",
            "ArtifactInStorage=True/Succeeded: stored artifact"
        ]
    );
    assert_eq!(outcome.object().status.observed_generation, 2);
    assert_eq!(outcome.action, Action::After(INTERVAL));
    assert!(outcome.events.is_empty());
}

#[tokio::test]
async fn r4_a_new_generation_is_announced_before_the_work() {
    let outcome = pass(Source(stored), fresh()).await;
    let first = &outcome.server.patches()[0]["status"]["conditions"];
    let message = "processing object: new generation -1 -> 2";
    assert_eq!(
        (&first[0]["type"], &first[0]["message"]),
        (&json!(RECONCILING), &json!(message))
    );
    assert_eq!(
        (&first[1]["type"], &first[1]["status"]),
        (&json!(READY), &json!("Unknown"))
    );
}

#[tokio::test]
async fn a_pass_in_which_nothing_changed_writes_nothing() {
    let mut object = settled();
    set(
        &mut object.status.conditions,
        IN_STORAGE.name(),
        Status::True,
        "Succeeded",
        "stored artifact",
        2,
        Timestamp::UNIX_EPOCH,
    );
    set(
        &mut object.status.conditions,
        READY,
        Status::True,
        "Succeeded",
        "stored artifact",
        2,
        Timestamp::UNIX_EPOCH,
    );
    let outcome = pass(Source(stored), object).await;
    assert_eq!(outcome.server.patches(), Vec::<serde_json::Value>::new());
    assert_eq!(outcome.action, Action::After(INTERVAL));
}

#[tokio::test]
async fn k6_a_request_is_announced_and_recorded_even_when_the_pass_fails() {
    let mut object = settled();
    object.metadata.annotations = Some([(REQUESTED_AT.to_owned(), "now".to_owned())].into());
    let outcome = pass(
        Source(|_| Err(Stop::new(Class::Retry, "Failed", "broken"))),
        object,
    )
    .await;
    assert_eq!(
        outcome.object().status.last_handled_reconcile_at.as_deref(),
        Some("now")
    );
    assert_eq!(
        outcome.server.patches().len(),
        2,
        "the announcement and the outcome"
    );
}

#[tokio::test]
async fn r7_retry_of_a_source_names_the_condition_and_warns() {
    let fails: Script = |_| {
        let text = "failed to checkout https://user:secret@host/repo?token=x";
        Err(Stop::new(Class::Retry, "GitOperationFailed", text).with_condition(FETCH_FAILED))
    };
    let outcome = pass(Source(fails), settled()).await;
    let message = "failed to checkout https://host/repo";
    assert_eq!(
        outcome.conditions(),
        [
            "Reconciling=True/ProgressingWithRetry: reconciliation in progress".to_owned(),
            format!("Ready=False/GitOperationFailed: {message}"),
            "ArtifactInStorage=True/Succeeded: stored".to_owned(),
            format!("FetchFailed=True/GitOperationFailed: {message}"),
        ]
    );
    assert_eq!(outcome.action, Action::Backoff);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "GitOperationFailed", message)]
    );
}

#[tokio::test]
async fn r7_observed_generation_stays_on_retry_and_wait_and_moves_on_stall_and_no_op() {
    let observed = async |script: Script| {
        pass(Source(script), {
            let mut object = settled();
            object.status.observed_generation = 1;
            object
        })
        .await
        .object()
        .status
        .observed_generation
    };
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Retry, "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Wait(RETRY), "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Requeue, "R", "m"))).await,
        1
    );
    assert_eq!(
        observed(|_| Err(Stop::new(Class::Stall, "R", "m"))).await,
        2
    );
    assert_eq!(observed(|_| Err(Stop::no_op("R", "m"))).await, 2);
}

#[tokio::test]
async fn r7_stall_of_a_source() {
    let outcome = pass(
        Source(|_| Err(Stop::new(Class::Stall, "URLInvalid", "bad address"))),
        settled(),
    )
    .await;
    assert_eq!(
        outcome.conditions(),
        [
            "Stalled=True/URLInvalid: bad address",
            "Ready=False/URLInvalid: bad address",
            "ArtifactInStorage=True/Succeeded: stored"
        ]
    );
    assert_eq!(outcome.action, Action::Await);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "URLInvalid", "bad address")]
    );
}

#[tokio::test]
async fn r7_no_op_leaves_a_trace_and_what_was_there() {
    let outcome = pass(
        Source(|_| Err(Stop::no_op("GitOperationSucceeded", "no changes"))),
        settled(),
    )
    .await;
    assert_eq!(
        outcome.conditions(),
        [
            "Ready=True/Succeeded: stored",
            "ArtifactInStorage=True/Succeeded: stored"
        ]
    );
    assert_eq!(outcome.action, Action::After(INTERVAL));
    assert_eq!(
        outcome.told(),
        [(Notice::Trace, "GitOperationSucceeded", "no changes")]
    );
}

#[tokio::test]
async fn r8_a_success_that_is_not_ready_is_a_retry() {
    let fails: Script = |pass| {
        pass.mark(FETCH_FAILED, true, "Odd", "left behind");
        Ok(Flow::Next)
    };
    let outcome = pass(Source(fails), settled()).await;
    assert_eq!(outcome.action, Action::Backoff);
    assert!(
        outcome
            .conditions()
            .contains(&"Ready=False/Odd: left behind".to_owned())
    );
    assert!(outcome.events.is_empty());
}

#[tokio::test]
async fn r3_suspension_moves_the_observed_generation_and_does_no_work() {
    let mut object = settled();
    object.spec.suspend = true;
    object.status.observed_generation = 1;
    object.metadata.annotations = Some([(REQUESTED_AT.to_owned(), "now".to_owned())].into());
    let outcome = pass(Source(|_| panic!("no step may run")), object).await;
    let status = outcome.object().status;
    assert_eq!(
        (
            status.observed_generation,
            status.last_handled_reconcile_at.as_deref()
        ),
        (2, Some("now"))
    );
    assert_eq!(outcome.action, Action::Await);
}

#[tokio::test]
async fn section_4_success_and_failure_of_an_applier() {
    let outcome = pass(Applier(stored), fresh()).await;
    let message = "Applied revision: main@sha1:1";
    assert_eq!(
        outcome.conditions()[0],
        format!("Ready=True/ReconciliationSucceeded: {message}")
    );
    assert_eq!(outcome.object().status.observed_generation, 2);
    assert_eq!(
        outcome.told(),
        [(
            Notice::Info,
            "ReconciliationSucceeded",
            "Reconciliation finished"
        )]
    );
    assert_eq!(outcome.events[0].metadata["k"], "v");

    let fails: Script = |pass| {
        pass.progress(
            Progress::new("Building manifests")
                .ready(ReadyNote::Unknown("Reconciliation in progress".into())),
        );
        Err(Stop::new(Class::Retry, "BuildFailed", "no such file"))
    };
    let outcome = pass(Applier(fails), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        [
            "Reconciling=True/ProgressingWithRetry: Building manifests",
            "Ready=False/BuildFailed: no such file"
        ]
    );
    assert_eq!(outcome.object().status.observed_generation, -1, "K3.1");
    assert_eq!(outcome.action, Action::RetryAfter(RETRY), "section 6");
}

#[tokio::test]
async fn section_4_a_terminal_error_of_an_applier_stalls() {
    let stop: Script = |_| {
        Err(Stop::new(
            Class::Stall,
            "InvalidCELExpression",
            "bad expression",
        ))
    };
    let outcome = pass(Applier(stop), fresh()).await;
    let text = "True/InvalidCELExpression: bad expression";
    assert_eq!(
        outcome.conditions(),
        [
            format!("Stalled={text}"),
            format!("Ready={}", text.replace("True", "False"))
        ]
    );
    assert_eq!(
        outcome.object().status.observed_generation,
        -1,
        "K3.1: a stall by itself moves nothing"
    );
    let stop: Script = |_| {
        Err(
            Stop::new(Class::Stall, "InvalidCELExpression", "bad expression")
                .observing_generation(),
        )
    };
    let outcome = pass(Applier(stop), fresh()).await;
    assert_eq!(
        outcome.object().status.observed_generation,
        2,
        "K3.1: an expression that cannot be read does"
    );
}

#[tokio::test]
async fn k7_8_an_event_may_say_something_else_than_the_condition() {
    let waits: Script = |_| {
        Err(Stop::new(
            Class::Wait(RETRY),
            "DependencyNotReady",
            "dependency 'ns/a' is not ready",
        )
        .with_notice(Notice::Info)
        .with_event("Dependencies do not meet ready condition, retrying in 30s"))
    };
    let outcome = pass(Applier(waits), fresh()).await;
    assert_eq!(
        outcome.conditions(),
        ["Ready=False/DependencyNotReady: dependency 'ns/a' is not ready"]
    );
    let text = "Dependencies do not meet ready condition, retrying in 30s";
    assert_eq!(outcome.told(), [(Notice::Info, "DependencyNotReady", text)]);
    assert_eq!(outcome.action, Action::After(RETRY));
}

#[tokio::test]
async fn m5_a_panic_in_a_step_becomes_a_retry() {
    let outcome = pass(Applier(|_| panic!("index out of bounds")), settled()).await;
    assert_eq!(
        outcome.conditions()[0],
        "Ready=False/ReconcilePanicked: panic: index out of bounds [recovered]"
    );
    assert_eq!(outcome.action, Action::Backoff);
    let text = outcome.context.metrics.render();
    assert!(
        text.contains(
            "controller_runtime_reconcile_panics_total{controller=\"gitrepository\"} 1\n"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn k5_1_the_finalizer_comes_before_any_work() {
    let mut object = fresh();
    object.metadata.finalizers = None;
    let outcome = pass(Source(stored), object).await;
    assert_eq!(
        outcome.server.patches()[0]["metadata"]["finalizers"],
        json!([FINALIZER])
    );
    assert!(outcome.object().has_finalizer());
}

#[tokio::test]
async fn r2_a_deleted_object_is_finalized_even_when_suspended_and_its_series_vanish() {
    let mut object = settled();
    object.spec.suspend = true;
    object.metadata.deletion_timestamp = Some(Time(Timestamp::UNIX_EPOCH));
    let outcome = pass(Source(|_| Ok(Flow::Next)), object).await;
    assert!(!outcome.server.is_there(), "the last finalizer is gone");
    assert_eq!(outcome.action, Action::Await);
    assert!(!outcome.context.metrics.render().contains("name=\"repo\""));
}

#[tokio::test]
async fn a_failed_finalization_keeps_the_finalizer_and_ready() {
    let mut object = settled();
    object.metadata.deletion_timestamp = Some(Time(Timestamp::UNIX_EPOCH));
    let outcome = pass(
        Applier(|_| Err(Stop::new(Class::Backoff, "PruneFailed", "forbidden"))),
        object,
    )
    .await;
    assert!(outcome.object().has_finalizer());
    assert!(
        find(outcome.object().conditions(), READY)
            .unwrap()
            .is_true()
    );
    assert_eq!(outcome.action, Action::Backoff);
    assert_eq!(
        outcome.told(),
        [(Notice::Error, "PruneFailed", "forbidden")]
    );
}

#[tokio::test]
async fn an_object_that_vanishes_under_a_pass_is_let_go() {
    let server = Server::holding(&fresh());
    let (context, events) = server.context();
    let object: GitRepository = server.object();
    server.remove();
    assert_eq!(
        run_once(&Source(stored), &context, object).await,
        Action::Await
    );
    assert!(drain(events).is_empty());
}

#[tokio::test]
async fn k4_1_progress_ends_stalled() {
    let mut object = settled();
    set(
        &mut object.status.conditions,
        STALLED,
        Status::True,
        "R",
        "m",
        2,
        Timestamp::UNIX_EPOCH,
    );
    let script: Script = |pass| {
        pass.progress(Progress::new("again"));
        Err(Stop::abandon())
    };
    let server = Server::holding(&object);
    let outcome = pass_with(Applier(script), server).await;
    assert!(
        outcome.server.patches().is_empty(),
        "an abandoned pass writes nothing"
    );
    let script: Script = |pass| {
        pass.progress(Progress::new("again"));
        Err(Stop::new(Class::Retry, "R", "m"))
    };
    let outcome = pass_with(Applier(script), outcome.server).await;
    assert!(find(outcome.object().conditions(), STALLED).is_none());
}

#[tokio::test]
async fn e2_event_annotations_of_the_object_are_added_to_the_metadata() {
    let mut object = fresh();
    object.metadata.annotations = Some(
        [("event.toolkit.fluxcd.io/change", "42"), ("other", "x")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
    );
    let outcome = pass(Applier(stored), object).await;
    let metadata = &outcome.events[0].metadata;
    assert_eq!(metadata.len(), 2);
    assert_eq!(metadata["event.toolkit.fluxcd.io/change"], "42");
    assert_eq!(
        outcome.events[0].involved.to_string(),
        "GitRepository/ns/repo"
    );
}

#[tokio::test]
async fn a_parked_pass_gives_its_worker_to_others_and_takes_one_again() {
    let server = Server::holding(&fresh());
    let (context, _events) = server.context();
    let metrics = context.metrics.controller("GitRepository", 1);
    let slots = Slots::new(1, metrics);
    let slot = slots.take().await;
    let interrupt = Interrupt::detached(CancellationToken::new());
    let mut pass = Pass::<Source>::begin(server.object(), context, slot, interrupt).unwrap();
    let others = slots.clone();
    let answer = pass
        .park(async move {
            // The only worker is free while the pass waits.
            let other = others.take().await;
            other.is_held()
        })
        .await;
    assert_eq!(answer, Ok(true));
    assert!(
        tokio::time::timeout(Duration::from_millis(1), slots.take())
            .await
            .is_err(),
        "it is in use again"
    );
}

#[tokio::test]
async fn a_parked_pass_hands_back_at_once_on_shutdown() {
    let server = Server::holding(&fresh());
    let (context, _events) = server.context();
    let slots = Slots::new(1, context.metrics.controller("GitRepository", 1));
    let shutdown = CancellationToken::new();
    let interrupt = Interrupt::detached(shutdown.clone());
    let mut pass =
        Pass::<Source>::begin(server.object(), context, slots.take().await, interrupt).unwrap();
    shutdown.cancel();
    let interrupted = pass.park(std::future::pending::<()>()).await.unwrap_err();
    assert_eq!(Stop::from(interrupted).class(), Class::Abandon);
}
