//! ImagePolicy: which of an image's tags is the newest.
//!
//! ```text
//! spec ──▶ repository ──────────▶ choose ──────────────▶ reflect ─────────▶ (summariser) ──▶ conclude
//! interval may we, is it there?   order, tags, filter    digest, status     Ready, patch     event
//! ```

mod error;
mod steps;
pub mod watch;

use std::time::Duration;

use common::access::CrossNamespace;
use common::conditions::Summary;
use common::reconcile::{
    Flow, ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::image::{ImagePolicy, ImageRepository, ReflectionPolicy};
use oci::Repository;

use crate::database::Database;
use crate::{MANAGER, notify};
pub use error::Error;

/// How often digests are looked up where the interval is zero.
const INTERVAL: Duration = Duration::from_mins(10);

/// Success of a step that leaves the rest to do.
const NEXT: Result<Flow, Stop> = Ok(Flow::Next);

/// Reconciles every ImagePolicy that the controller looks at.
#[derive(Debug, Clone)]
pub struct ImagePolicies {
    database: Database,
    requeue_dependency: Duration,
    cross_namespace: CrossNamespace,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// The repository that the policy refers to, and the image it names.
    repository: Option<(ImageRepository, Repository)>,
    /// The newest tag.
    tag: String,
}

impl ImagePolicies {
    /// A reconciler that chooses from the tags of this database.
    pub fn new(
        database: Database,
        requeue_dependency: Duration,
        cross_namespace: CrossNamespace,
    ) -> Self {
        Self {
            database,
            requeue_dependency,
            cross_namespace,
        }
    }
}

impl Reconciler for ImagePolicies {
    type Object = ImagePolicy;
    type State = State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: &[],
        summary: Summary::VERDICT,
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        const STEPS: &[Step<ImagePolicies>] = &[
            Step::new("spec", |_, pass| {
                Box::pin(std::future::ready(steps::spec::run(pass)))
            }),
            Step::new("repository", |policies, pass| {
                Box::pin(steps::repository::run(policies, pass))
            }),
            Step::new("choose", |policies, pass| {
                Box::pin(steps::choose::run(policies, pass))
            }),
            Step::new("reflect", |_, pass| Box::pin(steps::reflect::run(pass))),
        ];
        STEPS
    }

    /// Only digests are looked up again by themselves; new tags wake the policy (L9).
    fn schedule(&self, object: &ImagePolicy) -> Schedule {
        let every = object
            .spec
            .interval
            .as_ref()
            .map(crds::meta::Duration::as_std);
        let every = every.filter(|every| !every.is_zero()).unwrap_or(INTERVAL);
        let reflects = reflection(object) == ReflectionPolicy::Always;
        Schedule {
            interval: reflects.then_some(every),
            ..Schedule::every(every)
        }
    }

    /// Nothing is left behind by an ImagePolicy.
    async fn finalize(&self, _pass: &mut Pass<Self>) -> Result<(), Stop> {
        Ok(())
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::success(pass, verdict, &steps::reflect::message(&pass.object));
    }
}

/// When digests are looked up.
fn reflection(object: &ImagePolicy) -> ReflectionPolicy {
    match object.spec.digest_reflection_policy.clone() {
        None | Some(ReflectionPolicy::Other(_)) => ReflectionPolicy::Never,
        Some(given) => given,
    }
}
