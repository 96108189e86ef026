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
mod steps;
mod values;
mod watch;

use std::time::Duration;

use common::conditions::ConditionType;
use common::controller::{Index, Trigger};
use common::reconcile::{Pass, Step};
use crds::meta::Artifact;
use crds::source::HelmChart;

use crate::source::{self, Kind, Sources, Success};
pub use error::Error;

/// Reconciles every HelmChart that the controller looks at.
pub type HelmCharts = Sources<Charts>;

/// The kind.
#[derive(Debug, Clone)]
pub struct Charts {
    /// Budgets of a chart.
    pub limits: Limits,
}

/// Budgets of a chart (C6).
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of an archive: `--helm-chart-max-size`.
    pub chart: u64,
    /// Bytes of a file in it: `--helm-chart-file-max-size`.
    pub file: u64,
    /// Bytes of an index that lists charts it needs: `--helm-index-max-size`.
    pub index: u64,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// Where the chart comes from.
    source: Option<steps::source::Source>,
    /// The chart.
    build: Option<build::Build>,
}

impl Kind for Charts {
    type Object = HelmChart;
    type State = State;

    const CONDITIONS: &'static [ConditionType] = conditions::ORDER;
    const STEPS: &'static [Step<HelmCharts>] = source::steps![support, source, build, artifact];

    fn interval(object: &HelmChart) -> Duration {
        object.spec.interval.as_std()
    }

    fn indexes() -> Vec<Index<HelmChart>> {
        watch::indexes()
    }

    fn triggers() -> Vec<Trigger<HelmChart>> {
        watch::triggers()
    }

    /// In the words of the build (E4, E5).
    fn success(pass: &Pass<HelmCharts>, _: &Artifact) -> Option<Success> {
        pass.state.build.as_ref().map(|build| Success {
            message: build.to_string(),
            reason: Some(build.reason()),
        })
    }
}
