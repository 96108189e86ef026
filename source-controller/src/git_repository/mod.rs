//! GitRepository: a revision of a git repository, published as an artifact.
//!
//! ```text
//! storage ──▶ support ──▶ include ──▶ source ──▶ verify ──▶ artifact ──▶ (summariser) ──▶ conclude
//! what is     refuse      others'     list,      signatures archive,     Ready, patch     success event
//! there?      politely    artifacts   fetch                 publish
//! ```
//!
//! A step records what it found in conditions and in [`State`]; none writes Ready. Nothing is kept between passes but
//! the files in storage.

pub mod conditions;
mod content;
mod error;
mod notify;
mod steps;

use std::sync::Arc;

use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::meta::Artifact;
use crds::source::GitRepository;
use git::{Checkout, Revision};

use crate::source::{self, MANAGER, Options, Publisher};
use crate::storage::Storage;
pub use error::Error;

/// Reconciles every GitRepository that the controller looks at.
#[derive(Debug, Clone)]
pub struct GitRepositories {
    storage: Storage,
    options: Options,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// What the remote has.
    revision: Option<Revision>,
    /// The fetched commit; none when there was no need to fetch.
    checkout: Option<Arc<Checkout>>,
    /// The artifacts of the included repositories, in the order of the spec.
    included: Vec<Artifact>,
}

impl GitRepositories {
    /// A reconciler that publishes to this storage.
    pub fn new(storage: Storage, options: Options) -> Self {
        Self { storage, options }
    }
}

impl Publisher for GitRepositories {
    fn storage(&self) -> &Storage {
        &self.storage
    }
}

impl Reconciler for GitRepositories {
    type Object = GitRepository;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: conditions::ORDER,
        summary: conditions::SUMMARY,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<GitRepositories>] = &[
            Step::new("storage", |repositories, pass| {
                Box::pin(source::storage::run(repositories, pass))
            }),
            Step::new("support", |repositories, pass| {
                Box::pin(steps::support::run(repositories, pass))
            }),
            Step::new("include", |repositories, pass| {
                Box::pin(steps::include::run(repositories, pass))
            }),
            Step::new("source", |repositories, pass| {
                Box::pin(steps::source::run(repositories, pass))
            }),
            Step::new("verify", |repositories, pass| {
                Box::pin(steps::verify::run(repositories, pass))
            }),
            Step::new("artifact", |repositories, pass| {
                Box::pin(steps::artifact::run(repositories, pass))
            }),
        ];
        STEPS
    }

    fn schedule(&self, object: &GitRepository) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.options.jitter)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        source::storage::finalize(self, pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}
