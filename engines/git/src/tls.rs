//! What is trusted and who we are, in TLS terms (P1).

use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::access::{Access, AccessError};
use crate::error::Error;

/// Whether the client certificate is shown to servers that ask for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Shown,
    Hidden,
}

/// The TLS side of a client: the system's authorities, and the one of the Secret in addition.
pub(crate) fn config(access: &Access, identity: Identity) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Client(error.to_string()))?
        .with_root_certificates(roots(access.certificate_authority.as_deref())?);
    let certificate = access
        .client_certificate
        .as_ref()
        .filter(|_| identity == Identity::Shown);
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(certificate) => {
            let unreadable = AccessError::Pem("client certificate and key");
            let chain = certificates(certificate.chain.expose()).ok_or(unreadable.clone())?;
            let key = PrivateKeyDer::from_pem_slice(certificate.key.expose().as_bytes())
                .map_err(|_| unreadable.clone())?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| unreadable)?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn roots(additional: Option<&str>) -> Result<Arc<RootCertStore>, AccessError> {
    let system = system_roots();
    let Some(pem) = additional else {
        return Ok(system);
    };
    let unreadable = AccessError::Pem("certificate authority");
    let mut roots = RootCertStore::clone(&system);
    for certificate in certificates(pem).ok_or(unreadable.clone())? {
        roots.add(certificate).map_err(|_| unreadable.clone())?;
    }
    Ok(Arc::new(roots))
}

/// The authorities of the system, read once: reading them takes longer than a listing of references. One that
/// cannot be read is left out, as everywhere.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let load = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    };
    Arc::clone(ROOTS.get_or_init(load))
}

/// The certificates of a PEM text; none if there is not at least one, or one is broken.
fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    found.ok().filter(|found| !found.is_empty())
}
