//! Why an apply or a prune failed, in the words of compat K14.10 and K15.6.

use crate::change_set::ChangeSet;
use crate::cluster::ApiError;
use crate::wait::WaitError;
use std::fmt;

/// An object that could not be applied. `subject` is `Kind/namespace/name`; the payload of Secrets is masked.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The server refused the object before anything of its stage was written.
    #[error("{subject} {}", dry_run_text(namespace, source))]
    DryRun {
        subject: String,
        namespace: String,
        source: ApiError,
    },
    /// The live object could not be read, so its opt-outs are not known.
    #[error("{subject} query failed: {source}")]
    Query { subject: String, source: ApiError },
    #[error("{subject} apply failed: {source}")]
    Apply { subject: String, source: ApiError },
    #[error("{subject} metadata.managedFields cleanup failed: {source}")]
    Cleanup { subject: String, source: ApiError },
    #[error(
        "{subject} failed to migrate API version: failed to migrate managed fields API version to {api_version}: {source}"
    )]
    Migrate {
        subject: String,
        api_version: String,
        source: ApiError,
    },
    #[error("{subject} immutable field detected, failed to delete object: {source}")]
    Recreate { subject: String, source: ApiError },
    #[error(
        "{subject} immutable field detected, failed to wait for object to be deleted: {source}"
    )]
    RecreateWait { subject: String, source: ApiError },
    /// A stage that others need did not become healthy.
    #[error(transparent)]
    Stage(#[from] WaitError),
}

impl ApplyError {
    /// The answer of the server, where there was one.
    pub fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::DryRun { source, .. }
            | Self::Query { source, .. }
            | Self::Apply { source, .. }
            | Self::Cleanup { source, .. }
            | Self::Migrate { source, .. }
            | Self::Recreate { source, .. }
            | Self::RecreateWait { source, .. } => Some(source),
            Self::Stage(_) => None,
        }
    }
}

fn dry_run_text(namespace: &str, error: &ApiError) -> String {
    if error.is_not_found() {
        let what = if namespace.is_empty() {
            "namespace not specified"
        } else {
            "not found"
        };
        return format!("{what}: {error}");
    }
    let reason = match error.reason() {
        _ if error.is_field_manager_conflict() => "FieldManagerConflict",
        reason => reason,
    };
    if reason.is_empty() {
        format!("dry-run failed: {error}")
    } else {
        format!("dry-run failed ({reason}): {error}")
    }
}

/// A failed apply: the error, and what the stages before it did (compat K14.5). As text the error and, on
/// lines of their own, the changes (K7.5).
#[derive(Debug)]
pub struct ApplyFailure {
    pub error: ApplyError,
    /// The outcomes of completed stages.
    pub completed: ChangeSet,
}

impl fmt::Display for ApplyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        let lines = self.completed.changed_lines();
        if lines.is_empty() {
            Ok(())
        } else {
            write!(f, "\n{lines}")
        }
    }
}

impl std::error::Error for ApplyFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(namespace: &str, source: ApiError, want: &str) {
        let subject = "ConfigMap/ns/a".to_owned();
        let error = ApplyError::DryRun {
            subject,
            namespace: namespace.to_owned(),
            source,
        };
        assert_eq!(error.to_string(), want);
    }

    #[test]
    fn k14_10_dry_run_errors_name_the_reason() {
        let invalid = ApiError::status(422, "Invalid", "spec.x: required");
        check(
            "ns",
            invalid,
            "ConfigMap/ns/a dry-run failed (Invalid): spec.x: required",
        );
        let lost = ApiError::Transport("connection refused".into());
        check(
            "ns",
            lost,
            "ConfigMap/ns/a dry-run failed: connection refused",
        );
        let kind = ApiError::NoMatch(crate::Gvk::new("x.io/v1", "Foo"));
        let want =
            "ConfigMap/ns/a dry-run failed: no matches for kind \"Foo\" in version \"x.io/v1\"";
        check("ns", kind, want);
    }

    #[test]
    fn k14_10_not_found_tells_a_missing_namespace_from_a_missing_one_in_the_cluster() {
        let missing = ApiError::status(404, "NotFound", "namespaces \"ns\" not found");
        check(
            "ns",
            missing.clone(),
            "ConfigMap/ns/a not found: namespaces \"ns\" not found",
        );
        let want = "ConfigMap/ns/a namespace not specified: namespaces \"ns\" not found";
        check("", missing, want);
    }
}
