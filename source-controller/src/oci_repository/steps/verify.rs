//! Signatures of the artifact (O6, R11).

use artifact::Digest;
use common::conditions;
use common::object::Object as _;
use common::reconcile::Pass;
use crds::source::well_known::condition;
use oci::Registry;

use super::super::conditions::VERIFIED;
use super::super::{Error, OciRepositories};
use crate::source::cosign::{self, VerifyError};
use crate::source::secrets::Secrets;

/// Verifies a new revision, and the old one again after a change of the spec or a failure.
pub async fn run(
    pass: &mut Pass<OciRepositories>,
    registry: &Registry,
    digest: &Digest,
    revision: &str,
) -> Result<(), Error> {
    let Some(verify) = pass.object.spec.verify.clone() else {
        return Ok(());
    };
    if !is_due(pass, revision) {
        return Ok(());
    }
    let failed = |source: VerifyError| Error::Signature {
        provider: verify.provider.as_str().to_owned(),
        source,
    };
    let name = verify
        .secret_ref
        .as_ref()
        .map(|secret| secret.name.as_str());
    let keys = cosign::keys(&Secrets::of(pass), name.unwrap_or_default())
        .await
        .map_err(failed)?;
    cosign::verify(registry, digest, &keys)
        .await
        .map_err(failed)?;
    let message = format!("verified signature of revision {revision}");
    pass.mark(VERIFIED, true, "Succeeded", &message);
    Ok(())
}

/// Whether the revision is one that was not verified for this spec.
fn is_due(pass: &Pass<OciRepositories>, revision: &str) -> bool {
    let object = &pass.object;
    let published = object.status.artifact.as_ref();
    let is_new = published.is_none_or(|artifact| artifact.revision != revision);
    let verified = conditions::find(&object.status.conditions, condition::SOURCE_VERIFIED);
    is_new
        || verified.is_none_or(|verified| {
            verified.observed_generation != object.generation()
                || verified.status.to_string() != "True"
        })
}
