//! What is wrong with the spec itself.

use apply::GroupKind;
use common::health_checks;
use common::reconcile::{Class, Flow, Notice, Pass, Progress, Stop};
use crds::helm::WaitStrategyName;
use crds::kustomize::CustomHealthCheck;
use health::{ExpressionError, Precedence};

use crate::helm_release::{HelmReleases, reasons};

/// The beginning of messages about expressions.
pub(super) const TERMINAL: &str = "Reconciliation failed terminally due to configuration error";

impl HelmReleases {
    /// Parses the health expressions, and refuses what this version does not do.
    pub(in crate::helm_release) fn check(pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        let spec = &pass.object.spec;
        if spec.chart.is_some() == spec.chart_ref.is_some() {
            // The API server admits no such object (H3.7).
            tracing::error!("invalid Chart reference");
            return Err(Stop::abandon());
        }
        let strategy = spec.wait_strategy.as_ref().map(|strategy| &strategy.name);
        if let Some(strategy) = strategy.filter(|name| !is_known(name)) {
            let text = format!(
                "spec.waitStrategy.name '{}' is not supported: use 'poller' or 'legacy'",
                strategy.as_str()
            );
            return Err(Stop::new(Class::Stall, reasons::INVALID_SPEC, text));
        }
        if let Err(error) = Self::read_expressions(pass) {
            let stop = Stop::new(
                Class::Stall,
                reasons::INVALID_CEL_EXPRESSION,
                format!("{TERMINAL}: {error}"),
            );
            return Err(stop
                .with_event(error.to_string())
                .with_notice(Notice::Error));
        }
        pass.progress(&Progress::new("Fulfilling prerequisites"));
        Ok(Flow::Next)
    }

    /// Who tells whether objects are healthy and hooks are done.
    pub(super) fn read_expressions(pass: &mut Pass<Self>) -> Result<(), ExpressionError> {
        let checks = &pass.object.spec.health_check_exprs;
        let mut hook_checks = checks.clone();
        hook_checks.push(pod_of_hook());
        let precedence = Precedence::ReadersFirst;
        let readers = health_checks::readers(precedence, checks)?;
        // An expression of the user for Pods comes first.
        let hook_readers = health_checks::readers(precedence, &hook_checks)
            .or_else(|_| health_checks::readers(precedence, checks))?;
        pass.state.custom_kinds = checks.iter().map(kind).collect();
        (pass.state.readers, pass.state.hook_readers) = (readers, hook_readers);
        Ok(())
    }
}

const fn is_known(strategy: &WaitStrategyName) -> bool {
    matches!(
        strategy,
        WaitStrategyName::Poller | WaitStrategyName::Legacy
    )
}

/// A Pod that is a hook has to end (H15.2).
fn pod_of_hook() -> CustomHealthCheck {
    CustomHealthCheck {
        api_version: "v1".to_owned(),
        kind: Some("Pod".to_owned()),
        in_progress: None,
        failed: Some("has(status.phase) && status.phase == 'Failed'".to_owned()),
        current: "has(status.phase) && status.phase == 'Succeeded'".to_owned(),
    }
}

fn kind(check: &CustomHealthCheck) -> GroupKind {
    let group = check
        .api_version
        .split_once('/')
        .map_or("", |(group, _)| group);
    GroupKind::new(group, check.kind.clone().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use health::Status;
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn h15_2_a_pod_of_a_hook_must_succeed() {
        let readers = health_checks::readers(Precedence::ReadersFirst, &[pod_of_hook()]).unwrap();
        let status = |phase: Option<&str>| {
            let mut pod =
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "status": {}});
            if let Some(phase) = phase {
                pod["status"]["phase"] = json!(phase);
            }
            readers.status(&pod, Timestamp::UNIX_EPOCH).status
        };
        assert_eq!(status(None), Status::InProgress);
        assert_eq!(status(Some("Running")), Status::InProgress);
        assert_eq!(status(Some("Succeeded")), Status::Current);
        assert_eq!(status(Some("Failed")), Status::Failed);
    }
}
