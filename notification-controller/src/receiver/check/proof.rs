//! Proofs that a caller knows the token.

use ring::hmac::{self, Algorithm};
use subtle::ConstantTimeEq as _;

use crate::hex;

/// Whether two secrets are the same. Takes as long wherever they differ; only their lengths show.
pub(super) fn same(given: &[u8], expected: &[u8]) -> bool {
    given.ct_eq(expected).into()
}

/// Whether a signature `algorithm=hex` is that of a text (`sha1`, `sha256`, `sha512`).
///
/// # Errors
/// What is wrong with the signature; not what it should have been.
pub(super) fn signed(signature: &str, text: &[u8], token: &[u8]) -> Result<(), &'static str> {
    if signature.is_empty() {
        return Err("missing signature");
    }
    let (name, digits) = signature
        .split_once('=')
        .ok_or("error parsing signature: expected algorithm=hex")?;
    let algorithm = match name {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hmac::HMAC_SHA256,
        "sha512" => hmac::HMAC_SHA512,
        _ => return Err("unknown hash type prefix: expected sha1, sha256 or sha512"),
    };
    tagged(algorithm, digits, text, token)
}

/// Whether hexadecimal digits are the code of a text under an algorithm.
///
/// # Errors
/// What is wrong with them.
pub(super) fn tagged(
    algorithm: Algorithm,
    digits: &str,
    text: &[u8],
    token: &[u8],
) -> Result<(), &'static str> {
    let tag = hex::decode(digits).ok_or("error decoding signature: expected hexadecimal digits")?;
    let key = hmac::Key::new(algorithm, token);
    hmac::verify(&key, text, &tag).map_err(|_| "payload signature check failed")
}
