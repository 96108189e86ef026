//! Group `image.toolkit.fluxcd.io`, version v1: container images, and updates of them in git.

mod image_policy;
mod image_repository;
mod image_update_automation;
mod update_commit;
pub mod well_known;

pub use self::image_policy::{
    ImagePolicy, ImagePolicyChoice, ImagePolicySpec, ImagePolicyStatus, ImageRef, ReflectionPolicy,
    SemVerPolicy, TagFilter, TagOrder, TagOrderPolicy,
};
pub use self::image_repository::{
    ImageRepository, ImageRepositorySpec, ImageRepositoryStatus, ScanResult,
};
pub use self::image_update_automation::{
    AutomationSourceKind, ImageUpdateAutomation, ImageUpdateAutomationSpec,
    ImageUpdateAutomationStatus, UpdateSourceReference, UpdateStrategy, UpdateStrategyName,
};
pub use self::update_commit::{
    CommitSpec, CommitUser, GitCheckoutSpec, GitSpec, PushSpec, SigningKey, SigningKeyType,
};

/// The group.
pub const GROUP: &str = "image.toolkit.fluxcd.io";
/// The one version of the group.
pub const VERSION: &str = "v1";

pub(crate) const CATEGORIES: &[&str] = &["all", "fluxcd", "fluxcd-images"];
