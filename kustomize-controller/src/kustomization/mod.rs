//! The passes over Kustomizations.
//!
//! Each step of [`STEPS`] is a file under `steps`; what they hand on is in [`State`]. A step that fails returns a stop with its
//! reason; the skeleton in [`common::reconcile`] writes Ready from it.

mod builds;
mod dependency;
mod history;
mod memories;
mod progress;
mod settings;
mod state;
mod steps;
mod watch;

pub use settings::Settings;
pub use watch::controller;

use common::conditions::{ConditionType, READY, Summary};
use common::object::{Object as _, ObjectKey};
use common::reconcile::{
    Flow, Notice, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop,
    Verdict,
};
use crds::kustomize::{Kustomization, well_known};
use futures::future::ready;

use state::State;

/// How the applied objects are; present while something is checked.
const HEALTHY: ConditionType = ConditionType::positive("Healthy");

/// Reasons of section 4.
mod reasons {
    pub const ARTIFACT_FAILED: &str = "ArtifactFailed";
    pub const BUILD_FAILED: &str = "BuildFailed";
    pub const DIR_CREATION_FAILED: &str = "DirCreationFailed";
    pub const DEPENDENCY_NOT_READY: &str = "DependencyNotReady";
    pub const HEALTH_CHECK_CANCELED: &str = "HealthCheckCanceled";
    pub const HEALTH_CHECK_FAILED: &str = "HealthCheckFailed";
    pub const INVALID_CEL_EXPRESSION: &str = "InvalidCELExpression";
    pub const PRUNE_FAILED: &str = "PruneFailed";
    pub const RECONCILIATION_FAILED: &str = "ReconciliationFailed";
    pub const RECONCILIATION_SUCCEEDED: &str = "ReconciliationSucceeded";
    pub const SUCCEEDED: &str = "Succeeded";
}

/// Reconciles Kustomizations.
pub struct Kustomizations {
    settings: Settings,
}

/// In the order of K5.1.
const STEPS: &[Step<Kustomizations>] = &[
    Step::new("check", |it, pass| Box::pin(ready(it.check(pass)))),
    Step::new("source", |it, pass| Box::pin(it.source(pass))),
    Step::new("dependencies", |it, pass| Box::pin(it.dependencies(pass))),
    Step::new("fetch", |it, pass| Box::pin(it.fetch(pass))),
    Step::new("identity", |it, pass| Box::pin(it.identity(pass))),
    Step::new("build", |it, pass| Box::pin(it.build(pass))),
    Step::new("apply", |it, pass| Box::pin(it.apply(pass))),
    Step::new("prune", |it, pass| Box::pin(it.prune(pass))),
    Step::new("health", |it, pass| Box::pin(it.health(pass))),
    Step::new("finish", |_, pass| {
        Box::pin(ready(Ok(Kustomizations::finish(pass))))
    }),
];

impl Reconciler for Kustomizations {
    type Object = Kustomization;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: well_known::STATUS_FIELD_MANAGER,
        owned: &[HEALTHY],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Ready,
        opening: Opening::Silent,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        STEPS
    }

    fn schedule(&self, object: &Kustomization) -> Schedule {
        Schedule::every(object.spec.interval.as_std())
            .with_retry_after(object.spec.retry_interval())
            .with_jitter(self.settings.jitter)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        self.undo(pass).await
    }

    /// The event of a run that ended well (K7.4, K5.4).
    fn conclude(&self, pass: &mut Pass<Self>, _verdict: &Verdict) {
        self.settings.under_way.end(&pass.key());
        let object = &pass.object;
        if object.spec.suspend || !common::conditions::is_true(object.conditions(), READY) {
            return;
        }
        let took = common::duration::format(pass.elapsed());
        let message = format!(
            "Reconciliation finished in {took}, next run in {}",
            object.spec.interval
        );
        let status = &object.status;
        let metadata = state::metadata(
            status.last_applied_revision.as_deref(),
            status.last_applied_origin_revision.as_deref(),
        );
        let mut metadata: Vec<(&str, &str)> = metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        metadata.push((state::COMMIT_STATUS, "update"));
        tracing::info!(revision = status.last_attempted_revision, "{message}");
        let reason = pass
            .ready_reason()
            .unwrap_or(reasons::RECONCILIATION_SUCCEEDED)
            .to_owned();
        pass.event(Notice::Info, &reason, &message, &metadata);
    }

    fn forget(&self, key: &ObjectKey) {
        self.settings.waiting.leave(key);
        self.settings.under_way.end(key);
        self.settings.builds.forget(key);
        self.settings.memories.forget(key);
    }
}

impl Kustomizations {
    /// A reconciler with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Everything worked.
    fn finish(pass: &mut Pass<Self>) -> Flow {
        let source = pass.state.source();
        let (revision, origin) = (source.artifact.revision.clone(), source.origin_revision());
        let status = &mut pass.object.status;
        status.last_applied_revision = Some(revision.clone());
        status.last_applied_origin_revision = origin;
        Self::remember(pass, reasons::RECONCILIATION_SUCCEEDED);
        pass.succeed(
            reasons::RECONCILIATION_SUCCEEDED,
            format!("Applied revision: {revision}"),
        );
        Flow::Next
    }
}
