//! HelmChart: a chart of a repository or of a directory in a source, published as an artifact.
//!
//! ```text
//! storage ──▶ support ──▶ source ──▶ build ───────────────────────▶ artifact ──▶ (summariser) ──▶ conclude
//! what is     refuse      look it    pick a version, pull;          into         Ready, patch     success event
//! there?      politely    up         or package; values, version    storage
//! ```
//!
//! A step records what it found in conditions and in [`State`]; none writes Ready. Nothing is kept between passes but
//! the files in storage.

mod build;
pub mod conditions;
mod error;
mod notify;
mod steps;
mod values;
pub mod watch;

use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::source::HelmChart;

use crate::source::{self, MANAGER, Options, Publisher};
use crate::storage::Storage;
pub use error::Error;

/// Reconciles every HelmChart that the controller looks at.
#[derive(Debug, Clone)]
pub struct HelmCharts {
    storage: Storage,
    options: Options,
    limits: Limits,
}

/// Budgets of a chart (C6).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of an archive: `--helm-chart-max-size`.
    pub chart: u64,
    /// Bytes of a file in it: `--helm-chart-file-max-size`.
    pub file: u64,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// Where the chart comes from.
    source: Option<steps::source::Source>,
    /// The chart.
    build: Option<build::Build>,
}

impl HelmCharts {
    /// A reconciler that publishes to this storage.
    pub fn new(storage: Storage, options: Options, limits: Limits) -> Self {
        Self {
            storage,
            options,
            limits,
        }
    }
}

impl Publisher for HelmCharts {
    fn storage(&self) -> &Storage {
        &self.storage
    }
}

impl Reconciler for HelmCharts {
    type Object = HelmChart;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: conditions::ORDER,
        summary: conditions::SUMMARY,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<HelmCharts>] = &[
            Step::new("storage", |charts, pass| {
                Box::pin(source::storage::run(charts, pass))
            }),
            Step::new("support", |charts, pass| {
                Box::pin(steps::support::run(charts, pass))
            }),
            Step::new("source", |charts, pass| {
                Box::pin(steps::source::run(charts, pass))
            }),
            Step::new("build", |charts, pass| {
                Box::pin(steps::build::run(charts, pass))
            }),
            Step::new("artifact", |charts, pass| {
                Box::pin(steps::artifact::run(charts, pass))
            }),
        ];
        STEPS
    }

    fn schedule(&self, object: &HelmChart) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.options.jitter)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        source::storage::finalize(self, pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}
