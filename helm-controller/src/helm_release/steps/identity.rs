//! As whom, and on which cluster (section 21).

use std::sync::Arc;

use common::access::{TargetError, Wanted};
use common::cluster::KubeCluster;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use crate::helm_release::{HelmReleases, reasons};

impl HelmReleases {
    /// Chooses the cluster and the identity that everything about the release is done under.
    pub(in crate::helm_release) async fn identity(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let cluster = self.cluster(pass).await.map_err(|error| {
            Stop::new(Class::Backoff, reasons::REST_CLIENT_ERROR, text(&error))
                .with_notice(Notice::None)
        })?;
        pass.state.set_cluster(cluster);
        Ok(Flow::Next)
    }

    /// The cluster that the spec names, as the account that it names.
    pub(super) async fn cluster(&self, pass: &Pass<Self>) -> Result<Arc<KubeCluster>, TargetError> {
        let spec = &pass.object.spec;
        let wanted = Wanted {
            namespace: &pass.key().namespace,
            account: spec.service_account_name.as_deref(),
            default_account: self.settings.default_service_account.as_deref(),
            kube_config: spec.kube_config.as_ref(),
        };
        let (_, cluster) = self.settings.identities.target(wanted).await?;
        Ok(cluster)
    }
}

/// H21.3.
pub(super) fn text(error: &TargetError) -> String {
    match error {
        TargetError::Secret { secret, cause, .. } => {
            format!("could not get KubeConfig secret '{secret}': {cause}")
        }
        other => other.to_string(),
    }
}
