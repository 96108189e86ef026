//! One mechanism for all kinds: [`Sources`] reconciles the objects of a [`Kind`], which brings what is its own.

use std::time::Duration;

use common::conditions::{ConditionType, Summary};
use common::controller::{Index, Trigger};
use common::reconcile::{
    ObservedGeneration, Opening, Pass, Profile, Reconciler, Schedule, Step, Stop, Verdict,
};
use crds::meta::Artifact;

use super::conditions::VERIFIED;
use super::{MANAGER, Options, Published, notify, storage};
use crate::storage::Storage;

/// What a kind of source has of its own.
pub trait Kind: Send + Sync + Sized + 'static {
    /// The kind of the objects.
    type Object: Published;
    /// What the steps of a pass hand to each other.
    type State: Default + Send + Sync + 'static;

    /// The conditions of the kind (K7), the most telling first: Ready follows from them (R8).
    const CONDITIONS: &'static [ConditionType];
    /// Those whose False replaces reason and message of Ready at the end (R8).
    const OVERRIDING: &'static [ConditionType] = &[VERIFIED];
    /// The steps of a pass, in order; [`steps!`](super::steps) writes them.
    const STEPS: &'static [Step<Sources<Self>>];

    /// How often the source is looked at.
    fn interval(object: &Self::Object) -> Duration;

    /// Indexes over the objects, for the triggers.
    fn indexes() -> Vec<Index<Self::Object>> {
        Vec::new()
    }

    /// What wakes objects besides their own changes.
    fn triggers() -> Vec<Trigger<Self::Object>> {
        Vec::new()
    }

    /// Whether the object only holds data for others (H1).
    fn is_static(_: &Self::Object) -> bool {
        false
    }

    /// The event about the artifact that a pass ended with, if there is something to say (E5).
    fn success(pass: &Pass<Sources<Self>>, artifact: &Artifact) -> Option<Success>;
}

/// What the success event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// In words.
    pub message: String,
    /// For kinds that have other reasons than those of E4.
    pub reason: Option<&'static str>,
}

impl From<String> for Success {
    fn from(message: String) -> Self {
        Self {
            message,
            reason: None,
        }
    }
}

/// Reconciles every object of a kind that the controller looks at.
#[derive(Debug, Clone)]
pub struct Sources<K> {
    pub(crate) kind: K,
    pub(crate) storage: Storage,
    pub(crate) options: Options,
}

impl<K: Kind> Sources<K> {
    /// A reconciler that publishes to this storage.
    pub(super) fn new(kind: K, storage: Storage, options: Options) -> Self {
        Self {
            kind,
            storage,
            options,
        }
    }
}

impl<K: Kind> Reconciler for Sources<K> {
    type Object = K::Object;
    type State = K::State;

    const PROFILE: Profile = Profile {
        manager: MANAGER,
        owned: K::CONDITIONS,
        summary: Summary {
            order: K::CONDITIONS,
            overriding: K::OVERRIDING,
        },
        observed_generation: ObservedGeneration::Settled,
        opening: Opening::Announced,
    };

    fn steps(&self) -> &'static [Step<Self>] {
        K::STEPS
    }

    fn schedule(&self, object: &K::Object) -> Schedule {
        Schedule::every(K::interval(object)).with_jitter(self.options.jitter)
    }

    fn is_static(&self, object: &K::Object) -> bool {
        K::is_static(object)
    }

    async fn finalize(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        storage::finalize(self, pass).await
    }

    fn conclude(&self, pass: &mut Pass<Self>, verdict: &Verdict) {
        notify::conclude(pass, verdict);
    }
}

/// The steps of a pass: the look into storage, then the named modules of the kind's `steps`, each with its `run`.
macro_rules! steps {
    ($($step:ident),+ $(,)?) => {
        &[
            common::reconcile::Step::new("storage", |sources, pass| {
                Box::pin($crate::source::storage::run(sources, pass))
            }),
            $(common::reconcile::Step::new(stringify!($step), |sources, pass| {
                Box::pin(steps::$step::run(sources, pass))
            })),+
        ]
    };
}
pub(crate) use steps;
