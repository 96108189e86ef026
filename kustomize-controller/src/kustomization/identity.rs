//! As whom a Kustomization is applied (section 19).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use apply::Cluster;
use common::access::{Identity, IdentityError, impersonated};
use common::cluster::KubeCluster;
use common::context::Context;
use common::kube::Client;

/// The cluster under the identities that Kustomizations ask for.
///
/// A client per service account lives as long as a pass uses it, so that passes at the same time share its connections.
pub(super) struct Identities {
    own: KubeCluster,
    client: Client,
    accounts: Mutex<HashMap<Identity, Weak<KubeCluster>>>,
}

impl Identities {
    pub fn new(context: &Context) -> Self {
        Self {
            own: KubeCluster::new(context.client.clone()),
            client: context.client.clone(),
            accounts: Mutex::default(),
        }
    }

    /// The cluster as seen by `identity`.
    ///
    /// # Errors
    /// When no client can be made; there is no falling back to the controller's own rights.
    pub fn cluster(&self, identity: &Identity) -> Result<Arc<dyn Cluster>, IdentityError> {
        if *identity == Identity::Controller {
            return Ok(Arc::new(self.own.clone()));
        }
        // Nothing panics while the lock is held.
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = accounts.get(identity).and_then(Weak::upgrade) {
            return Ok(known);
        }
        let client = impersonated(&self.client, identity)?;
        let cluster = Arc::new(self.own.with_client(client));
        accounts.retain(|_, cluster| cluster.strong_count() > 0);
        accounts.insert(identity.clone(), Arc::downgrade(&cluster));
        Ok(cluster)
    }
}
