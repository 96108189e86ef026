//! What wakes automations besides their own changes (U1): another spec of their repository, another image of a policy in
//! their namespace, whatever its labels.

use std::sync::Arc;

use common::context::Context;
use common::controller::{Controller, Index, Limits, Store, Trigger};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::image::{ImagePolicy, ImageUpdateAutomation};
use crds::source::GitRepository;

use super::Automations;

const BY_REPOSITORY: &str = "repository";
const BY_NAMESPACE: &str = "namespace";

/// The controller, with its watches and indexes.
pub fn controller(
    automations: Automations,
    context: Arc<Context>,
    limits: Limits,
) -> Controller<Automations> {
    let indexes = vec![
        Index {
            name: BY_REPOSITORY,
            values: by_repository,
        },
        Index {
            name: BY_NAMESPACE,
            values: |automation| vec![automation.key().namespace.to_string()],
        },
    ];
    Controller::new(automations, context, limits, indexes)
        .trigger(repositories())
        .trigger(policies())
}

fn by_repository(automation: &ImageUpdateAutomation) -> Vec<String> {
    let source = &automation.spec.source_ref;
    let own = automation.key().namespace;
    let namespace = source.namespace.as_deref().filter(|it| !it.is_empty());
    vec![format!("{}/{}", namespace.unwrap_or(&own), source.name)]
}

fn repositories() -> Trigger<ImageUpdateAutomation> {
    Trigger::on(
        Urgency::Enqueue,
        |repository: &GitRepository| {
            let generation = repository.metadata.generation;
            generation.unwrap_or_default().to_string()
        },
        |repository: &GitRepository, store: &Store<ImageUpdateAutomation>| {
            let key = ObjectKey::of(&repository.metadata);
            keys(&store.find(BY_REPOSITORY, &format!("{}/{}", key.namespace, key.name)))
        },
    )
}

fn policies() -> Trigger<ImageUpdateAutomation> {
    Trigger::on(
        Urgency::Enqueue,
        |policy: &ImagePolicy| {
            let latest = policy.status.latest_ref.as_ref();
            latest.map_or_else(String::new, |latest| {
                let digest = latest.digest.as_deref().unwrap_or_default();
                format!("{}\n{}\n{digest}", latest.name, latest.tag)
            })
        },
        |policy: &ImagePolicy, store: &Store<ImageUpdateAutomation>| {
            // One without an image is as good as none.
            if policy.status.latest_ref.is_none() {
                return Vec::new();
            }
            keys(&store.find(BY_NAMESPACE, &ObjectKey::of(&policy.metadata).namespace))
        },
    )
}

fn keys(automations: &[Arc<ImageUpdateAutomation>]) -> Vec<ObjectKey> {
    automations
        .iter()
        .map(|automation| automation.key())
        .collect()
}
