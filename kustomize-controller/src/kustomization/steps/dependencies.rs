//! Waiting for other Kustomizations (section 18).

use common::dependency::{Expressions, Unread};
use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use super::check::TERMINAL;
use crate::args::gates::ADDITIVE_CEL_DEPENDENCY_CHECK;
use crate::kustomization::dependency::{self, Unmet};
use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Stops while a dependency is not ready. Whoever becomes ready wakes this object; the delay is for what nobody reports.
    pub(in crate::kustomization) async fn dependencies(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        if pass.object.spec.depends_on.is_empty() {
            return Ok(Flow::Next);
        }
        let key = pass.key();
        self.settings.waiting.enter(key.clone());
        match self.unmet(pass).await {
            Ok(()) => {
                self.settings.waiting.leave(&key);
                Ok(Flow::Next)
            }
            Err(invalid @ Unmet::Common(common::dependency::Unmet::Invalid { .. })) => {
                self.settings.waiting.leave(&key);
                let message = format!("{TERMINAL}: terminal error: {invalid}");
                let stop = pass
                    .state
                    .stop(Class::Stall, reasons::INVALID_CEL_EXPRESSION, message);
                Err(stop.observing_generation())
            }
            Err(unmet) => {
                let delay = self.settings.requeue_dependency;
                let event = format!(
                    "Dependencies do not meet ready condition, retrying in {}",
                    common::duration::format(delay)
                );
                let stop = pass.state.stop(
                    Class::Wait(delay),
                    reasons::DEPENDENCY_NOT_READY,
                    unmet.to_string(),
                );
                Err(stop.with_event(event).with_notice(Notice::Info))
            }
        }
    }

    /// The first dependency that is not met, in the order of the spec; all are read at once, and live.
    async fn unmet(&self, pass: &Pass<Self>) -> Result<(), Unmet> {
        let client = &pass.context.client;
        let references = &pass.object.spec.depends_on;
        let found = common::dependency::read(client, references, &pass.key().namespace).await;
        let additive = self.settings.gates.enabled(ADDITIVE_CEL_DEPENDENCY_CHECK);
        let expressions = Expressions::joined_if(additive);
        let revision = &pass.state.source().artifact.revision;
        for (reference, found) in found {
            let found = found.map_err(|Unread { key, cause }| Unmet::NotFound { key, cause })?;
            dependency::check(&pass.object, reference, &found, revision, expressions)?;
        }
        Ok(())
    }
}
