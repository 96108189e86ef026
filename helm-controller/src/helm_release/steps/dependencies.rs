//! Waiting for other HelmReleases (H8.2).

use common::dependency::{self, Expressions, Unmet, Unread};
use common::object::ObjectKey;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use super::check::TERMINAL;
use crate::args::gates::ADDITIVE_CEL_DEPENDENCY_CHECK;
use crate::helm_release::{HelmReleases, reasons};

/// Why a release must wait.
#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("unable to get '{key}' dependency: {cause}")]
    Unreadable { key: ObjectKey, cause: String },
    #[error(transparent)]
    Unmet(#[from] Unmet),
}

impl HelmReleases {
    /// Stops while a dependency is not ready. Whoever becomes ready wakes this object; the delay is for what nobody reports.
    pub(in crate::helm_release) async fn dependencies(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        if pass.object.spec.depends_on.is_empty() {
            return Ok(Flow::Next);
        }
        let key = pass.key();
        self.settings.waiting.enter(key.clone());
        let Err(why) = self.unmet(pass).await else {
            self.settings.waiting.leave(&key);
            return Ok(Flow::Next);
        };
        if let Why::Unmet(invalid @ Unmet::Invalid { .. }) = &why {
            self.settings.waiting.leave(&key);
            let text = format!("{TERMINAL}: terminal error: {invalid}");
            let stop = Stop::new(Class::Stall, reasons::INVALID_CEL_EXPRESSION, text);
            return Err(stop.with_event(invalid.to_string()));
        }
        let delay = self.settings.requeue_dependency;
        let stop = Stop::new(
            Class::Wait(delay),
            reasons::DEPENDENCY_NOT_READY,
            why.to_string(),
        );
        Err(stop.with_notice(Notice::Info))
    }

    /// The first dependency that is not met, in the order of the spec; all are read at once, and live.
    async fn unmet(&self, pass: &Pass<Self>) -> Result<(), Why> {
        let client = &pass.context.client;
        let references = &pass.object.spec.depends_on;
        let found = dependency::read(client, references, &pass.key().namespace).await;
        let additive = self.settings.gates.enabled(ADDITIVE_CEL_DEPENDENCY_CHECK);
        let expressions = Expressions::joined_if(additive);
        for (reference, found) in found {
            let found = found.map_err(|Unread { key, cause }| Why::Unreadable { key, cause })?;
            dependency::check(&pass.object, reference, &found, expressions)?;
        }
        Ok(())
    }
}
