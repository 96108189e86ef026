//! The client of the API server.

use kube::client::ClientBuilder;
use kube::{Client, Config};

use crate::metrics::RequestCounter;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Neither in a cluster nor a kubeconfig.
    #[error("no cluster to talk to: {0}; run in a pod, or set KUBECONFIG")]
    Config(#[source] kube::config::InferConfigError),
    /// The configuration does not make a client.
    #[error("failed to set up the client of the API server: {0}")]
    Build(#[source] kube::Error),
}

/// The configuration of the surroundings: KUBECONFIG or `~/.kube/config`, else the service account of the pod.
///
/// # Errors
/// When there is neither.
pub async fn infer() -> Result<Config, ClientError> {
    Config::infer().await.map_err(ClientError::Config)
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
