//! What the two sides of a connection may agree on, as the flags `--ssh-kex-algos` and `--ssh-hostkey-algos` say.

use std::borrow::Cow;

use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{Preferred, kex};

use super::known_hosts::HostKeyTypes;

/// What is appended to the name of a key's type for a certificate.
const CERTIFICATE: &str = "-cert-v01@openssh.com";

/// Marks that are offered beside the key exchanges; they are no key exchanges.
const EXTENSIONS: [kex::Name; 2] = [
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
];

/// Types of host keys, best first.
const HOST_KEYS: [Algorithm; 7] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP256,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP384,
    },
    Algorithm::Ecdsa {
        curve: EcdsaCurve::NistP521,
    },
    Algorithm::Rsa {
        hash: Some(HashAlg::Sha512),
    },
    Algorithm::Rsa {
        hash: Some(HashAlg::Sha256),
    },
    Algorithm::Rsa { hash: None },
];

/// Which algorithms are offered. Empty lists leave the choice to us, and that of host keys to `known_hosts` (G8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Algorithms {
    kex: Vec<kex::Name>,
    host_keys: Vec<Algorithm>,
    host_certificates: Vec<Algorithm>,
}

/// A flag names an algorithm that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} algorithm '{name}': expected one of {known}")]
pub struct UnknownAlgorithm {
    kind: &'static str,
    name: String,
    known: String,
}

impl Algorithms {
    /// Reads the values of the two flags.
    pub fn parse(kex: &[String], host_keys: &[String]) -> Result<Self, UnknownAlgorithm> {
        let mut algorithms = Self::default();
        for name in kex
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
        {
            let known = kex::ALL_KEX_ALGORITHMS
                .iter()
                .filter(|known| ***known != kex::NONE && !is_extension(known));
            let found = known.clone().find(|known| known.as_ref() == name);
            algorithms
                .kex
                .push(*found.copied().ok_or_else(|| UnknownAlgorithm {
                    kind: "key exchange",
                    name: name.to_owned(),
                    known: join(known.map(|known| known.as_ref().to_owned())),
                })?);
        }
        for name in host_keys
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
        {
            if let Some(found) = HOST_KEYS.iter().find(|known| known.as_str() == name) {
                algorithms.host_keys.push(found.clone());
            } else if let Some(found) = HOST_KEYS
                .iter()
                .find(|known| known.to_certificate_type() == name)
            {
                algorithms.host_certificates.push(found.clone());
            } else {
                return Err(UnknownAlgorithm {
                    kind: "host key",
                    name: name.to_owned(),
                    known: join(
                        HOST_KEYS
                            .iter()
                            .map(|known| format!("{0}, {0}{CERTIFICATE}", known.as_str())),
                    ),
                });
            }
        }
        Ok(algorithms)
    }

    /// What is offered to a host of which these keys are known.
    pub(super) fn preferred(&self, known: &HostKeyTypes) -> Preferred {
        let mut preferred = Preferred {
            compression: Cow::Borrowed(&[russh::compression::NONE]),
            ..Preferred::DEFAULT
        };
        if !self.kex.is_empty() {
            preferred.kex = self.kex.iter().copied().chain(EXTENSIONS).collect();
        }
        let is_by_flag = !(self.host_keys.is_empty() && self.host_certificates.is_empty());
        if is_by_flag {
            preferred.key = self.host_keys.clone().into();
            preferred.host_key_certificates = self.host_certificates.clone().into();
            return preferred;
        }
        // The types that are known, so that a host with several keys shows one that can be checked. Where none is, any:
        // the check tells then that the host is not known.
        let types = HOST_KEYS.iter().filter(|one| known.contains(one));
        let types: Vec<_> = types.cloned().collect();
        preferred.key = if types.is_empty() {
            Cow::Borrowed(&HOST_KEYS)
        } else {
            types.into()
        };
        if known.has_authority() {
            preferred.host_key_certificates = Cow::Borrowed(&HOST_KEYS);
        }
        preferred
    }
}

fn is_extension(name: &kex::Name) -> bool {
    name.as_ref().starts_with("ext-info-") || name.as_ref().starts_with("kex-strict-")
}

fn join(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn flags_set_what_is_offered() {
        let algorithms = Algorithms::parse(
            &list(&["ecdh-sha2-nistp256", "curve25519-sha256"]),
            &list(&["rsa-sha2-256", "ssh-ed25519-cert-v01@openssh.com"]),
        )
        .unwrap();
        let preferred = algorithms.preferred(&HostKeyTypes::default());
        let names: Vec<&str> = preferred.kex.iter().map(AsRef::as_ref).collect();
        assert_eq!(
            names,
            [
                "ecdh-sha2-nistp256",
                "curve25519-sha256",
                "ext-info-c",
                "kex-strict-c-v00@openssh.com"
            ]
        );
        assert_eq!(
            *preferred.key,
            [Algorithm::Rsa {
                hash: Some(HashAlg::Sha256)
            }]
        );
        assert_eq!(*preferred.host_key_certificates, [Algorithm::Ed25519]);
    }

    #[test]
    fn names_that_are_not_known_are_told_with_those_that_are() {
        let error = Algorithms::parse(&list(&["none"]), &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("unknown key exchange algorithm 'none': expected one of "),
            "{error}"
        );
        assert!(
            error.contains("curve25519-sha256") && !error.contains("ext-info"),
            "{error}"
        );
        let error = Algorithms::parse(&[], &list(&["ssh-dss"]))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("'ssh-dss'") && error.contains("ssh-ed25519"),
            "{error}"
        );
        assert_eq!(
            Algorithms::parse(&list(&[""]), &list(&[" "])),
            Ok(Algorithms::default())
        );
    }
}
