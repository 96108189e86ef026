//! Certificates for a service (B4).

use common::redact::Secret;
use reqwest::{Certificate, Identity};

use super::secret::Named;

/// What a Secret says about TLS.
#[derive(Clone, PartialEq, Eq)]
pub struct Tls {
    /// The authorities that replace those of the system, as PEM.
    authorities: Option<Vec<u8>>,
    /// Certificate and key of the client, as PEM.
    identity: Option<Secret<Vec<u8>>>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// What is wrong with certificates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// One without the other.
    #[error("secret '{secret}' contains '{present}' but missing '{missing}'")]
    Half {
        /// The Secret.
        secret: String,
        /// What is there.
        present: &'static str,
        /// What is not.
        missing: &'static str,
    },
    /// Nothing to work with.
    #[error("secret '{0}' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'")]
    Nothing(String),
    /// No certificate of an authority.
    #[error("failed to parse CA certificate")]
    Authorities,
    /// Certificate and key cannot be read.
    #[error("failed to parse TLS certificate and key")]
    Identity,
}

impl Tls {
    /// Reads a Secret; older names of its keys count too.
    ///
    /// # Errors
    /// When there is neither an authority nor a certificate with its key.
    pub fn of_secret(secret: Named<'_>) -> Result<Self, TlsError> {
        let get = |key: &str, old: &str| {
            let value = secret.data.get(key).or_else(|| secret.data.get(old));
            value.filter(|value| !value.is_empty())
        };
        let half = |present, missing| {
            Err(TlsError::Half {
                secret: secret.name.to_owned(),
                present,
                missing,
            })
        };
        let identity = match (get("tls.crt", "certFile"), get("tls.key", "keyFile")) {
            (Some(certificate), Some(key)) => {
                let all = [certificate.as_slice(), b"\n", key.as_slice()].concat();
                Some(Secret::new(all))
            }
            (Some(_), None) => return half("tls.crt", "tls.key"),
            (None, Some(_)) => return half("tls.key", "tls.crt"),
            (None, None) => None,
        };
        let authorities = get("ca.crt", "caFile").cloned();
        if identity.is_none() && authorities.is_none() {
            return Err(TlsError::Nothing(secret.name.to_owned()));
        }
        Ok(Self {
            authorities,
            identity,
        })
    }

    /// The authorities that replace those of the system.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn authorities(&self) -> Result<Option<Vec<Certificate>>, TlsError> {
        let Some(pem) = &self.authorities else {
            return Ok(None);
        };
        match Certificate::from_pem_bundle(pem) {
            Ok(all) if !all.is_empty() => Ok(Some(all)),
            _ => Err(TlsError::Authorities),
        }
    }

    /// Certificate and key of the client.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn identity(&self) -> Result<Option<Identity>, TlsError> {
        let read = |pem: &Secret<Vec<u8>>| Identity::from_pem(pem.expose());
        let identity = self.identity.as_ref().map(read).transpose();
        identity.map_err(|_| TlsError::Identity)
    }

    /// Whether all of it can be read.
    ///
    /// # Errors
    /// What cannot.
    pub fn check(&self) -> Result<(), TlsError> {
        self.authorities()?;
        self.identity()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use testing::pki::Authority;

    use super::*;
    use crate::provider::secret::Data;

    fn tls(entries: &[(&str, &str)]) -> Result<Tls, TlsError> {
        let data: Data = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
            .collect();
        Tls::of_secret(Named {
            name: "ns/s",
            data: &data,
        })
    }

    #[test]
    fn b4_authority_alone_pair_alone_or_all_three_and_older_names_too() {
        let authority = Authority::new("test").unwrap();
        let client = authority.client("c").unwrap();
        let (ca, certificate, key) = (authority.pem(), &*client.certificate, &*client.key);
        for entries in [
            vec![("ca.crt", ca)],
            vec![("tls.crt", certificate), ("tls.key", key)],
            vec![("ca.crt", ca), ("tls.crt", certificate), ("tls.key", key)],
            vec![("caFile", ca), ("certFile", certificate), ("keyFile", key)],
        ] {
            let tls = tls(&entries).unwrap();
            assert_eq!(tls.check(), Ok(()), "{entries:?}");
            assert_eq!(
                tls.authorities().unwrap().is_some(),
                entries[0].0.starts_with("ca")
            );
        }
    }

    #[test]
    fn b4_what_is_missing_is_named() {
        let error = |entries: &[(&str, &str)]| tls(entries).unwrap_err().to_string();
        assert_eq!(
            error(&[("tls.crt", "x")]),
            "secret 'ns/s' contains 'tls.crt' but missing 'tls.key'"
        );
        assert_eq!(
            error(&[("tls.key", "x")]),
            "secret 'ns/s' contains 'tls.key' but missing 'tls.crt'"
        );
        assert_eq!(
            error(&[("token", "x")]),
            "secret 'ns/s' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"
        );
        let broken = tls(&[("tls.crt", "hunter2"), ("tls.key", "hunter2")]).unwrap();
        assert_eq!(broken.check().unwrap_err(), TlsError::Identity);
        assert!(!format!("{broken:?}").contains("hunter2"));
    }
}
