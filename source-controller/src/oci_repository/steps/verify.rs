//! Signatures of the artifact (O6, R11).

use artifact::Digest;
use common::conditions;
use common::object::Object as _;
use common::reconcile::Pass;
use crds::source::well_known::condition;
use oci::{Reference, Registry};

use super::super::conditions::VERIFIED;
use super::super::error::VerifyError;
use super::super::{Error, OciRepositories};
use crate::source::cosign;
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
    let reference = registry.repository().digest(digest.clone());
    let name = verify.secret_ref.as_ref().map(|secret| secret.name.clone());
    check(
        pass,
        registry,
        &reference,
        digest,
        &name.unwrap_or_default(),
    )
    .await
    .map_err(failed)?;
    let message = format!("verified signature of revision {revision}");
    pass.mark(VERIFIED, true, "Succeeded", &message);
    Ok(())
}

async fn check(
    pass: &Pass<OciRepositories>,
    registry: &Registry,
    reference: &Reference,
    digest: &Digest,
    secret: &str,
) -> Result<(), VerifyError> {
    let data = Secrets::of(pass).data_in_full(secret).await?;
    let keys = cosign::keys(&data)?;
    if cosign::is_signed(registry, digest, &keys)
        .await
        .map_err(|error| VerifyError::Registry(Box::new(error)))?
    {
        return Ok(());
    }
    Err(VerifyError::NoMatch(reference.to_string()))
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
