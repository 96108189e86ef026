//! On which cluster, and as whom, a Kustomization is applied (section 19).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use apply::Cluster;
use common::access::{Identity, IdentityError, impersonated};
use common::cluster::KubeCluster;
use common::context::Context;
use common::kube::Client;
use common::metrics::RequestCounter;
use common::runtime::{ClientError, client_from};

use super::kube_config::Remote;

/// A cluster and an identity on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Target {
    pub identity: Identity,
    /// The digest of the kubeconfig of another cluster; none for this one.
    pub kubeconfig: Option<String>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoClient {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// The clusters under the identities that Kustomizations ask for.
///
/// A client lives as long as a pass uses it, so that passes at the same time share its connections.
pub(super) struct Identities {
    own: KubeCluster,
    client: Client,
    requests: RequestCounter,
    known: Mutex<HashMap<Target, Weak<KubeCluster>>>,
}

impl Identities {
    pub fn new(context: &Context) -> Self {
        Self {
            own: KubeCluster::new(context.client.clone()),
            client: context.client.clone(),
            requests: context.metrics.requests().clone(),
            known: Mutex::default(),
        }
    }

    /// This cluster, as the controller itself.
    pub fn own(&self) -> Arc<dyn Cluster> {
        Arc::new(self.own.clone())
    }

    /// This cluster, or the other one, as seen by `identity`; and what that is called.
    ///
    /// # Errors
    /// When no client can be made; there is no falling back to the controller's own rights.
    pub fn cluster(
        &self,
        identity: Identity,
        remote: Option<Remote>,
    ) -> Result<(Target, Arc<dyn Cluster>), NoClient> {
        let kubeconfig = remote.as_ref().map(|remote| remote.digest.clone());
        let target = Target {
            identity,
            kubeconfig,
        };
        if target.identity == Identity::Controller && remote.is_none() {
            return Ok((target, self.own()));
        }
        // Nothing panics while the lock is held.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = known.get(&target).and_then(Weak::upgrade) {
            return Ok((target, cluster));
        }
        // Impersonation is kept on other clusters (K23.24).
        let cluster = Arc::new(match remote {
            Some(remote) => {
                let client = client_from(remote.config, &self.requests)?;
                KubeCluster::new(impersonated(&client, &target.identity)?)
            }
            None => self
                .own
                .with_client(impersonated(&self.client, &target.identity)?),
        });
        known.retain(|_, cluster| cluster.strong_count() > 0);
        known.insert(target.clone(), Arc::downgrade(&cluster));
        Ok((target, cluster))
    }
}
