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

use common::conditions::ConditionType;
use common::reconcile::{Pass, Step};
use crds::meta::Artifact;
use crds::source::{HelmRepository, HelmRepositoryType};

use crate::source::{self, Kind, Sources, Success};
pub use error::Error;

/// The interval of objects that name none.
const DEFAULT_INTERVAL: Duration = Duration::from_mins(1);

/// Reconciles every HelmRepository that the controller looks at.
pub type HelmRepositories = Sources<Helm>;

/// The kind.
#[derive(Debug, Clone)]
pub struct Helm {
    /// Bytes of an index: `--helm-index-max-size`.
    pub index_limit: u64,
}

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// The digest of the fetched bytes (S1).
    revision: Option<String>,
    /// The index to be stored; none when it is there already.
    index: Option<helm_repo::Index>,
}

impl Kind for Helm {
    type Object = HelmRepository;
    type State = State;

    const CONDITIONS: &'static [ConditionType] = conditions::ORDER;
    const OVERRIDING: &'static [ConditionType] = &[];
    const STEPS: &'static [Step<HelmRepositories>] = source::steps![source, artifact];

    fn interval(object: &HelmRepository) -> Duration {
        let interval = object.spec.interval.as_ref();
        interval.map_or(DEFAULT_INTERVAL, crds::meta::Duration::as_std)
    }

    fn is_static(object: &HelmRepository) -> bool {
        object.spec.r#type == Some(HelmRepositoryType::Oci)
    }

    fn success(pass: &Pass<HelmRepositories>, artifact: &Artifact) -> Option<Success> {
        Some(notify::message(artifact, &pass.object.spec.url).into())
    }
}
