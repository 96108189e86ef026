//! PGP signatures (RFC 9580) by the keys of armored key rings.

use std::io::Cursor;

use ::pgp::composed::{Deserializable as _, DetachedSignature, SignedPublicKey};
use ::pgp::packet::{Signature, SignatureType};
use ::pgp::types::{KeyDetails as _, Tag};

use crate::error::Error;

/// Verifies a detached signature. `now` is in seconds since the Unix epoch. Gives the id of the primary key that
/// signed, 16 hex digits.
///
/// A key counts while it has not expired and nothing revokes it; a subkey also needs a binding that says it signs.
pub fn verify(
    signature: &str,
    payload: &[u8],
    key_rings: &[String],
    now: u64,
) -> Result<String, Error> {
    if signature.trim().is_empty() {
        return Err(Error::Empty);
    }
    let (signature, _) = DetachedSignature::from_string(signature)
        .map_err(|error| Error::Malformed(error.to_string()))?;
    let signature = signature.signature;
    let mut unreadable = None;
    let mut any = false;
    for ring in key_rings {
        match keys(ring) {
            Ok(keys) => {
                any = true;
                let signer = keys
                    .iter()
                    .find(|key| signed_by(key, &signature, payload, now));
                if let Some(key) = signer {
                    let id = key.primary_key.legacy_key_id();
                    return Ok(hex(id.as_ref()));
                }
            }
            Err(error) => {
                unreadable.get_or_insert(error);
            }
        }
    }
    match unreadable {
        Some(error) if !any => Err(error),
        _ => Err(Error::NoMatch("key rings")),
    }
}

/// The keys of an armored ring.
fn keys(ring: &str) -> Result<Vec<SignedPublicKey>, Error> {
    let failed = |error: ::pgp::errors::Error| Error::KeyRing(error.to_string());
    let (keys, _) = SignedPublicKey::from_armor_many(Cursor::new(ring)).map_err(failed)?;
    keys.collect::<Result<_, _>>().map_err(failed)
}

fn signed_by(key: &SignedPublicKey, signature: &Signature, payload: &[u8], now: u64) -> bool {
    let primary = &key.primary_key;
    if !key.details.revocation_signatures.is_empty() || is_expired(signature, now) {
        return false;
    }
    let created = u64::from(primary.created_at().as_secs());
    let lives = |made: u64, proof: Option<&Signature>| {
        let time = proof.and_then(Signature::key_expiration_time);
        time.is_none_or(|time| time.as_secs() == 0 || made + u64::from(time.as_secs()) > now)
    };
    let Some(own) = self_signature(key) else {
        return false;
    };
    if !lives(created, Some(own)) {
        return false;
    }
    if signature.verify(primary, payload).is_ok() {
        return true;
    }
    key.public_subkeys.iter().any(|subkey| {
        let is_revoked = subkey
            .signatures
            .iter()
            .any(|proof| proof.typ() == Some(SignatureType::SubkeyRevocation));
        let binding = subkey
            .signatures
            .iter()
            .filter(|proof| proof.verify_subkey_binding(primary, &subkey.key).is_ok())
            .max_by_key(|proof| proof.created().map(::pgp::types::Timestamp::as_secs));
        let Some(binding) = binding.filter(|_| !is_revoked) else {
            return false;
        };
        // The subkey agrees to belong to the key, or anybody could adopt it.
        let agrees = binding.embedded_signature().is_some_and(|back| {
            back.verify_primary_key_binding(&subkey.key, primary)
                .is_ok()
        });
        let made = u64::from(subkey.key.created_at().as_secs());
        binding.key_flags().sign()
            && agrees
            && lives(made, Some(binding))
            && signature.verify(&subkey.key, payload).is_ok()
    })
}

/// The youngest signature of the key on itself: without one it says nothing about itself.
fn self_signature(key: &SignedPublicKey) -> Option<&Signature> {
    let primary = &key.primary_key;
    let users = key.details.users.iter().flat_map(|user| {
        user.signatures.iter().filter(|proof| {
            proof.is_certification()
                && proof
                    .verify_certification(primary, Tag::UserId, &user.id)
                    .is_ok()
        })
    });
    let direct = key.details.direct_signatures.iter();
    let direct = direct.filter(|proof| proof.verify_key(primary).is_ok());
    users
        .chain(direct)
        .max_by_key(|proof| proof.created().map(::pgp::types::Timestamp::as_secs))
}

fn is_expired(signature: &Signature, now: u64) -> bool {
    let made = signature
        .created()
        .map_or(0, |made| u64::from(made.as_secs()));
    let lives = signature.signature_expiration_time();
    lives.is_some_and(|time| time.as_secs() != 0 && made + u64::from(time.as_secs()) <= now)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn g10_what_is_no_signature_or_no_ring_is_told() {
        assert_eq!(verify(" ", b"", &[], NOW), Err(Error::Empty));
        assert!(matches!(
            verify("nonsense", b"", &[], NOW),
            Err(Error::Malformed(_))
        ));
    }
}
