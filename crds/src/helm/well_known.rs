//! Condition types, reasons and annotations of releases.

/// Annotation of an object in a release that is left out of drift detection when `disabled`.
pub const DRIFT_DETECTION: &str = "helm.toolkit.fluxcd.io/driftDetection";

/// Types of conditions.
pub mod condition {
    /// Whether the last install or upgrade succeeded.
    pub const RELEASED: &str = "Released";
    /// Whether the tests of the release succeeded.
    pub const TEST_SUCCESS: &str = "TestSuccess";
    /// Whether a failure was remediated.
    pub const REMEDIATED: &str = "Remediated";
    /// Whether the cluster differs from the release.
    pub const DRIFTED: &str = "Drifted";
}

/// Reasons of conditions and events.
pub mod reason {
    /// The chart was installed.
    pub const INSTALL_SUCCEEDED: &str = "InstallSucceeded";
    /// Installing failed.
    pub const INSTALL_FAILED: &str = "InstallFailed";
    /// The release was upgraded.
    pub const UPGRADE_SUCCEEDED: &str = "UpgradeSucceeded";
    /// Upgrading failed.
    pub const UPGRADE_FAILED: &str = "UpgradeFailed";
    /// The tests passed.
    pub const TEST_SUCCEEDED: &str = "TestSucceeded";
    /// A test failed.
    pub const TEST_FAILED: &str = "TestFailed";
    /// The release was rolled back.
    pub const ROLLBACK_SUCCEEDED: &str = "RollbackSucceeded";
    /// Rolling back failed.
    pub const ROLLBACK_FAILED: &str = "RollbackFailed";
    /// The release was uninstalled.
    pub const UNINSTALL_SUCCEEDED: &str = "UninstallSucceeded";
    /// Uninstalling failed.
    pub const UNINSTALL_FAILED: &str = "UninstallFailed";
    /// The cluster differs from the release.
    pub const DRIFT_DETECTED: &str = "DriftDetected";
    /// The cluster is as the release.
    pub const NO_DRIFT_DETECTED: &str = "NoDriftDetected";
    /// The inventory of the release could not be built.
    pub const INVENTORY_BUILD_FAILED: &str = "InventoryBuildFailed";
    /// The scope of the objects could not be looked up.
    pub const NAMESPACE_CHECK_SKIPPED: &str = "NamespaceCheckSkipped";
}
