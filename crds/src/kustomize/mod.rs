//! Group `kustomize.toolkit.fluxcd.io`, version v1: what is built from a source and applied.

mod kustomization;
mod overlay;
mod source_reference;
pub mod well_known;

pub use self::kustomization::{
    BuildMetadata, Decryption, DecryptionProvider, DeletionPolicy, Kustomization,
    KustomizationSpec, KustomizationStatus, PostBuild, SubstituteReference, SubstituteStrategy,
};
pub use self::overlay::{CustomHealthCheck, IgnoreRule, Image, Patch, Selector};
pub use self::source_reference::{CrossNamespaceSourceReference, SourceKind};

/// The group.
pub const GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// The one version of the group.
pub const VERSION: &str = "v1";
