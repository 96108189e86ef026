//! What wakes policies besides their own changes: other tags of their image (L1).

use std::sync::Arc;

use common::context::Context;
use common::controller::{Controller, Index, Limits, Store, Trigger};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::image::{ImagePolicy, ImageRepository};

use super::ImagePolicies;

/// Policies by the repository they refer to, `namespace/name`.
const BY_REPOSITORY: &str = "repository";

/// The controller, with its watch and index.
pub fn controller(
    policies: ImagePolicies,
    context: Arc<Context>,
    limits: Limits,
) -> Controller<ImagePolicies> {
    let index = Index {
        name: BY_REPOSITORY,
        values: |policy: &ImagePolicy| vec![referred(policy).to_string()],
    };
    Controller::new(policies, context, limits, vec![index]).trigger(Trigger::on(
        Urgency::Enqueue,
        revision,
        |repository: &ImageRepository, store: &Store<ImagePolicy>| {
            let users = store.find(
                BY_REPOSITORY,
                &ObjectKey::of(&repository.metadata).to_string(),
            );
            users.iter().map(|policy| policy.key()).collect()
        },
    ))
}

/// The repository that a policy refers to.
pub(super) fn referred(policy: &ImagePolicy) -> ObjectKey {
    let reference = &policy.spec.image_repository_ref;
    let own = policy.metadata.namespace.as_deref().unwrap_or_default();
    let given = reference.namespace.as_deref();
    ObjectKey::new(
        given.filter(|name| !name.is_empty()).unwrap_or(own),
        &reference.name,
    )
}

/// The tags of the last scan, and the image that they are of: an image of another name may have the same tags.
fn revision(repository: &ImageRepository) -> String {
    let status = &repository.status;
    status
        .last_scan_result
        .as_ref()
        .map_or_else(String::new, |scan| {
            let image = status.canonical_image_name.as_deref().unwrap_or_default();
            format!("{image} {}", scan.revision)
        })
}
