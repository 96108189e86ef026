//! Group `source.extensions.fluxcd.io`, version v1beta1: artifacts made of other artifacts.

mod artifact_generator;
pub mod well_known;

pub use self::artifact_generator::{
    ArtifactGenerator, ArtifactGeneratorSpec, ArtifactGeneratorStatus, ArtifactSourceKind,
    CopyOperation, CopyStrategy, ExternalArtifactReference, OutputArtifact, SourceReference,
};

/// The group.
pub const GROUP: &str = "source.extensions.fluxcd.io";
/// The one version of the group.
pub const VERSION: &str = "v1beta1";
