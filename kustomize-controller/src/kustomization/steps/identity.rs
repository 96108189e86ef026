//! As whom, and on which cluster (section 19).

use common::access::Identity;
use common::reconcile::{Class, Flow, Pass, Stop};

use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Chooses the identity that everything from here on is done under.
    pub(in crate::kustomization) fn identity(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        if pass.object.spec.kube_config.is_some() {
            let message = "spec.kubeConfig is not supported: apply to this cluster, or let the controller of the other \
                           cluster apply there";
            return Err(pass
                .state
                .stop(Class::Retry, reasons::RECONCILIATION_FAILED, message));
        }
        let identity = self
            .identity_of(pass)
            .map_err(|error| failed(pass, &error))?;
        let cluster = self
            .settings
            .identities
            .cluster(&identity)
            .map_err(|error| failed(pass, &error))?;
        pass.state.set_cluster(identity, cluster);
        Ok(Flow::Next)
    }

    /// The service account of the spec, else that of the flag, else the controller itself (K19.1).
    pub(super) fn identity_of(
        &self,
        pass: &Pass<Self>,
    ) -> Result<Identity, common::access::IdentityError> {
        let account = pass.object.spec.service_account_name.as_deref();
        Identity::of(
            &pass.key().namespace,
            account,
            self.settings.default_service_account.as_deref(),
        )
    }
}

fn failed(pass: &Pass<Kustomizations>, error: &common::access::IdentityError) -> Stop {
    let stop = pass.state.stop(
        Class::Retry,
        reasons::RECONCILIATION_FAILED,
        error.to_string(),
    );
    stop.with_event(format!("failed to build kube client: {error}"))
}
