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
use std::time::Duration;

use common::conditions::ConditionType;
use common::reconcile::{Pass, Step};
use crds::meta::Artifact;
use crds::source::GitRepository;
use git::{Checkout, Revision};

use crate::source::{self, Kind, Sources, Success};
pub use error::Error;

/// Reconciles every GitRepository that the controller looks at.
pub type GitRepositories = Sources<Git>;

/// The kind.
#[derive(Debug, Clone)]
pub struct Git;

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

impl Kind for Git {
    type Object = GitRepository;
    type State = State;

    const CONDITIONS: &'static [ConditionType] = conditions::ORDER;
    const STEPS: &'static [Step<GitRepositories>] =
        source::steps![support, include, source, verify, artifact];

    fn interval(object: &GitRepository) -> Duration {
        object.spec.interval.as_std()
    }

    fn success(pass: &Pass<GitRepositories>, artifact: &Artifact) -> Option<Success> {
        Some(notify::message(pass, artifact).into())
    }
}
