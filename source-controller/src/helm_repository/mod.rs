//! HelmRepository: an index of charts, published as an artifact; or, of type `oci`, data for HelmChart alone (H1).
//!
//! ```text
//! storage ──▶ source ──────────────▶ artifact ──▶ (summariser) ──▶ conclude
//! what is     credentials, fetch,    JSON into    Ready, patch     success event
//! there?      read the index         storage
//! ```
//!
//! A step records what it found in conditions and in [`State`]; none writes Ready. Nothing is kept between passes but
//! the files in storage.

pub mod access;
pub mod conditions;
mod error;
mod notify;
mod steps;

use std::time::Duration;

use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::source::{HelmRepository, HelmRepositoryType};

use crate::source::{self, MANAGER, Options, Publisher};
use crate::storage::Storage;
pub use error::Error;

/// The interval of objects that name none.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(1);

/// Reconciles every HelmRepository that the controller looks at.
#[derive(Debug, Clone)]
pub struct HelmRepositories {
    storage: Storage,
    options: Options,
    /// Bytes of an index: `--helm-index-max-size`.
    index_limit: u64,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// The digest of the fetched bytes (S1).
    revision: Option<String>,
    /// The index to be stored; none when it is there already.
    index: Option<helm_repo::Index>,
}

impl HelmRepositories {
    /// A reconciler that publishes to this storage. `index_limit` is in bytes.
    pub fn new(storage: Storage, options: Options, index_limit: u64) -> Self {
        Self {
            storage,
            options,
            index_limit,
        }
    }
}

impl Publisher for HelmRepositories {
    fn storage(&self) -> &Storage {
        &self.storage
    }
}

impl Reconciler for HelmRepositories {
    type Object = HelmRepository;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: conditions::ORDER,
        summary: conditions::SUMMARY,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<HelmRepositories>] = &[
            Step::new("storage", |repositories, pass| {
                Box::pin(source::storage::run(repositories, pass))
            }),
            Step::new("source", |repositories, pass| {
                Box::pin(steps::source::run(repositories, pass))
            }),
            Step::new("artifact", |repositories, pass| {
                Box::pin(steps::artifact::run(repositories, pass))
            }),
        ];
        STEPS
    }

    fn schedule(&self, object: &HelmRepository) -> Schedule {
        let interval = object.spec.interval.as_ref();
        let interval = interval.map_or(DEFAULT_INTERVAL, crds::meta::Duration::as_std);
        Schedule::every(interval).with_jitter(self.options.jitter)
    }

    fn is_static(&self, object: &HelmRepository) -> bool {
        object.spec.r#type == Some(HelmRepositoryType::Oci)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        source::storage::finalize(self, pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}
