//! Whether an OCI artifact is signed by a key of a Secret (O6).

use artifact::Digest;
use oci::name::Version;
use oci::{Descriptor, Manifest, Registry};
use signature::cosign::{BUNDLE, Keys, PAYLOAD, SIGNATURE};

use super::secrets::{SecretError, Secrets};

/// Bytes of a signature with what it is for.
const MAX_SIGNATURE: u64 = 1 << 20;

/// Signatures of one artifact that are looked at.
const MAX_SIGNATURES: usize = 128;

/// How the names of trusted keys end.
const KEY: &str = ".pub";

/// Why the signature of an artifact does not count.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The keys cannot be read from the cluster.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The keys are none.
    #[error(transparent)]
    Keys(#[from] signature::Error),
    /// The Secret holds none.
    #[error("no public keys found in secret '{0}'")]
    NoKeys(String),
    /// The signatures cannot be read from the registry.
    #[error("{0}")]
    Registry(#[source] Box<oci::Error>),
    /// No key signed it.
    #[error("no matching signatures were found for '{0}'")]
    NoMatch(String),
}

/// The trusted keys of a Secret.
pub async fn keys(secrets: &Secrets, name: &str) -> Result<Keys, VerifyError> {
    let data = secrets.data_in_full(name).await?;
    let mut keys = data
        .iter()
        .filter(|(name, _)| name.ends_with(KEY))
        .peekable();
    if keys.peek().is_none() {
        return Err(VerifyError::NoKeys(secrets.name_of(name)));
    }
    Ok(Keys::read(keys.map(|(_, pem)| pem.as_slice()))?)
}

/// Verifies that one of the keys signed the artifact of this digest. Bundles that refer to it come first, then the
/// older form (O6).
pub async fn verify(registry: &Registry, digest: &Digest, keys: &Keys) -> Result<(), VerifyError> {
    let failed = |error| VerifyError::Registry(Box::new(error));
    if by_bundle(registry, digest, keys).await.map_err(failed)?
        || by_tag(registry, digest, keys).await.map_err(failed)?
    {
        return Ok(());
    }
    let reference = registry.repository().digest(digest.clone());
    Err(VerifyError::NoMatch(reference.to_string()))
}

async fn by_bundle(registry: &Registry, digest: &Digest, keys: &Keys) -> Result<bool, oci::Error> {
    let text = digest.to_string();
    let is_bundle = |one: &&Descriptor| {
        let kind = one.artifact_type.as_deref();
        kind.is_none_or(|kind| kind.starts_with(BUNDLE))
    };
    let referrers = registry.referrers(digest).await?;
    for referrer in referrers.iter().filter(is_bundle).take(MAX_SIGNATURES) {
        let manifest = registry.image(&referrer.digest).await?;
        let layers = manifest.layers.iter();
        for layer in layers.filter(|layer| layer.media_type.starts_with(BUNDLE)) {
            let bundle = registry.blob(layer, MAX_SIGNATURE).await?;
            if keys.verify_bundle(&bundle, &text) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn by_tag(registry: &Registry, digest: &Digest, keys: &Keys) -> Result<bool, oci::Error> {
    let text = digest.to_string();
    let tag = Version::Tag(format!("{}.sig", text.replacen(':', "-", 1)));
    let raw = match registry.manifest(&tag).await {
        Ok(raw) => raw,
        Err(error) if error.is_not_found() => return Ok(false),
        Err(error) => return Err(error),
    };
    let manifest: Manifest = registry.image(&raw.digest).await?;
    let layers = manifest.layers.iter();
    let payloads = layers.filter(|layer| layer.media_type == PAYLOAD);
    for layer in payloads.take(MAX_SIGNATURES) {
        let Some(signature) = layer.annotations.get(SIGNATURE) else {
            continue;
        };
        let payload = registry.blob(layer, MAX_SIGNATURE).await?;
        if keys.verify_payload(&payload, signature, &text) {
            return Ok(true);
        }
    }
    Ok(false)
}
