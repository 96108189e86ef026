//! OpenSSH signatures (PROTOCOL.sshsig) by keys in the form of `authorized_keys`.

use ssh_key::{AuthorizedKeys, HashAlg, PublicKey, SshSig};

use crate::error::Error;

/// What git signs for.
const NAMESPACE: &str = "git";

/// Verifies a signature. Gives the fingerprint of the key, `SHA256:…`.
pub fn verify(
    signature: &str,
    payload: &[u8],
    authorized_keys: &[String],
) -> Result<String, Error> {
    if signature.trim().is_empty() {
        return Err(Error::Empty);
    }
    let signature =
        SshSig::from_pem(signature.trim()).map_err(|error| Error::Malformed(error.to_string()))?;
    let mut unreadable = None;
    let mut any = false;
    for text in authorized_keys {
        match keys(text) {
            Ok(keys) => {
                any = true;
                let signer = keys
                    .iter()
                    .find(|key| key.verify(NAMESPACE, payload, &signature).is_ok());
                if let Some(key) = signer {
                    return Ok(key.fingerprint(HashAlg::Sha256).to_string());
                }
            }
            Err(error) => {
                unreadable.get_or_insert(error);
            }
        }
    }
    match unreadable {
        Some(error) if !any => Err(error),
        _ => Err(Error::NoMatch("authorized keys")),
    }
}

fn keys(text: &str) -> Result<Vec<PublicKey>, Error> {
    let entries: Result<Vec<_>, _> = AuthorizedKeys::new(text).collect();
    let entries = entries.map_err(|error| Error::AuthorizedKeys(error.to_string()))?;
    if entries.is_empty() {
        return Err(Error::AuthorizedKeys("there is none".to_owned()));
    }
    Ok(entries
        .into_iter()
        .map(|entry| entry.public_key().clone())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g10_what_is_no_signature_is_told() {
        assert_eq!(verify("", b"", &[]), Err(Error::Empty));
        assert!(matches!(
            verify("nonsense", b"", &[]),
            Err(Error::Malformed(_))
        ));
    }
}
