//! What is trusted and who we are, in TLS terms (P1).

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::TransportError;
use crate::secret::{Hidden, SecretData, filled_or_legacy};

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Certificates.
    pub chain: Hidden,
    /// Private key.
    pub key: Hidden,
}

/// Whether the server has to prove who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerIdentity {
    /// By a certificate that leads to a trusted authority.
    #[default]
    Proven,
    /// Not at all: whoever answers is believed (O5).
    Believed,
}

/// Certificates of both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tls {
    /// PEM certificates that are trusted in addition to the system's.
    pub certificate_authority: Option<String>,
    /// For servers that ask for one.
    pub client_certificate: Option<ClientCertificate>,
    /// Whether the server has to prove who it is.
    pub server: ServerIdentity,
}

impl Tls {
    /// Reads a Secret that is there for its certificates: half a pair or nothing is an error (P1).
    pub fn from_secret(data: &SecretData) -> Result<Self, TransportError> {
        let tls = Self::in_secret(data)?;
        if tls.certificate_authority.is_none() && tls.client_certificate.is_none() {
            return Err(TransportError::NoCertificates);
        }
        Ok(tls)
    }

    /// Reads the certificates of a Secret that may hold none.
    pub fn in_secret(data: &SecretData) -> Result<Self, TransportError> {
        let chain = filled_or_legacy(data, "tls.crt", "certFile")?;
        let key = filled_or_legacy(data, "tls.key", "keyFile")?;
        let client_certificate = match (chain, key) {
            (Some(chain), Some(key)) => Some(ClientCertificate {
                chain: chain.into(),
                key: key.into(),
            }),
            (None, None) => None,
            (chain, _) => {
                let (present, missing) = if chain.is_some() {
                    ("tls.crt", "tls.key")
                } else {
                    ("tls.key", "tls.crt")
                };
                return Err(TransportError::HalfPair { present, missing });
            }
        };
        Ok(Self {
            certificate_authority: filled_or_legacy(data, "ca.crt", "caFile")?,
            client_certificate,
            server: ServerIdentity::Proven,
        })
    }

    /// The TLS side of a client: the system's authorities, and the one given in addition.
    pub fn config(&self) -> Result<ClientConfig, TransportError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TransportError::Client(error.to_string()))?;
        let builder = match self.server {
            ServerIdentity::Proven => {
                builder.with_root_certificates(roots(self.certificate_authority.as_deref())?)
            }
            ServerIdentity::Believed => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Believer(provider))),
        };
        let mut config = match &self.client_certificate {
            None => builder.with_no_client_auth(),
            Some(certificate) => {
                let unreadable = TransportError::Pem("client certificate and key");
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
}

fn roots(additional: Option<&str>) -> Result<Arc<RootCertStore>, TransportError> {
    let system = system_roots();
    let Some(pem) = additional else {
        return Ok(system);
    };
    let unreadable = TransportError::Pem("certificate authority");
    let mut roots = RootCertStore::clone(&system);
    for certificate in certificates(pem).ok_or(unreadable.clone())? {
        roots.add(certificate).map_err(|_| unreadable.clone())?;
    }
    Ok(Arc::new(roots))
}

/// The authorities of the system, read once: reading them takes longer than many a request. One that cannot be read
/// is left out, as everywhere.
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

/// Takes every certificate; the handshake itself is still checked, so the connection is encrypted to somebody.
#[derive(Debug)]
struct Believer(Arc<CryptoProvider>);

impl ServerCertVerifier for Believer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Tls, String> {
        let data = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect();
        Tls::from_secret(&data).map_err(|error| error.to_string())
    }

    #[test]
    fn p1_half_a_pair_or_nothing_is_an_error() {
        assert_eq!(
            read(&[]).unwrap_err(),
            "must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"
        );
        assert_eq!(
            read(&[("tls.crt", "c"), ("ca.crt", "a")]).unwrap_err(),
            "contains 'tls.crt' but missing 'tls.key'"
        );
        assert_eq!(
            read(&[("keyFile", "k")]).unwrap_err(),
            "contains 'tls.key' but missing 'tls.crt'"
        );
    }

    #[test]
    fn p1_older_names_of_keys_are_read_where_the_newer_are_missing() {
        let found = read(&[
            ("caFile", "old"),
            ("ca.crt", "new"),
            ("certFile", "c"),
            ("keyFile", "k"),
        ])
        .unwrap();
        assert_eq!(found.certificate_authority.as_deref(), Some("new"));
        assert_eq!(found.client_certificate.unwrap().key.expose(), "k");
        assert_eq!(
            read(&[("caFile", "old")])
                .unwrap()
                .certificate_authority
                .as_deref(),
            Some("old")
        );
    }

    #[test]
    fn what_is_no_pem_is_told_without_repeating_it() {
        let tls = read(&[("ca.crt", "hush")]).unwrap();
        assert_eq!(
            tls.config().unwrap_err().to_string(),
            "cannot read certificate authority: expected PEM"
        );
        let tls = read(&[("tls.crt", "hush"), ("tls.key", "hush")]).unwrap();
        assert!(!format!("{tls:?}").contains("hush"));
        assert_eq!(
            tls.config().unwrap_err().to_string(),
            "cannot read client certificate and key: expected PEM"
        );
    }
}
