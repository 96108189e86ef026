//! Credentials and proxy of a repository, read from their Secrets at each pass (R12).

use common::k8s_openapi::api::core::v1::Secret;
use common::object::{self, Object as _};
use common::reconcile::Pass;
use git::RemoteUrl;
use git::access::{Access, Proxy, SecretData};

use super::super::{Error, GitRepositories};
use crate::source::secrets;

/// The key of a GitHub App, which wants another provider (G9).
const GITHUB_APP_ID: &str = "githubAppID";

/// Reads what is needed to get at the remote.
pub async fn read(pass: &Pass<GitRepositories>, url: &RemoteUrl) -> Result<Access, Error> {
    let spec = &pass.object.spec;
    let namespace = pass.object.key().namespace.to_string();
    let proxy = match &spec.proxy_secret_ref {
        None => Proxy::default(),
        Some(reference) => {
            let data = secret(pass, &namespace, &reference.name)
                .await
                .map_err(|source| {
                    let (namespace, name) = (namespace.clone(), reference.name.clone());
                    Error::ProxySecret {
                        namespace,
                        name,
                        source: Box::new(source),
                    }
                })?;
            Proxy::from_secret(&data).map_err(Error::Proxy)?
        }
    };
    let data = match &spec.secret_ref {
        None => SecretData::new(),
        Some(reference) => {
            let (namespace, name) = (namespace, reference.name.clone());
            let data = match secret(pass, &namespace, &name).await {
                Ok(data) => data,
                Err(source) => {
                    return Err(Error::Secret {
                        namespace,
                        name,
                        source: Box::new(source),
                    });
                }
            };
            if data.get(GITHUB_APP_ID).is_some_and(|id| !id.is_empty()) {
                return Err(Error::GitHubSecret { namespace, name });
            }
            data
        }
    };
    let access = Access::from_secret(url, &data).map_err(Error::Access)?;
    Ok(Access { proxy, ..access })
}

async fn secret(
    pass: &Pass<GitRepositories>,
    namespace: &str,
    name: &str,
) -> Result<SecretData, common::kube::Error> {
    let found: Secret = object::read(&pass.context.client, namespace, name).await?;
    Ok(secrets::data(found))
}
