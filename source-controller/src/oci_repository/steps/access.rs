//! Credentials, certificates and proxy, read from their Secrets at each pass (O4, O5, R12).

use common::reconcile::Pass;
use crds::source::OciProvider;
use oci::registry::{Access, Security};
use oci::{Keychain, Login};
use transport::tls::ServerIdentity;
use transport::{Proxy, Tls};

use super::super::{Error, OciRepositories};
use crate::args::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::source::secrets::Secrets;

/// The header `User-Agent` (O1).
const USER_AGENT: &str = "flux/v2";

/// What is needed to get at the registry, and the credentials to choose from.
pub async fn read(pass: &Pass<OciRepositories>) -> Result<(Access, Keychain), Error> {
    let secrets = Secrets::of(pass);
    let spec = &pass.object.spec;
    let name = |reference: &Option<crds::meta::LocalObjectReference>| {
        reference.as_ref().map(|reference| reference.name.clone())
    };
    let account = spec.service_account_name.as_deref();
    let keychain = secrets
        .keychain(name(&spec.secret_ref).as_deref(), account)
        .await
        .map_err(Error::Credential)?;
    let proxy = match name(&spec.proxy_secret_ref) {
        None => Proxy::default(),
        Some(name) => secrets.proxy(&name).await.map_err(Error::Proxy)?,
    };
    let provider = spec.provider.clone().unwrap_or(OciProvider::Generic);
    if keychain.is_empty() && provider != OciProvider::Generic {
        let gate = pass.context.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY);
        if account.is_some() && !gate {
            return Err(Error::Gate(OBJECT_LEVEL_WORKLOAD_IDENTITY));
        }
        return Err(Error::Provider(provider.as_str().to_owned()));
    }
    let tls = match name(&spec.cert_secret_ref).filter(|name| !name.is_empty()) {
        Some(name) => secrets
            .tls(&name)
            .await
            .map_err(|source| Error::Certificates {
                url: spec.url.clone(),
                source,
            })?,
        // The only kind that may be told to believe whoever answers.
        None if spec.insecure => Tls {
            server: ServerIdentity::Believed,
            ..Tls::default()
        },
        None => Tls::default(),
    };
    let access = Access {
        login: Login::Anonymous,
        tls,
        proxy,
        security: if spec.insecure {
            Security::HttpToo
        } else {
            Security::Https
        },
        user_agent: USER_AGENT,
    };
    Ok((access, keychain))
}
