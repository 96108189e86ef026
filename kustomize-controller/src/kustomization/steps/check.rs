//! What is wrong with the spec itself.

use common::reconcile::{Class, Flow, Pass, Stop};
use health::Precedence;

use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::kustomization::{Kustomizations, reasons};

/// The beginning of messages about expressions (section 4).
pub(super) const TERMINAL: &str = "Reconciliation failed terminally due to configuration error";

impl Kustomizations {
    /// Parses the health expressions, and refuses what a gate or this version does not allow.
    pub(in crate::kustomization) fn check(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        let spec = &pass.object.spec;
        let impersonated = spec.service_account_name.is_some()
            || self.settings.default_service_account.is_some()
            || spec.kube_config.is_some();
        // K16.9
        let precedence = if impersonated {
            Precedence::ReadersFirst
        } else {
            Precedence::JobFirst
        };
        pass.state.readers = common::health_checks::readers(precedence, &spec.health_check_exprs)
            .map_err(|error| {
            Stop::new(
                Class::Stall,
                reasons::INVALID_CEL_EXPRESSION,
                format!("{TERMINAL}: {error}"),
            )
            .observing_generation()
        })?;
        if let Some(decryption) = &spec.decryption
            && decryption.service_account_name.is_some()
            && !self.settings.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY)
        {
            let message = format!(
                "to use spec.decryption.serviceAccountName for decryption authentication please enable the \
                 {OBJECT_LEVEL_WORKLOAD_IDENTITY} feature gate in the controller"
            );
            return Err(Stop::new(
                Class::Stall,
                common::conditions::reasons::FEATURE_GATE_DISABLED,
                message,
            ));
        }
        Ok(Flow::Next)
    }
}
