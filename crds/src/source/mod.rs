//! Group `source.toolkit.fluxcd.io`, version v1: where artifacts come from.

mod bucket;
mod external_artifact;
mod git_repository;
mod helm_chart;
mod helm_repository;
mod oci_repository;
mod verification;
pub mod well_known;

pub use self::bucket::{
    Bucket, BucketProvider, BucketSpec, BucketStatus, BucketSts, BucketStsProvider,
};
pub use self::external_artifact::{ExternalArtifact, ExternalArtifactSpec, ExternalArtifactStatus};
pub use self::git_repository::{
    GitProvider, GitRepository, GitRepositoryInclude, GitRepositoryRef, GitRepositorySpec,
    GitRepositoryStatus, GitRepositoryVerification, GitVerificationMode,
};
pub use self::helm_chart::{
    ChartSourceKind, HelmChart, HelmChartSpec, HelmChartStatus, LocalHelmChartSourceReference,
    ReconcileStrategy,
};
pub use self::helm_repository::{
    HelmRepository, HelmRepositorySpec, HelmRepositoryStatus, HelmRepositoryType,
};
pub use self::oci_repository::{
    OciLayerOperation, OciLayerSelector, OciProvider, OciRepository, OciRepositoryRef,
    OciRepositorySpec, OciRepositoryStatus,
};
pub use self::verification::{
    HelmChartVerification, OciRepositoryVerification, OidcIdentityMatch, SignatureProvider,
};

/// The group.
pub const GROUP: &str = "source.toolkit.fluxcd.io";
/// The one version of the group.
pub const VERSION: &str = "v1";

pub(crate) const CATEGORIES: &[&str] = &["all", "fluxcd", "fluxcd-sources"];
