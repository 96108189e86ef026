//! Waiting for other Kustomizations (section 18).

use common::dependency::Expressions;
use common::kube::{self, Api};
use common::object::is_name;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use crds::kustomize::Kustomization;
use futures::future;

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
        let namespace = pass.key().namespace;
        let reads = pass.object.spec.depends_on.iter().map(|reference| {
            let key = common::dependency::key(reference, &namespace);
            let api: Api<Kustomization> =
                Api::namespaced(pass.context.client.clone(), &key.namespace);
            async move {
                let found = if is_name(&key.name) {
                    api.get(&key.name).await.map_err(cause)
                } else {
                    let (resource, group) = ("kustomizations", crds::kustomize::GROUP);
                    Err(format!("{resource}.{group} \"{}\" not found", key.name))
                };
                (
                    reference,
                    found.map_err(|cause| Unmet::NotFound { key, cause }),
                )
            }
        });
        let additive = self.settings.gates.enabled(ADDITIVE_CEL_DEPENDENCY_CHECK);
        let expressions = Expressions::joined_if(additive);
        let revision = &pass.state.source().artifact.revision;
        for (reference, found) in future::join_all(reads).await {
            dependency::check(&pass.object, reference, &found?, revision, expressions)?;
        }
        Ok(())
    }
}

fn cause(error: kube::Error) -> String {
    match error {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}
