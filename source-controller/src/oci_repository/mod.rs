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

use std::time::Duration;

use common::conditions::ConditionType;
use common::reconcile::{Pass, Step};
use crds::meta::Artifact;
use crds::source::OciRepository;

use crate::source::{self, Kind, Sources, Success};
pub use error::Error;

/// Reconciles every OCIRepository that the controller looks at.
pub type OciRepositories = Sources<Oci>;

/// The kind.
#[derive(Debug, Clone)]
pub struct Oci;

/// What the steps of a pass hand to each other.
#[derive(Default)]
pub struct State {
    /// What the registry has.
    revision: Option<content::Revision>,
    /// The pulled layer; none when there was no need to pull.
    layer: Option<content::Layer>,
}

impl Kind for Oci {
    type Object = OciRepository;
    type State = State;

    const CONDITIONS: &'static [ConditionType] = conditions::ORDER;
    const STEPS: &'static [Step<OciRepositories>] = source::steps![support, source, artifact];

    fn interval(object: &OciRepository) -> Duration {
        object.spec.interval.as_std()
    }

    fn success(pass: &Pass<OciRepositories>, artifact: &Artifact) -> Option<Success> {
        Some(notify::message(artifact, &pass.object.spec.url).into())
    }
}
