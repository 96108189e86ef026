//! Signatures of charts in registries, by key (O6, C12).

use artifact::Digest;
use common::reconcile::Pass;
use oci::Registry;
use signature::cosign::Keys;

use super::super::error::BuildError;
use super::super::{Error, HelmCharts};
use crate::source::cosign::{self, VerifyError};
use crate::source::secrets::Secrets;

/// The trusted keys; none where nothing is to be verified.
pub async fn keys(pass: &Pass<HelmCharts>) -> Result<Option<Keys>, Error> {
    let Some(verify) = &pass.object.spec.verify else {
        return Ok(None);
    };
    // Without a Secret the object does not come as far as here.
    let name = verify
        .secret_ref
        .as_ref()
        .map(|secret| secret.name.as_str());
    cosign::keys(&Secrets::of(pass), name.unwrap_or_default())
        .await
        .map(Some)
        .map_err(|source| Error::Keys {
            provider: verify.provider.as_str().to_owned(),
            source,
        })
}

/// Whether one of the keys signed the chart of this digest.
pub async fn check(registry: &Registry, digest: &Digest, keys: &Keys) -> Result<(), BuildError> {
    let verified = cosign::verify(registry, digest, keys).await;
    verified.map_err(|error| {
        BuildError::Verification(match error {
            VerifyError::NoMatch(_) => error.to_string(),
            _ => format!("failed to verify {}: {error}", registry.repository()),
        })
    })
}
