//! OCIRepository: a layer of an artifact in an OCI registry, published as an artifact.
//!
//! ```text
//! storage ──▶ support ──▶ source ─────────────────────▶ artifact ──▶ (summariser) ──▶ conclude
//! what is     refuse      credentials, tag, digest,     unpack or    Ready, patch     success event
//! there?      politely    pull by digest                copy
//! ```
//!
//! A step records what it found in conditions and in [`State`]; none writes Ready. Nothing is kept between passes but
//! the files in storage.

pub mod conditions;
mod content;
mod error;
mod notify;
mod steps;

use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::source::OciRepository;

use crate::source::{self, MANAGER, Options, Publisher};
use crate::storage::Storage;
pub use error::Error;

/// Reconciles every OCIRepository that the controller looks at.
#[derive(Debug, Clone)]
pub struct OciRepositories {
    storage: Storage,
    options: Options,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// What the registry has.
    revision: Option<content::Revision>,
    /// The pulled layer; none when there was no need to pull.
    layer: Option<content::Layer>,
}

impl OciRepositories {
    /// A reconciler that publishes to this storage.
    pub fn new(storage: Storage, options: Options) -> Self {
        Self { storage, options }
    }
}

impl Publisher for OciRepositories {
    fn storage(&self) -> &Storage {
        &self.storage
    }
}

impl Reconciler for OciRepositories {
    type Object = OciRepository;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: conditions::ORDER,
        summary: conditions::SUMMARY,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<OciRepositories>] = &[
            Step::new("storage", |repositories, pass| {
                Box::pin(source::storage::run(repositories, pass))
            }),
            Step::new("support", |repositories, pass| {
                Box::pin(steps::support::run(repositories, pass))
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

    fn schedule(&self, object: &OciRepository) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.options.jitter)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        source::storage::finalize(self, pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}
