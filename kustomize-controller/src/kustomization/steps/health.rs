//! Waiting until what was applied works (section 16).

use std::collections::BTreeSet;
use std::time::Duration;

use apply::{Gvk, ObjectId, OnFailure, WaitOptions};
use common::conditions::{self, Status};
use common::object::Object as _;
use common::queue::Interrupted;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use crds::kustomize::{Kustomization, KustomizationSpec};
use tokio::time::{Instant, timeout};

use crate::args::gates::DISABLE_FAIL_FAST_BEHAVIOR;
use crate::kustomization::progress::message;
use crate::kustomization::{HEALTHY, Kustomizations, reasons};

/// A check that takes longer is told about.
const BRIEF: Duration = Duration::from_millis(200);

impl Kustomizations {
    /// Waits without holding a worker; something newer to apply ends the wait (K16.10).
    pub(in crate::kustomization) async fn health(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let wanted = wanted(&pass.object.spec, &pass.state.changes.ids_to_wait_for());
        if wanted.is_empty() {
            pass.remove(HEALTHY);
            return Ok(Flow::Next);
        }
        // Nobody waits for itself.
        let own = own_id(&pass.object);
        let ids: Vec<ObjectId> = wanted.into_iter().filter(|id| *id != own).collect();
        let began = Instant::now();
        let was_healthy = conditions::is_true(pass.object.conditions(), HEALTHY.name());
        let (cluster, options) = (pass.state.cluster(), self.wait_options(pass));
        let mut check =
            Box::pin(async move { apply::wait(cluster.as_ref(), &ids, &options).await });
        // A check that passes at once is not worth a write.
        let outcome = match pass.park(timeout(BRIEF, &mut check)).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_elapsed)) => {
                self.say_checking(pass).await?;
                pass.park(check).await
            }
            Err(interrupted) => Err(interrupted),
        };
        let took = common::duration::format(began.elapsed());
        match outcome {
            Ok(Ok(())) => {
                let text = format!("Health check passed in {took}");
                if !was_healthy || (is_new_revision(pass) && pass.state.changes.has_changes()) {
                    Self::tell(pass, &text);
                }
                pass.mark(HEALTHY, true, reasons::SUCCEEDED, &text);
                Ok(Flow::Next)
            }
            Ok(Err(error)) => {
                pass.mark(
                    HEALTHY,
                    false,
                    reasons::HEALTH_CHECK_FAILED,
                    &error.to_string(),
                );
                Self::remember(pass, reasons::HEALTH_CHECK_FAILED);
                let text = format!("health check failed after {took}: {error}");
                Err(pass
                    .state
                    .stop(Class::Retry, reasons::HEALTH_CHECK_FAILED, text))
            }
            Err(Interrupted::Shutdown) => Err(Stop::abandon()),
            Err(Interrupted::Changed(origin)) => {
                let text = format!("New reconciliation triggered by {origin}");
                let stop = pass.state.stop(
                    Class::Wait(Duration::ZERO),
                    reasons::HEALTH_CHECK_CANCELED,
                    text,
                );
                let event = format!(
                    "Health checks canceled due to new reconciliation triggered by {origin}"
                );
                Err(stop.with_event(event).with_notice(Notice::Info))
            }
        }
    }

    /// Healthy becomes Unknown, where there is news.
    async fn say_checking(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        let phase = "Running health checks";
        if pass.state.announced.is_some() {
            let text = message(pass, phase);
            pass.mark(HEALTHY, Status::Unknown, "Progressing", &text);
            self.say(pass, phase).await?;
        }
        Ok(())
    }

    fn wait_options(&self, pass: &mut Pass<Self>) -> WaitOptions {
        let objects = pass
            .state
            .built
            .iter()
            .flat_map(|built| &built.jobs_with_ttl);
        WaitOptions {
            on_failure: if self.settings.gates.enabled(DISABLE_FAIL_FAST_BEHAVIOR) {
                OnFailure::Continue
            } else {
                OnFailure::Stop
            },
            jobs_with_ttl: objects.cloned().collect::<BTreeSet<_>>(),
            known_current: pass.state.changes.current.clone(),
            seen: std::mem::take(&mut pass.state.changes.unsettled),
            readers: pass.state.readers.clone(),
            concurrency: self.settings.concurrent_ssa,
            ..WaitOptions::new(pass.object.spec.timeout())
        }
    }
}

/// Everything applied, or what the spec lists (K16.1).
fn wanted(spec: &KustomizationSpec, applied: &[ObjectId]) -> Vec<ObjectId> {
    if spec.wait {
        return applied.to_vec();
    }
    let checks = spec.health_checks.iter().map(|check| {
        let api_version = check
            .api_version
            .as_deref()
            .filter(|version| !version.is_empty());
        let gvk = Gvk::new(api_version.unwrap_or("apps/v1"), &check.kind);
        ObjectId::new(
            check.namespace.clone().unwrap_or_default(),
            &check.name,
            gvk.group,
            gvk.kind,
        )
    });
    checks.collect()
}

fn own_id(object: &Kustomization) -> ObjectId {
    let key = object.key();
    ObjectId::new(
        &*key.namespace,
        &*key.name,
        crds::kustomize::GROUP,
        Kustomization::KIND,
    )
}

fn is_new_revision(pass: &Pass<Kustomizations>) -> bool {
    pass.object.status.last_applied_revision.as_ref()
        != Some(&pass.state.source().artifact.revision)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(fields: serde_json::Value) -> KustomizationSpec {
        serde_json::from_value(fields).unwrap()
    }

    #[test]
    fn k16_1_wait_overrides_the_listed_checks() {
        let applied = [ObjectId::new("ns", "a", "", "Service")];
        let checks = json!([{"kind": "Deployment", "name": "d", "namespace": "ns"}]);
        assert_eq!(
            wanted(
                &spec(json!({"wait": true, "healthChecks": checks})),
                &applied
            ),
            applied
        );
        assert_eq!(wanted(&spec(json!({})), &applied), []);
    }

    #[test]
    fn k16_1_listed_checks_default_to_apps_and_need_not_be_applied() {
        let checks = json!([
            {"kind": "Deployment", "name": "d", "namespace": "other"},
            {"apiVersion": "v1", "kind": "Namespace", "name": "n"},
        ]);
        let subjects: Vec<String> = wanted(&spec(json!({"healthChecks": checks})), &[])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(subjects, ["other_d_apps_Deployment", "_n__Namespace"]);
    }
}
