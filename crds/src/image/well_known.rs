//! Reasons of image updates.

/// Reasons of conditions and events.
pub mod reason {
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
