//! Public keys in PEM, as cosign writes them (RFC 5280 section 4.1, `SubjectPublicKeyInfo`).

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519,
    RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject as _;

use crate::error::Error;

const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ED: &[u8] = &[0x2b, 0x65, 0x70];

type Algorithms = &'static [&'static dyn VerificationAlgorithm];

const BY_P256: Algorithms = &[&ECDSA_P256_SHA256_ASN1];
/// Older signatures are by the shorter hash whatever the curve.
const BY_P384: Algorithms = &[&ECDSA_P384_SHA384_ASN1, &ECDSA_P384_SHA256_ASN1];
const BY_RSA: Algorithms = &[&RSA_PKCS1_2048_8192_SHA256];
const BY_ED: Algorithms = &[&ED25519];

/// A key that verifies.
pub(crate) struct PublicKey {
    algorithms: Algorithms,
    bytes: Vec<u8>,
}

impl PublicKey {
    /// Reads a key.
    pub(crate) fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let unreadable = |why: &str| Error::PublicKey(why.to_owned());
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem)
            .map_err(|_| unreadable("expected PEM of a public key"))?;
        let parts = parts(der.as_ref()).ok_or_else(|| unreadable("the DER is malformed"))?;
        let algorithms = match (parts.algorithm, parts.curve) {
            (EC, Some(P256)) => BY_P256,
            (EC, Some(P384)) => BY_P384,
            (RSA, _) => BY_RSA,
            (ED, _) => BY_ED,
            _ => return Err(unreadable("the algorithm is not supported")),
        };
        Ok(Self {
            algorithms,
            bytes: parts.key.to_vec(),
        })
    }

    /// Whether the signature is by this key.
    pub(crate) fn verifies(&self, payload: &[u8], signature: &[u8]) -> bool {
        self.algorithms.iter().any(|algorithm| {
            UnparsedPublicKey::new(*algorithm, &self.bytes)
                .verify(payload, signature)
                .is_ok()
        })
    }
}

struct Parts<'a> {
    algorithm: &'a [u8],
    curve: Option<&'a [u8]>,
    key: &'a [u8],
}

/// `SEQUENCE { SEQUENCE { OID, parameters }, BIT STRING }`
fn parts(der: &[u8]) -> Option<Parts<'_>> {
    let (0x30, whole, []) = value(der)? else {
        return None;
    };
    let (0x30, identifier, rest) = value(whole)? else {
        return None;
    };
    let (0x06, algorithm, parameters) = value(identifier)? else {
        return None;
    };
    let curve = match value(parameters) {
        Some((0x06, curve, [])) => Some(curve),
        _ => None,
    };
    let (0x03, [0, key @ ..], []) = value(rest)? else {
        return None;
    };
    Some(Parts {
        algorithm,
        curve,
        key,
    })
}

/// Tag, content and what follows of the first value.
fn value(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        if !(1..=4).contains(&count) || rest.len() < count {
            return None;
        }
        let (bytes, rest) = rest.split_at(count);
        let length = bytes
            .iter()
            .fold(0, |length, byte| (length << 8) | usize::from(*byte));
        (length, rest)
    };
    let content = rest.get(..length)?;
    Some((tag, content, &rest[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_kind_are_read_and_others_are_refused() {
        let say = |pem: &str| {
            PublicKey::from_pem(pem.as_bytes())
                .err()
                .map(|error| error.to_string())
        };
        assert!(say("nonsense").unwrap().contains("expected PEM"));
        let odd = "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n";
        assert!(say(odd).unwrap().contains("malformed"));
        assert!(parts(&[0x30, 0x84, 0xff]).is_none());
        assert!(value(&[0x30, 0x85, 1, 1, 1, 1, 1]).is_none());
    }
}
