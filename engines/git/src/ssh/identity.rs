//! The private key of a Secret (G8): OpenSSH's form, PKCS#1, PKCS#8 and SEC 1, each with or without a passphrase.

use std::fmt;
use std::sync::Arc;

use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::public::KeyData;
use russh::keys::{HashAlg, PrivateKey, decode_secret_key};

/// What git signs for.
const NAMESPACE: &str = "git";

/// Shorter RSA keys sign nothing that others would verify.
const MIN_RSA_BITS: u32 = 2048;

/// A private key. Nothing of it is shown.
pub struct Identity(Arc<PrivateKey>);

/// The key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It is encrypted, and there is no passphrase.
    #[error(
        "ssh: this private key is passphrase protected: put the passphrase under key 'password'"
    )]
    NoPassphrase,
    /// It is encrypted with another passphrase.
    #[error("x509: decryption password incorrect: 'password' is not the passphrase of 'identity'")]
    WrongPassphrase,
    /// It is of a kind that does not sign commits.
    #[error("unsupported SSH signing key algorithm: {0}")]
    Algorithm(String),
    /// It is too short.
    #[error("RSA key size {0} bits is below the minimum; must be at least 2048")]
    Short(u32),
    /// The signature could not be made.
    #[error("unable to sign: {0}")]
    Sign(String),
    /// It is no key.
    #[error("ssh: no key found: 'identity' is no private key in a form that is known: {0}")]
    Unreadable(String),
}

impl Identity {
    /// Reads a key; the passphrase is used only where the key is encrypted.
    pub fn read(text: &str, passphrase: &str) -> Result<Self, IdentityError> {
        let unreadable = |error: &russh::keys::Error| IdentityError::Unreadable(error.to_string());
        let plain = match decode_secret_key(text, None) {
            Ok(key) => return Ok(Self(Arc::new(key))),
            Err(error) => error,
        };
        if !is_encrypted(text, &plain) {
            return Err(unreadable(&plain));
        }
        if passphrase.is_empty() {
            return Err(IdentityError::NoPassphrase);
        }
        let key = decode_secret_key(text, Some(passphrase))
            .map_err(|_| IdentityError::WrongPassphrase)?;
        Ok(Self(Arc::new(key)))
    }

    /// Whether it may sign commits: ed25519, ECDSA, or RSA of at least 2048 bits (image automation G12).
    pub fn check_signing(&self) -> Result<(), IdentityError> {
        match self.0.public_key().key_data() {
            KeyData::Ed25519(_) | KeyData::Ecdsa(_) => Ok(()),
            KeyData::Rsa(key) => {
                let bits = key.key_size();
                if bits < MIN_RSA_BITS {
                    return Err(IdentityError::Short(bits));
                }
                Ok(())
            }
            _ => Err(IdentityError::Algorithm(self.0.algorithm().to_string())),
        }
    }

    /// Signs bytes for git, by SHA-512: the signature in its armor (PROTOCOL.sshsig).
    pub fn sign(&self, payload: &[u8]) -> Result<String, IdentityError> {
        let failed = |error: russh::keys::ssh_key::Error| IdentityError::Sign(error.to_string());
        let signature = self
            .0
            .sign(NAMESPACE, HashAlg::Sha512, payload)
            .map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }

    pub(super) fn key(&self) -> Arc<PrivateKey> {
        Arc::clone(&self.0)
    }

    /// Type and fingerprint of the public half.
    pub(super) fn shown(&self) -> String {
        let public = self.0.public_key();
        format!(
            "{} {}",
            public.algorithm(),
            public.fingerprint(HashAlg::Sha256)
        )
    }
}

/// Whether a key that was not readable without a passphrase might be with one.
fn is_encrypted(text: &str, error: &russh::keys::Error) -> bool {
    matches!(error, russh::keys::Error::KeyIsEncrypted)
        || text.contains("BEGIN ENCRYPTED PRIVATE KEY")
        || text.contains("DEK-Info:")
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.0.public_key() == other.0.public_key()
    }
}
impl Eq for Identity {}
