//! The chosen image in the status, with its digest where that is wanted (L10 to L12).

use common::conditions::{self, READY};
use common::reconcile::{Class, Flow, Pass, Stop};
use crds::image::{ImagePolicy, ImageRef, ImageRepository, ReflectionPolicy};
use crds::well_known::reason::{FAILED, SUCCEEDED};
use oci::Repository;
use oci::name::NameError;
use tokio::time::timeout;

use super::super::{ImagePolicies, NEXT, reflection};
use crate::registry::{self, AccessError, DEADLINE};

/// Why there is no digest.
#[derive(Debug, thiserror::Error)]
enum DigestError {
    #[error("failed parsing reference {reference:?}: {source}")]
    Name {
        reference: String,
        source: NameError,
    },
    #[error("failed to configure authentication options: {0}")]
    Access(#[from] AccessError),
    #[error("failed fetching descriptor for {reference:?}: {message}")]
    Registry { reference: String, message: String },
}

/// Runs the step.
pub async fn run(pass: &mut Pass<ImagePolicies>) -> Result<Flow, Stop> {
    let Some((repository, image)) = pass.state.repository.take() else {
        return NEXT;
    };
    let mut latest = ImageRef {
        name: repository.spec.image.clone(),
        tag: std::mem::take(&mut pass.state.tag),
        digest: None,
    };
    let known = pass.object.status.latest_ref.as_ref();
    let known = known.filter(|known| known.name == latest.name && known.tag == latest.tag);
    let known = known.and_then(|known| known.digest.clone());
    latest.digest = match (reflection(&pass.object), known) {
        (ReflectionPolicy::IfNotPresent, Some(digest)) if !digest.is_empty() => Some(digest),
        (ReflectionPolicy::IfNotPresent | ReflectionPolicy::Always, _) => {
            Some(fetch(pass, &repository, image, &latest).await?)
        }
        _ => None,
    };
    let status = &mut pass.object.status;
    if status.latest_ref.as_ref() != Some(&latest) {
        status.observed_previous_ref = status.latest_ref.replace(latest);
    }
    pass.succeed(SUCCEEDED, message(&pass.object));
    NEXT
}

/// What Ready says of the choice (L10).
pub fn message(policy: &ImagePolicy) -> String {
    let Some(latest) = &policy.status.latest_ref else {
        return String::new();
    };
    let digest = |image: &ImageRef, before: &str| match &image.digest {
        Some(digest) if !digest.is_empty() => format!("{before}{digest}"),
        _ => String::new(),
    };
    let previous = policy.status.observed_previous_ref.as_ref();
    let previous = match previous.filter(|before| *before != latest) {
        Some(before) => {
            let digest = digest(before, "@");
            format!(" (previously {}:{}{digest})", before.name, before.tag)
        }
        None => String::new(),
    };
    let digest = digest(latest, " with digest ");
    let (name, tag) = (&latest.name, &latest.tag);
    format!("Latest image tag for {name} resolved to {tag}{digest}{previous}")
}

/// Asks the registry for the digest of the tag. A failure keeps the reason of an earlier one (S3).
async fn fetch(
    pass: &Pass<ImagePolicies>,
    repository: &ImageRepository,
    image: Repository,
    latest: &ImageRef,
) -> Result<String, Stop> {
    let client = pass.context.client.clone();
    let reference = format!("{image}:{}", latest.tag);
    let asking = async {
        let tag = image.tag(&latest.tag).map_err(|source| DigestError::Name {
            reference: format!("{}:{}", latest.name, latest.tag),
            source,
        })?;
        let registry = registry::connect(client, repository, image).await?;
        let found = registry.resolve(&tag.version).await;
        found.map_err(|error| DigestError::Registry {
            reference: reference.clone(),
            message: error.to_string(),
        })
    };
    let interrupt = pass.interrupt();
    let asked = tokio::select! {
        asked = timeout(registry::timeout(repository), asking) => asked,
        interrupted = interrupt.overruled() => return Err(interrupted.into()),
    };
    let asked = asked.unwrap_or_else(|_| {
        Err(DigestError::Registry {
            reference: reference.clone(),
            message: DEADLINE.to_owned(),
        })
    });
    match asked {
        Ok(digest) => Ok(digest.to_string()),
        Err(error) => {
            let before = conditions::find(&pass.object.status.conditions, READY);
            let reason = before
                .filter(|ready| ready.is_false())
                .map_or(FAILED, |ready| ready.reason.as_str())
                .to_owned();
            let image = format!("{}:{}", latest.name, latest.tag);
            let message = format!("failed fetching digest of {image}: {error}");
            Err(Stop::new(Class::Retry, reason, message))
        }
    }
}
