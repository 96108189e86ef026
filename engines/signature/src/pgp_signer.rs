//! PGP signatures that we make (RFC 9580, version 4), with the private key of a Secret.

use std::fmt;
use std::io::Cursor;

use ::pgp::composed::{
    ArmorOptions, Deserializable as _, DetachedSignature, SignedSecretKey, SignedSecretSubKey,
};
use ::pgp::packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use ::pgp::types::{KeyDetails as _, Password, SigningKey, Timestamp};

/// A private key that signs. Nothing of it is shown.
pub struct Signer {
    key: SignedSecretKey,
    passphrase: Password,
}

/// The key cannot sign. No message shows a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// It is no armored private key.
    #[error("{0}")]
    Unreadable(String),
    /// There is more than one key.
    #[error("multiple entities")]
    Several,
    /// The key is encrypted, and there is no passphrase.
    #[error("passphrase protected")]
    NoPassphrase,
    /// The key is encrypted with another passphrase.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The signature could not be made.
    #[error("unable to sign: {0}")]
    Sign(String),
}

impl Signer {
    /// Reads an armored private key; the passphrase is used only where it is encrypted.
    pub fn read(armored: &str, passphrase: Option<&str>) -> Result<Self, SignerError> {
        let unreadable = |error: ::pgp::errors::Error| SignerError::Unreadable(error.to_string());
        let (keys, _) =
            SignedSecretKey::from_armor_many(Cursor::new(armored)).map_err(unreadable)?;
        let keys: Vec<_> = keys.collect::<Result<_, _>>().map_err(unreadable)?;
        let mut keys = keys.into_iter();
        let key = match (keys.next(), keys.next()) {
            (Some(key), None) => key,
            (Some(_), Some(_)) => return Err(SignerError::Several),
            (None, _) => {
                return Err(SignerError::Unreadable(
                    "there is no private key".to_owned(),
                ));
            }
        };
        let signer = Self {
            key,
            passphrase: Password::from(passphrase.unwrap_or_default()),
        };
        let (is_encrypted, opens) = match signer.subkey(None) {
            Some(subkey) => (
                subkey.key.secret_params().is_encrypted(),
                subkey.key.unlock(&signer.passphrase, |_, _| Ok(())).is_ok(),
            ),
            None => (
                signer.key.primary_key.secret_params().is_encrypted(),
                signer
                    .key
                    .primary_key
                    .unlock(&signer.passphrase, |_, _| Ok(()))
                    .is_ok(),
            ),
        };
        match (is_encrypted, passphrase) {
            (true, None) => Err(SignerError::NoPassphrase),
            (true, Some(_)) if !opens => Err(SignerError::WrongPassphrase),
            _ => Ok(signer),
        }
    }

    /// Signs bytes: the signature in its armor. `now` is in seconds since the Unix epoch.
    pub fn sign(&self, payload: &[u8], now: u64) -> Result<String, SignerError> {
        match self.subkey(Some(now)) {
            Some(subkey) => self.sign_with(&subkey.key, payload, now),
            None => self.sign_with(&self.key.primary_key, payload, now),
        }
    }

    fn sign_with(
        &self,
        key: &impl SigningKey,
        payload: &[u8],
        now: u64,
    ) -> Result<String, SignerError> {
        let failed = |error: ::pgp::errors::Error| SignerError::Sign(error.to_string());
        let now = u32::try_from(now).map_err(|error| SignerError::Sign(error.to_string()))?;
        let mut config =
            SignatureConfig::v4(SignatureType::Binary, key.algorithm(), key.hash_alg());
        let made = SubpacketData::SignatureCreationTime(Timestamp::from_secs(now));
        let by = SubpacketData::IssuerFingerprint(key.fingerprint());
        for data in [made, by] {
            config
                .hashed_subpackets
                .push(Subpacket::regular(data).map_err(failed)?);
        }
        let by = SubpacketData::IssuerKeyId(key.legacy_key_id());
        config
            .unhashed_subpackets
            .push(Subpacket::regular(by).map_err(failed)?);
        let signature = config
            .sign(key, &self.passphrase, payload)
            .map_err(failed)?;
        DetachedSignature::new(signature)
            .to_armored_string(ArmorOptions::default())
            .map_err(failed)
    }

    /// The youngest subkey that signs, as other programs choose it; without one the primary key does.
    fn subkey(&self, now: Option<u64>) -> Option<&SignedSecretSubKey> {
        let lives = |subkey: &&SignedSecretSubKey| {
            let made = u64::from(subkey.key.created_at().as_secs());
            let is_revoked = subkey
                .signatures
                .iter()
                .any(|proof| proof.typ() == Some(SignatureType::SubkeyRevocation));
            let binding = subkey
                .signatures
                .iter()
                .find(|proof| proof.key_flags().sign());
            let expires = binding.and_then(Signature::key_expiration_time);
            let is_over = expires.is_some_and(|time| {
                time.as_secs() != 0
                    && now.is_some_and(|now| made + u64::from(time.as_secs()) <= now)
            });
            binding.is_some() && !is_revoked && !is_over
        };
        self.key
            .secret_subkeys
            .iter()
            .filter(lives)
            .max_by_key(|subkey| subkey.key.created_at().as_secs())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_private_key_is_told() {
        let error = Signer::read("nonsense", None).unwrap_err();
        assert!(matches!(error, SignerError::Unreadable(_)), "{error}");
        let error = Signer::read("", Some("p")).unwrap_err();
        assert!(matches!(error, SignerError::Unreadable(_)), "{error}");
    }
}
