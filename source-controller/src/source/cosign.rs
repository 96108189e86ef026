//! Whether an OCI artifact is signed by a key of a Secret (O6).

use artifact::Digest;
use oci::name::Version;
use oci::{Descriptor, Manifest, Registry};
use signature::cosign::{BUNDLE, Keys, PAYLOAD, SIGNATURE};
use transport::SecretData;

/// Bytes of a signature with what it is for.
const MAX_SIGNATURE: u64 = 1 << 20;

/// Signatures of one artifact that are looked at.
const MAX_SIGNATURES: usize = 128;

/// How the names of trusted keys end.
const KEY: &str = ".pub";

/// The trusted keys of a Secret.
pub fn keys(data: &SecretData) -> Result<Keys, signature::Error> {
    let keys = data.iter().filter(|(name, _)| name.ends_with(KEY));
    Keys::read(keys.map(|(_, pem)| pem.as_slice()))
}

/// Whether one of the keys signed the artifact of this digest. Bundles that refer to it come first, then the
/// older form (O6).
pub async fn is_signed(
    registry: &Registry,
    digest: &Digest,
    keys: &Keys,
) -> Result<bool, oci::Error> {
    Ok(by_bundle(registry, digest, keys).await? || by_tag(registry, digest, keys).await?)
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
