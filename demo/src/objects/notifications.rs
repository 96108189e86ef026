//! Messages to a sink, and webhooks that wake sources.

use serde_json::{Value, json};

use super::plan::{self, Object};
use crate::component::{Component, Components};
use crate::kinds::{
    ALERT, GIT_REPOSITORY, HELM_RELEASE, IMAGE_UPDATE_AUTOMATION, KUSTOMIZATION, PROVIDER, RECEIVER,
};
use crate::row::Key;
use crate::servers::Places;

/// The Secret with the token of the webhooks.
pub(super) const TOKEN: &str = "webhook";

/// The Receiver that the git server calls after a push.
pub(crate) const SOURCE_HOOK: &str = "push";

/// The Receiver that is called when charts and images were published.
pub(crate) const REGISTRY_HOOK: &str = "registry";

const SINK: &str = "sink";

/// The kinds whose events are told.
const TOLD: [&str; 4] = [
    GIT_REPOSITORY,
    KUSTOMIZATION,
    HELM_RELEASE,
    IMAGE_UPDATE_AUTOMATION,
];

/// A Provider with its Alert, and the Receivers of what is there to be woken.
pub(super) fn objects(components: &Components, places: &Places) -> Vec<Object> {
    let (true, Some(sink)) = (components.has(Component::Notification), &places.sink) else {
        return Vec::new();
    };
    let sources = TOLD.map(|kind| json!({ "kind": kind, "name": "*" }));
    let provider = json!({ "type": "generic", "address": sink });
    let alert = json!({
        "providerRef": { "name": SINK },
        "eventSeverity": "info",
        "eventSources": sources,
    });
    let mut objects = vec![
        Object::new(PROVIDER, SINK, provider),
        Object::new(ALERT, SINK, alert),
    ];
    if components.has(Component::Source) {
        objects.push(receiver(SOURCE_HOOK, &[plan::source()]));
    }
    let published = plan::published(components);
    if !published.is_empty() {
        objects.push(receiver(REGISTRY_HOOK, &published));
    }
    objects
}

fn receiver(name: &'static str, woken: &[Key]) -> Object {
    let resources = woken.iter();
    let resources: Vec<Value> = resources
        .map(|key| json!({ "kind": key.kind, "name": key.name }))
        .collect();
    let spec = json!({
        "type": "generic-hmac",
        "secretRef": { "name": TOKEN },
        "resources": resources,
    });
    Object::new(RECEIVER, name, spec)
}
