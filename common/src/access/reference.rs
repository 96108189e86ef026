//! References across namespaces.

use crate::conditions::reasons;
use crate::object::ObjectReference;
use crate::reconcile::{Class, Policy};

/// Whether references may cross namespaces: `--no-cross-namespace-refs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossNamespace {
    /// They may.
    Allowed,
    /// They may not.
    Blocked,
}

/// A reference that was refused; the condition table of section 4 has its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenied {
    /// The reference leaves the object's namespace.
    #[error("can't access '{0}', cross-namespace references have been blocked")]
    CrossNamespace(String),
    /// The kind needs a feature gate that is off.
    #[error("can't access '{target}', {gate} feature gate is disabled")]
    GateDisabled {
        /// `Kind/namespace/name`.
        target: String,
        /// The gate.
        gate: &'static str,
    },
}

impl Policy for AccessDenied {
    fn reason(&self) -> &'static str {
        reasons::ACCESS_DENIED
    }

    fn class(&self) -> Class {
        Class::Stall
    }
}

impl CrossNamespace {
    /// From the value of `--no-cross-namespace-refs`.
    pub const fn blocked_if(no_cross_namespace_refs: bool) -> Self {
        if no_cross_namespace_refs {
            Self::Blocked
        } else {
            Self::Allowed
        }
    }
}

/// Decides whether an object in `namespace` may refer to `target`. A target without a namespace is never allowed to be
/// elsewhere by accident: the caller fills in the effective one.
///
/// # Errors
/// The refusal, with its policy: stalled, `AccessDenied`.
pub fn check_reference(
    rule: CrossNamespace,
    namespace: &str,
    target: &ObjectReference,
) -> Result<(), AccessDenied> {
    if rule == CrossNamespace::Allowed || target.namespace == namespace && !namespace.is_empty() {
        Ok(())
    } else {
        Err(AccessDenied::CrossNamespace(target.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(namespace: &str) -> ObjectReference {
        ObjectReference {
            kind: "GitRepository".into(),
            namespace: namespace.into(),
            name: "repo".into(),
            ..ObjectReference::default()
        }
    }

    #[test]
    fn section_4_a_blocked_reference_stalls_with_access_denied() {
        let denied =
            check_reference(CrossNamespace::Blocked, "apps", &target("infra")).unwrap_err();
        assert_eq!(
            denied.to_string(),
            "can't access 'GitRepository/infra/repo', cross-namespace references have been blocked"
        );
        assert_eq!(
            (denied.reason(), denied.class()),
            ("AccessDenied", Class::Stall)
        );
    }

    #[test]
    fn references_within_the_namespace_always_pass_and_an_unknown_namespace_never() {
        assert!(check_reference(CrossNamespace::Blocked, "apps", &target("apps")).is_ok());
        assert!(check_reference(CrossNamespace::Allowed, "apps", &target("infra")).is_ok());
        assert!(check_reference(CrossNamespace::Blocked, "", &target("")).is_err());
        assert_eq!(CrossNamespace::blocked_if(true), CrossNamespace::Blocked);
    }

    #[test]
    fn section_4_a_gated_kind_says_which_gate() {
        let denied = AccessDenied::GateDisabled {
            target: "ExternalArtifact/apps/x".into(),
            gate: "ExternalArtifact",
        };
        assert_eq!(
            denied.to_string(),
            "can't access 'ExternalArtifact/apps/x', ExternalArtifact feature gate is disabled"
        );
    }
}
