//! On which cluster, and as whom, an object is applied (kustomize-controller.md section 19, helm-controller.md section 21).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crds::meta::KubeConfigReference;
use k8s_openapi::api::core::v1::Secret;
use kube::Client;

use super::kube_config::{self, KubeConfigError, Remote, Verification};
use super::{Identity, IdentityError, impersonated};
use crate::cluster::KubeCluster;
use crate::context::Context;
use crate::metrics::RequestCounter;
use crate::object;
use crate::runtime::{ClientError, client_from};

/// A cluster and an identity on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// As whom.
    pub identity: Identity,
    /// The digest of the kubeconfig of another cluster; none for this one.
    pub kubeconfig: Option<String>,
}

/// What an object says about where and as whom it is applied.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The namespace of the object: of its account and of its kubeconfig.
    pub namespace: &'a str,
    /// `spec.serviceAccountName`.
    pub account: Option<&'a str>,
    /// `--default-service-account`.
    pub default_account: Option<&'a str>,
    /// `spec.kubeConfig`.
    pub kube_config: Option<&'a KubeConfigReference>,
}

/// Why the cluster of an object cannot be spoken to.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The account is none.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// No client can be made of the kubeconfig.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The kubeconfig is none.
    #[error(transparent)]
    KubeConfig(#[from] KubeConfigError),
    /// The Secret with the kubeconfig cannot be read.
    #[error("unable to read KubeConfig secret '{secret}' error: {cause}")]
    Secret {
        /// Its namespace and name.
        secret: String,
        /// What the server says.
        cause: String,
        /// Whether it is not there.
        missing: bool,
    },
    /// Logins of cloud providers are not spoken.
    #[error(
        "spec.kubeConfig.configMapRef is not supported: use spec.kubeConfig.secretRef, or let the controller of the other \
         cluster apply there"
    )]
    ConfigMap,
}

/// The clusters under the identities that objects ask for.
///
/// A client lives as long as a pass uses it, so that passes at the same time share its connections.
pub struct Identities {
    own: KubeCluster,
    client: Client,
    requests: RequestCounter,
    verification: Verification,
    known: Mutex<HashMap<Target, Weak<KubeCluster>>>,
}

impl Identities {
    /// The identities of this process.
    pub fn new(context: &Context, verification: Verification) -> Self {
        Self {
            own: KubeCluster::new(context.client.clone()),
            client: context.client.clone(),
            requests: context.metrics.requests().clone(),
            verification,
            known: Mutex::default(),
        }
    }

    /// This cluster, as the controller itself.
    pub fn own(&self) -> Arc<KubeCluster> {
        Arc::new(self.own.clone())
    }

    /// The cluster that an object asks for, as the account that it asks for. The Secret of a kubeconfig is read as the
    /// controller, in the object's namespace.
    ///
    /// # Errors
    /// [`TargetError`]; there is no falling back to the controller's own rights.
    pub async fn target(
        &self,
        wanted: Wanted<'_>,
    ) -> Result<(Target, Arc<KubeCluster>), TargetError> {
        let identity = Identity::of(wanted.namespace, wanted.account, wanted.default_account)?;
        let remote = match wanted.kube_config {
            Some(reference) => Some(self.remote(wanted.namespace, reference).await?),
            None => None,
        };
        self.cluster(identity, remote)
    }

    async fn remote(
        &self,
        namespace: &str,
        reference: &KubeConfigReference,
    ) -> Result<Remote, TargetError> {
        let Some(secret) = &reference.secret_ref else {
            return Err(TargetError::ConfigMap);
        };
        let name = format!("{namespace}/{}", secret.name);
        let found: Secret = object::read(&self.client, namespace, &secret.name)
            .await
            .map_err(|error| TargetError::Secret {
                secret: name.clone(),
                missing: matches!(&error, kube::Error::Api(status) if status.code == 404),
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
        let key = secret.key.as_deref();
        Ok(kube_config::read(&name, &data, key, self.verification).await?)
    }

    /// This cluster, or the other one, as seen by `identity`; and what that is called.
    fn cluster(
        &self,
        identity: Identity,
        remote: Option<Remote>,
    ) -> Result<(Target, Arc<KubeCluster>), TargetError> {
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
