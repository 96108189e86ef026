//! The repository that the policy refers to, and whether it may (L3 to L5).

use common::access::CrossNamespace;
use common::k8s_openapi::api::core::v1::Namespace;
use common::kube::{self, Api};
use common::object;
use common::reconcile::{Flow, Pass, Stop};
use crds::image::ImageRepository;
use crds::meta::AccessFrom;

use super::super::watch::referred;
use super::super::{Error, ImagePolicies, NEXT};
use crate::args::gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
use crate::registry;

/// Runs the step.
pub async fn run(policies: &ImagePolicies, pass: &mut Pass<ImagePolicies>) -> Result<Flow, Stop> {
    let key = referred(&pass.object);
    let own = pass.key().namespace;
    if policies.cross_namespace == CrossNamespace::Blocked && key.namespace != own {
        return Err(Error::Blocked(key.to_string()).into());
    }
    let found = object::read(&pass.context.client, &key.namespace, &key.name).await;
    let repository: ImageRepository = found.map_err(|error| match error {
        kube::Error::Api(status) if status.code == 404 => Error::NotFound(key.name.to_string()),
        error => unreadable(error),
    })?;
    if key.namespace != own {
        let name = key.to_string();
        let Some(access) = &repository.spec.access_from else {
            return Err(Error::NoAccessList(name).into());
        };
        if !lets_in(access, pass, &own).await? {
            let namespace = own.to_string();
            let repository = name;
            return Err(Error::AccessMismatch {
                repository,
                namespace,
            }
            .into());
        }
    }
    let image = registry::parse(&repository.spec.image).map_err(Error::Image)?;
    let enabled = pass.context.gates.enabled(OBJECT_LEVEL_WORKLOAD_IDENTITY);
    if registry::gate(&repository) && !enabled {
        return Err(Error::Gate.into());
    }
    pass.state.repository = Some((repository, image));
    NEXT
}

/// Whether the labels of the policy's namespace match one of the selectors; one without labels matches all.
async fn lets_in(
    access: &AccessFrom,
    pass: &Pass<ImagePolicies>,
    namespace: &str,
) -> Result<bool, Error> {
    let api: Api<Namespace> = Api::all(pass.context.client.clone());
    let found = api.get_metadata(namespace).await.map_err(unreadable)?;
    let labels = found.metadata.labels.unwrap_or_default();
    Ok(access.namespace_selectors.iter().any(|selector| {
        let mut wanted = selector.match_labels.iter();
        wanted.all(|(key, value)| labels.get(key) == Some(value))
    }))
}

fn unreadable(error: kube::Error) -> Error {
    Error::Unreadable(match error {
        kube::Error::Api(status) => status.message,
        other => other.to_string(),
    })
}
