//! Labels, annotations and field managers of applied objects (K4.3, K8.1, K8.2, K8.5, K14.1).

/// Field manager of everything that is applied.
pub const FIELD_MANAGER: &str = "kustomize-controller";
/// Field manager of the status of a Kustomization.
pub const STATUS_FIELD_MANAGER: &str = "gotk-kustomize-controller";

/// Label of every applied object: the name of its Kustomization.
pub const OWNER_NAME_LABEL: &str = "kustomize.toolkit.fluxcd.io/name";
/// Label of every applied object: the namespace of its Kustomization.
pub const OWNER_NAMESPACE_LABEL: &str = "kustomize.toolkit.fluxcd.io/namespace";

/// With the value `disabled`, the object is neither applied nor deleted.
pub const RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
/// How the object is applied: `Ignore`, `IfNotPresent`, `Merge` or `Override`.
pub const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";
/// With the value `enabled`, the object is recreated when an immutable field changes.
pub const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";
/// With the value `disabled`, the object is never deleted.
pub const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
/// With the value `disabled`, variables in the object are left alone.
pub const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";
/// With the value `disabled`, the object is not decrypted.
pub const DECRYPT: &str = "kustomize.toolkit.fluxcd.io/decrypt";

/// Values of [`SSA`].
pub mod ssa {
    /// The object is neither applied nor deleted.
    pub const IGNORE: &str = "Ignore";
    /// The object is applied only when it does not exist.
    pub const IF_NOT_PRESENT: &str = "IfNotPresent";
    /// Fields of other managers are left alone.
    pub const MERGE: &str = "Merge";
    /// Fields of other managers are taken over; the default.
    pub const OVERRIDE: &str = "Override";
}

/// Annotation of `kubectl apply`, which is taken off.
pub const LAST_APPLIED_ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Annotation of older versions, which is taken off.
pub const CHECKSUM_ANNOTATION: &str = "kustomize.toolkit.fluxcd.io/checksum";
/// Annotation of version 1, which is taken off.
pub const SYNC_CHECKSUM_ANNOTATION: &str = "fluxcd.io/sync-checksum";
/// Label of version 1, which is taken off.
pub const SYNC_GC_MARK_LABEL: &str = "fluxcd.io/sync-gc-mark";
