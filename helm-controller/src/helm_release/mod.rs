//! The passes over HelmReleases.
//!
//! Each step of [`STEPS`] is a file under `steps`; what they hand on is in [`State`]. The last one acts: it finds out what is
//! the matter with the release, does what follows, and looks again until nothing does. What is decided there is decided by
//! [`crate::state`], what is told by [`crate::report`].

mod chart_objects;
mod charts;
mod conclude;
mod options;
mod settings;
mod source;
mod state;
mod steps;
mod watch;

pub use settings::Settings;
pub use watch::controller;

use common::conditions::{ConditionType, Summary};
use common::object::ObjectKey;
use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Unfinished,
    Verdict,
};
use crds::helm::HelmRelease;
use crds::helm::well_known::condition;
use futures::future::ready;

use crate::FIELD_MANAGER;
use state::State;

const RELEASED: ConditionType = ConditionType::positive(condition::RELEASED);
const REMEDIATED: ConditionType = ConditionType::positive(condition::REMEDIATED);
const TEST_SUCCESS: ConditionType = ConditionType::positive(condition::TEST_SUCCESS);
const DRIFTED: ConditionType = ConditionType::negative(condition::DRIFTED);

/// Reasons of prerequisites (H6.2).
mod reasons {
    pub const ACCESS_DENIED: &str = "AccessDenied";
    pub const ARTIFACT_FAILED: &str = "ArtifactFailed";
    pub const CHART_MUTATE_ERROR: &str = "ChartMutateError";
    pub const DEPENDENCY_NOT_READY: &str = "DependencyNotReady";
    pub const HEALTH_CHECK_CANCELED: &str = "HealthCheckCanceled";
    pub const INVALID_CEL_EXPRESSION: &str = "InvalidCELExpression";
    pub const INVALID_SPEC: &str = "InvalidSpec";
    pub const RECONCILE_ERROR: &str = "ReconcileError";
    pub const REST_CLIENT_ERROR: &str = "RESTClientError";
    pub const SOURCE_NOT_READY: &str = "SourceNotReady";
    pub const STATE_ERROR: &str = "StateError";
    pub const UNINSTALL_FAILED: &str = "UninstallFailed";
    pub const VALUES_ERROR: &str = "ValuesError";

    /// Those that a pass which gets to act has left behind.
    pub const OF_PREREQUISITES: &[&str] = &[
        ACCESS_DENIED,
        ARTIFACT_FAILED,
        CHART_MUTATE_ERROR,
        DEPENDENCY_NOT_READY,
        REST_CLIENT_ERROR,
        SOURCE_NOT_READY,
        VALUES_ERROR,
    ];
}

/// Reconciles HelmReleases.
pub struct HelmReleases {
    settings: Settings,
}

/// In the order of section 8.
const STEPS: &[Step<HelmReleases>] = &[
    Step::new("check", |_, pass| {
        Box::pin(ready(HelmReleases::check(pass)))
    }),
    Step::new("chart template", |it, pass| {
        Box::pin(it.chart_template(pass))
    }),
    Step::new("dependencies", |it, pass| Box::pin(it.dependencies(pass))),
    Step::new("source", |it, pass| Box::pin(it.source(pass))),
    Step::new("values", |it, pass| Box::pin(it.values(pass))),
    Step::new("chart", |it, pass| Box::pin(it.chart(pass))),
    Step::new("identity", |it, pass| Box::pin(it.identity(pass))),
    Step::new("target", |it, pass| Box::pin(it.release_target(pass))),
    Step::new("attempt", |it, pass| Box::pin(ready(Ok(it.attempt(pass))))),
    Step::new("act", |it, pass| Box::pin(it.act(pass))),
];

impl Reconciler for HelmReleases {
    type Object = HelmRelease;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: FIELD_MANAGER,
        owned: &[RELEASED, REMEDIATED, TEST_SUCCESS, DRIFTED],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Silent,
    };

    const UNFINISHED: Unfinished = Unfinished::Left;

    fn steps(&self) -> &'static [Step<Self>] {
        STEPS
    }

    fn schedule(&self, object: &HelmRelease) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.settings.jitter)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        self.undo(pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, _verdict: &Verdict) {
        self.settings.under_way.end(&pass.key());
    }

    fn forget(&self, key: &ObjectKey) {
        self.settings.waiting.leave(key);
        self.settings.under_way.end(key);
        self.settings.seen.forget(key);
    }
}

impl HelmReleases {
    /// A reconciler with these settings.
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}
