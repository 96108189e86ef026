//! Names that are contract: annotations, labels, finalizers, field managers, condition types and
//! reasons that more than one kind uses. Those of one group are beside its kinds.

/// Finalizer of every kind whose deletion needs work (K1.6, K6).
pub const FINALIZER: &str = "finalizers.fluxcd.io";

/// Value that switches an annotation's effect on.
pub const ENABLED: &str = "enabled";
/// Value that switches an annotation's effect off.
pub const DISABLED: &str = "disabled";

/// Annotations that people and programs put on objects.
pub mod annotation {
    /// Any changed value asks for a reconciliation now (K8.3, K6).
    pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";
    /// With the same value as [`REQUESTED_AT`], forces a release even when nothing changed.
    pub const FORCE_AT: &str = "reconcile.fluxcd.io/forceAt";
    /// With the same value as [`REQUESTED_AT`], resets the failure counts of a release.
    pub const RESET_AT: &str = "reconcile.fluxcd.io/resetAt";
    /// Annotations that start so go into the metadata of every event of the object (E2, K7.3).
    pub const EVENT_PREFIX: &str = "event.toolkit.fluxcd.io/";
}

/// Labels that people and programs put on objects.
pub mod label {
    /// ConfigMaps and Secrets with [`WATCH_ENABLED`] here wake their users when they change (K8.4).
    pub const WATCH: &str = "reconcile.fluxcd.io/watch";
    /// Value of [`WATCH`].
    pub const WATCH_ENABLED: &str = "Enabled";
    /// The controller instance that owns the object.
    pub const SHARD_KEY: &str = "sharding.fluxcd.io/key";
}

/// Types of conditions of every group.
pub mod condition {
    /// Whether the object is in its desired state.
    pub const READY: &str = "Ready";
    /// Present while work is under way.
    pub const RECONCILING: &str = "Reconciling";
    /// Present when only a change by the user can help.
    pub const STALLED: &str = "Stalled";
    /// Whether the applied objects are healthy.
    pub const HEALTHY: &str = "Healthy";
}

/// Reasons of conditions and events of every group.
pub mod reason {
    /// The operation succeeded.
    pub const SUCCEEDED: &str = "Succeeded";
    /// The operation failed.
    pub const FAILED: &str = "Failed";
    /// Work is under way.
    pub const PROGRESSING: &str = "Progressing";
    /// Work is under way again after a failure.
    pub const PROGRESSING_WITH_RETRY: &str = "ProgressingWithRetry";
    /// The object is suspended.
    pub const SUSPENDED: &str = "Suspended";
    /// A dependency is not ready.
    pub const DEPENDENCY_NOT_READY: &str = "DependencyNotReady";
    /// A path is not valid or not there.
    pub const INVALID_PATH: &str = "InvalidPath";
    /// A URL cannot be used.
    pub const INVALID_URL: &str = "InvalidURL";
    /// A plain-text connection was asked for where it is not allowed.
    pub const INSECURE_CONNECTIONS_DISALLOWED: &str = "InsecureConnectionsDisallowed";
    /// The protocol is not supported.
    pub const UNSUPPORTED_CONNECTION_TYPE: &str = "UnsupportedConnectionType";
    /// Deleting what is no longer wanted failed.
    pub const PRUNE_FAILED: &str = "PruneFailed";
    /// The artifact is missing, unreachable or damaged.
    pub const ARTIFACT_FAILED: &str = "ArtifactFailed";
    /// Building the objects failed.
    pub const BUILD_FAILED: &str = "BuildFailed";
    /// An applied object did not become healthy.
    pub const HEALTH_CHECK_FAILED: &str = "HealthCheckFailed";
    /// A newer change ended the wait for health.
    pub const HEALTH_CHECK_CANCELED: &str = "HealthCheckCanceled";
    /// The reconciliation succeeded.
    pub const RECONCILIATION_SUCCEEDED: &str = "ReconciliationSucceeded";
    /// The reconciliation failed.
    pub const RECONCILIATION_FAILED: &str = "ReconciliationFailed";
    /// A CEL expression does not compile.
    pub const INVALID_CEL_EXPRESSION: &str = "InvalidCELExpression";
    /// The spec needs a feature gate that is off.
    pub const FEATURE_GATE_DISABLED: &str = "FeatureGateDisabled";
    /// A reference to another namespace is blocked.
    pub const ACCESS_DENIED: &str = "AccessDenied";
}

/// Keys of event metadata, each after the group of the object and a slash (K7.3, E3).
pub mod event {
    /// Group of the keys that belong to no kind.
    pub const GROUP: &str = "event.toolkit.fluxcd.io";
    /// The revision that the event is about.
    pub const REVISION: &str = "revision";
    /// The commit that the revision was made from.
    pub const ORIGIN_REVISION: &str = "originRevision";
    /// Digest of the artifact.
    pub const DIGEST: &str = "digest";
    /// Tells two events of the same text apart.
    pub const TOKEN: &str = "token";
    /// Asks for a commit status, with [`COMMIT_STATUS_UPDATE`].
    pub const COMMIT_STATUS: &str = "commit_status";
    /// Value of [`COMMIT_STATUS`].
    pub const COMMIT_STATUS_UPDATE: &str = "update";
    /// The change request to comment on.
    pub const CHANGE_REQUEST: &str = "change_request";
}
