//! Reading what a Provider names.

use common::kube::Client;
use crds::meta::LocalObjectReference;
use crds::notification::Provider;

use crate::provider::secret::Named;
use crate::provider::settings::Secrets;
use crate::provider::{Settings, SettingsError};
use crate::secrets::{self, Data, ReadError};

/// Why a Provider has no settings.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// A Secret cannot be read.
    #[error("failed to get secret '{name}': {source}")]
    Secret {
        /// `namespace/name`.
        name: String,
        /// Why not.
        source: ReadError,
    },
    /// What the Secrets say is wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// Reads the Secrets of a Provider, each in the Provider's own namespace, and puts them together.
pub(super) async fn settings(
    client: &Client,
    provider: &Provider,
    commit_status: String,
) -> Result<Settings, Error> {
    let namespace = provider.metadata.namespace.as_deref().unwrap_or_default();
    let spec = &provider.spec;
    let own = read(client, namespace, spec.secret_ref.as_ref()).await?;
    let proxy = read(client, namespace, spec.proxy_secret_ref.as_ref()).await?;
    let certificates = read(client, namespace, spec.cert_secret_ref.as_ref()).await?;
    let secrets = Secrets {
        provider: own.as_ref().map(Read::named),
        proxy: proxy.as_ref().map(Read::named),
        certificates: certificates.as_ref().map(Read::named),
    };
    Ok(Settings::new(provider, secrets, commit_status)?)
}

/// A Secret as read.
struct Read {
    name: String,
    data: Data,
}

impl Read {
    fn named(&self) -> Named<'_> {
        Named {
            name: &self.name,
            data: &self.data,
        }
    }
}

async fn read(
    client: &Client,
    namespace: &str,
    reference: Option<&LocalObjectReference>,
) -> Result<Option<Read>, Error> {
    let Some(reference) = reference else {
        return Ok(None);
    };
    let name = format!("{namespace}/{}", reference.name);
    match secrets::read(client, namespace, &reference.name).await {
        Ok(data) => Ok(Some(Read { name, data })),
        Err(source) => Err(Error::Secret { name, source }),
    }
}
