//! As whom, and on which cluster (section 19).

use std::collections::BTreeMap;
use std::sync::Arc;

use apply::Cluster;
use common::access::{Identity, IdentityError};
use common::k8s_openapi::api::core::v1::Secret;
use common::kube::{self, Api};
use common::reconcile::{Class, Flow, Pass, Stop};

use crate::kustomization::identity::{NoClient, Target};
use crate::kustomization::kube_config::{self, KubeConfigError, Remote};
use crate::kustomization::{Kustomizations, reasons};

/// Why the cluster of a Kustomization cannot be spoken to.
#[derive(Debug, thiserror::Error)]
pub(super) enum TargetError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Client(#[from] NoClient),
    #[error(transparent)]
    KubeConfig(#[from] KubeConfigError),
    #[error("unable to read KubeConfig secret '{secret}' error: {cause}")]
    Secret { secret: String, cause: String },
    #[error(
        "spec.kubeConfig.configMapRef is not supported: use spec.kubeConfig.secretRef, or let the controller of the other \
         cluster apply there"
    )]
    ConfigMap,
}

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
        let identity = self.identity_of(pass)?;
        let remote = self.remote(pass).await?;
        Ok(self.settings.identities.cluster(identity, remote)?)
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

    /// The other cluster that the spec names, if it does. Its Secret is read as the controller, in the object's namespace.
    async fn remote(&self, pass: &Pass<Self>) -> Result<Option<Remote>, TargetError> {
        let Some(reference) = &pass.object.spec.kube_config else {
            return Ok(None);
        };
        let Some(secret) = &reference.secret_ref else {
            return Err(TargetError::ConfigMap);
        };
        let namespace = pass.key().namespace;
        let name = format!("{namespace}/{}", secret.name);
        let secrets = Api::<Secret>::namespaced(pass.context.client.clone(), &namespace);
        let found = secrets
            .get(&secret.name)
            .await
            .map_err(|error| TargetError::Secret {
                secret: name.clone(),
                cause: match error {
                    kube::Error::Api(status) => status.message.clone(),
                    other => other.to_string(),
                },
            })?;
        let data: BTreeMap<String, Vec<u8>> = found
            .data
            .unwrap_or_default()
            .into_iter()
            .map(|(key, value)| (key, value.0))
            .collect();
        let verification = self.settings.verification;
        let remote = kube_config::read(&name, &data, secret.key.as_deref(), verification).await?;
        Ok(Some(remote))
    }
}
