//! Names of the generator of artifacts (A2, A4, A8, A9).

/// Finalizer of an ArtifactGenerator.
pub const FINALIZER: &str = "source.extensions.fluxcd.io/finalizer";
/// Label of an ExternalArtifact: the uid of its generator.
pub const GENERATOR_LABEL: &str = "source.extensions.fluxcd.io/generator";
/// Annotation that pauses a generator when it is `disabled`.
pub const RECONCILE_ANNOTATION: &str = "source.extensions.fluxcd.io/reconcile";
/// Field manager of ExternalArtifacts.
pub const FIELD_MANAGER: &str = "source-watcher";

/// Reasons of conditions and events.
pub mod reason {
    /// The annotation pauses the generator.
    pub const RECONCILIATION_DISABLED: &str = "ReconciliationDisabled";
    /// The spec contradicts itself.
    pub const VALIDATION_FAILED: &str = "ValidationFailed";
    /// A source is missing, not ready or unreachable.
    pub const SOURCE_FETCH_FAILED: &str = "SourceFetchFailed";
}
