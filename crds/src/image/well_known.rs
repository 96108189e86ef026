//! Reasons of image updates.

/// Reasons of conditions and events.
pub mod reason {
    /// The name of an image is none, or has more than a name should.
    pub const IMAGE_URL_INVALID: &str = "ImageURLInvalid";
    /// The credentials for a registry cannot be used.
    pub const AUTHENTICATION_FAILED: &str = "AuthenticationFailed";
    /// The tags of an image cannot be read.
    pub const READ_OPERATION_FAILED: &str = "ReadOperationFailed";
    /// What a policy refers to is not there yet.
    pub const DEPENDENCY_NOT_READY: &str = "DependencyNotReady";
    /// Digests are to be looked up at an interval that is not set.
    pub const INTERVAL_NOT_CONFIGURED: &str = "IntervalNotConfigured";
    /// The order of a policy or its filter cannot be used.
    pub const INVALID_POLICY: &str = "InvalidPolicy";
    /// Anything else.
    pub const FAILURE: &str = "Failure";
    /// The update strategy is not known.
    pub const INVALID_UPDATE_STRATEGY: &str = "InvalidUpdateStrategy";
    /// The source cannot be used for updates.
    pub const INVALID_SOURCE_CONFIGURATION: &str = "InvalidSourceConfiguration";
    /// The checkout could not be prepared.
    pub const SOURCE_MANAGER_FAILED: &str = "SourceManagerFailed";
    /// A git operation failed.
    pub const GIT_OPERATION_FAILED: &str = "GitOperationFailed";
    /// The update itself failed.
    pub const UPDATE_FAILED: &str = "UpdateFailed";
    /// The policy selector cannot be read.
    pub const INVALID_POLICY_SELECTOR: &str = "InvalidPolicySelector";
    /// The commit template uses a field that is gone.
    pub const REMOVED_TEMPLATE_FIELD: &str = "RemovedTemplateField";
}
