//! GitRepository: a revision of a git repository, published as an artifact.
//!
//! ```text
//! storage ──▶ support ──▶ include ──▶ source ──▶ artifact ──▶ (summariser) ──▶ conclude
//! what is     refuse      others'     list,      archive,     Ready, patch     success event
//! there?      politely    artifacts   fetch      publish
//! ```
//!
//! A step records what it found in conditions and in [`State`]; none writes Ready. Nothing is kept between passes but
//! the files in storage.

pub mod conditions;
mod content;
mod error;
mod notify;
mod steps;

use std::path::PathBuf;
use std::sync::Arc;

use artifact::store::ObjectDir;
use common::jitter::Jitter;
use common::object::Object as _;
use common::reconcile::{
    Flow, Notice, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop,
    Verdict,
};
use crds::meta::Artifact;
use crds::source::GitRepository;
use crds::source::well_known::reason;
use git::{Checkout, Revision};

use crate::storage::Storage;
pub use error::Error;

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "source-controller";

/// Reconciles every GitRepository that the controller looks at.
#[derive(Debug, Clone)]
pub struct GitRepositories {
    storage: Storage,
    options: Options,
}

/// How the reconciler works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Spread of the intervals: `--interval-jitter-percentage`.
    pub jitter: Jitter,
    /// How soon an object that waits for another is looked at again: `--requeue-dependency`.
    pub requeue_dependency: std::time::Duration,
    /// Where fetched packs are kept while they are read.
    pub temporary: PathBuf,
    /// Budgets of a fetch and of the artifact made of it.
    pub budget: Budget,
}

/// Budgets that keep one repository from taking the controller down.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Bytes of a pack.
    pub pack: u64,
    /// Bytes of all files of an artifact, before compression.
    pub files: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            pack: 4 << 30,
            files: 4 << 30,
        }
    }
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

/// The directory of an object's artifacts (S1).
fn directory(object: &GitRepository) -> Result<ObjectDir, Error> {
    let key = object.key();
    Ok(ObjectDir::new("GitRepository", &key.namespace, &key.name)?)
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
                Box::pin(steps::storage::run(repositories, pass))
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
            Step::new("artifact", |repositories, pass| {
                Box::pin(steps::artifact::run(repositories, pass))
            }),
        ];
        STEPS
    }

    fn schedule(&self, object: &GitRepository) -> Schedule {
        Schedule::every(object.spec.interval.as_std()).with_jitter(self.options.jitter)
    }

    /// Removes the object's artifacts (R2).
    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        let directory = directory(&pass.object)?;
        let storage = self.storage.clone();
        let removed =
            steps::background(move || storage.remove_object(&directory).map_err(Error::Garbage))
                .await?;
        if removed {
            let message = "garbage collected artifacts for deleted resource";
            pass.event(
                Notice::Trace,
                reason::GARBAGE_COLLECTION_SUCCEEDED,
                message,
                &[],
            );
        }
        pass.object.status.artifact = None;
        Ok(())
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict);
    }
}

/// Success of a step that leaves the rest to do.
const NEXT: Result<Flow, Stop> = Ok(Flow::Next);
