//! Health expressions of a spec as readers (kustomize-controller.md K16.7, helm-controller.md H15.1).

use crds::kustomize::CustomHealthCheck;
use health::{ExpressionCheck, ExpressionError, Precedence, Readers};

/// The readers of `spec.healthCheckExprs`.
///
/// # Errors
/// An expression that does not compile.
pub fn readers(
    precedence: Precedence,
    checks: &[CustomHealthCheck],
) -> Result<Readers, ExpressionError> {
    let check = |check: &CustomHealthCheck| ExpressionCheck {
        api_version: check.api_version.clone(),
        kind: check.kind.clone().unwrap_or_default(),
        in_progress: check.in_progress.clone().unwrap_or_default(),
        failed: check.failed.clone().unwrap_or_default(),
        current: check.current.clone(),
    };
    let checks: Vec<ExpressionCheck> = checks.iter().map(check).collect();
    Readers::with_expressions(precedence, &checks)
}
