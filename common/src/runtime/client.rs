//! The client of the API server.

use kube::client::ClientBuilder;
use kube::config::{InClusterError, KubeConfigOptions, KubeconfigError};
use kube::{Client, Config};

use crate::kubeconfig;
use crate::metrics::RequestCounter;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Neither in a cluster nor a kubeconfig.
    #[error("no cluster to talk to: {0}; run in a pod, or set KUBECONFIG")]
    NoCluster(#[source] InClusterError),
    /// A kubeconfig cannot be read.
    #[error(transparent)]
    Kubeconfig(#[from] kubeconfig::FileError),
    /// It does not say how to reach a cluster.
    #[error("the kubeconfig does not say how to reach a cluster: {0}")]
    Config(#[source] KubeconfigError),
    /// The configuration does not make a client.
    #[error("failed to set up the client of the API server: {0}")]
    Build(#[source] kube::Error),
}

/// The configuration of the surroundings: that of KUBECONFIG, of the pod's service account, or of `~/.kube/config`, in this order.
///
/// # Errors
/// When there is none, or one that is of no use.
pub async fn infer() -> Result<Config, ClientError> {
    let mut paths = kubeconfig::named();
    if paths.is_empty() {
        match Config::incluster() {
            Ok(config) => return Ok(config),
            Err(error) => paths.push(kubeconfig::of_user().ok_or(ClientError::NoCluster(error))?),
        }
    }
    let kubeconfig = kubeconfig::load(&paths)?;
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(ClientError::Config)
}

/// A client whose requests are counted. It does not limit its own rate: it waits when the server says so, with 429, 503
/// or 504 and Retry-After.
///
/// # Errors
/// When the configuration does not make one.
pub fn client_from(config: Config, requests: &RequestCounter) -> Result<Client, ClientError> {
    let host = config
        .cluster_url
        .authority()
        .map(ToString::to_string)
        .unwrap_or_default();
    let builder = ClientBuilder::try_from(config).map_err(ClientError::Build)?;
    Ok(builder.with_layer(&requests.for_host(&host)).build())
}
