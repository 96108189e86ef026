//! As whom, and on which cluster (section 19).

use std::sync::Arc;

use apply::Cluster;
use common::access::{Identity, IdentityError, Target, TargetError, Wanted};
use common::reconcile::{Class, Flow, Pass, Stop};

use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Chooses the cluster and the identity that everything from here on is done under.
    pub(in crate::kustomization) async fn identity(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        match self.target(pass).await {
            Ok((target, cluster)) => {
                pass.state.set_cluster(target, cluster);
                Ok(Flow::Next)
            }
            Err(error) => {
                let reason = reasons::RECONCILIATION_FAILED;
                let stop = pass.state.stop(Class::Retry, reason, error.to_string());
                Err(stop.with_event(format!("failed to build kube client: {error}")))
            }
        }
    }

    /// The cluster that the spec names, as the account that it names.
    pub(super) async fn target(
        &self,
        pass: &Pass<Self>,
    ) -> Result<(Target, Arc<dyn Cluster>), TargetError> {
        let spec = &pass.object.spec;
        let wanted = Wanted {
            namespace: &pass.key().namespace,
            account: spec.service_account_name.as_deref(),
            default_account: self.settings.default_service_account.as_deref(),
            kube_config: spec.kube_config.as_ref(),
        };
        let (target, cluster) = self.settings.identities.target(wanted).await?;
        Ok((target, cluster))
    }

    /// The service account of the spec, else that of the flag, else the controller itself (K19.1).
    pub(super) fn identity_of(&self, pass: &Pass<Self>) -> Result<Identity, IdentityError> {
        let account = pass.object.spec.service_account_name.as_deref();
        Identity::of(
            &pass.key().namespace,
            account,
            self.settings.default_service_account.as_deref(),
        )
    }
}
