//! What is wrong with the spec itself.

use std::sync::Arc;

use apply::GroupKind;
use common::health_checks;
use common::reconcile::{Class, Flow, Notice, Pass, Progress, Stop};
use crds::helm::WaitStrategyName;
use crds::kustomize::CustomHealthCheck;
use health::{ExpressionError, Health, Precedence, Readers};
use serde_json::Value;

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
        let readers = health_checks::readers(Precedence::ReadersFirst, checks)?;
        pass.state.custom_kinds = checks.iter().map(kind).collect();
        pass.state.hook_readers = with_hooks(readers.clone());
        pass.state.readers = readers;
        Ok(())
    }
}

const fn is_known(strategy: &WaitStrategyName) -> bool {
    matches!(
        strategy,
        WaitStrategyName::Poller | WaitStrategyName::Legacy
    )
}

/// The readers of hooks; an expression of the user for Pods comes first.
fn with_hooks(mut readers: Readers) -> Readers {
    let _ = readers.insert(GroupKind::new("", "Pod"), Arc::new(pod_of_hook));
    readers
}

/// A Pod that is a hook has to end (H15.2).
fn pod_of_hook(pod: &Value) -> Health {
    let number = |pointer| pod.pointer(pointer).and_then(Value::as_i64);
    if let (Some(observed), Some(generation)) = (
        number("/status/observedGeneration"),
        number("/metadata/generation"),
    ) && observed != generation
    {
        return Health::in_progress("");
    }
    match pod.pointer("/status/phase").and_then(Value::as_str) {
        Some("Succeeded") => Health::current(""),
        Some("Failed") => Health::failed(""),
        _ => Health::in_progress(""),
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
        let readers = with_hooks(Readers::new(Precedence::ReadersFirst));
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
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "generation": 2},
                         "status": {"phase": "Succeeded", "observedGeneration": 1}});
        let late = readers.status(&pod, Timestamp::UNIX_EPOCH).status;
        assert_eq!(late, Status::InProgress);
    }

    #[test]
    fn h15_2_an_expression_of_the_user_for_pods_comes_first() {
        let check = CustomHealthCheck {
            api_version: "v1".to_owned(),
            kind: Some("Pod".to_owned()),
            in_progress: None,
            failed: None,
            current: "status.phase == 'Running'".to_owned(),
        };
        let readers = health_checks::readers(Precedence::ReadersFirst, &[check]).unwrap();
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
                         "status": {"phase": "Running"}});
        let status = with_hooks(readers)
            .status(&pod, Timestamp::UNIX_EPOCH)
            .status;
        assert_eq!(status, Status::Current);
    }
}
