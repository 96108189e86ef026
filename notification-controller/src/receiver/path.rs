//! The path of a webhook, which cannot be guessed (P10).

use crds::notification::well_known::WEBHOOK_PATH;
use sha2::{Digest as _, Sha256};

use crate::hex;

/// The path of a Receiver: a digest over its token, name and namespace, one right behind the other. The token is not trimmed.
pub fn webhook_path(token: &[u8], name: &str, namespace: &str) -> String {
    let digest = Sha256::new()
        .chain_update(token)
        .chain_update(name)
        .chain_update(namespace)
        .finalize();
    format!("{WEBHOOK_PATH}{}", hex::encode(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second one taken down from `printf webappapps | sha256sum`.
    #[test]
    fn p10_the_path_is_the_digest_of_token_name_and_namespace() {
        assert_eq!(
            webhook_path(b"token\n", "receiver", "ns"),
            format!(
                "/hook/{}",
                hex::encode(&Sha256::digest("token\nreceiverns"))
            )
        );
        assert_eq!(
            webhook_path(b"", "webapp", "apps"),
            "/hook/76d2f42a8b3a9b38c7fe7308318e3097903256a660fd599406e7b61157d88cc9"
        );
        assert_ne!(webhook_path(b"t", "a", "b"), webhook_path(b"t ", "a", "b"));
    }
}
