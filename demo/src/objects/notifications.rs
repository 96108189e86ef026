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

/// A Provider with its Alert, and the Receivers of what is there to be woken.
pub(super) fn objects(components: &Components, places: &Places) -> Vec<Object> {
    let (true, Some(sink)) = (components.has(Component::Notification), &places.sink) else {
        return Vec::new();
    };
    let sources: Vec<Value> = [
        (Component::Source, GIT_REPOSITORY),
        (Component::Kustomize, KUSTOMIZATION),
        (Component::Helm, HELM_RELEASE),
        (Component::ImageAutomation, IMAGE_UPDATE_AUTOMATION),
    ]
    .into_iter()
    .filter(|(component, _)| components.has(*component))
    .map(|(_, kind)| json!({ "kind": kind, "name": "*" }))
    .collect();
    let mut objects = Vec::new();
    if !sources.is_empty() {
        let provider = json!({ "type": "generic", "address": sink });
        let alert = json!({
            "providerRef": { "name": SINK },
            "eventSeverity": "info",
            "eventSources": sources,
        });
        objects.push(Object::new(PROVIDER, SINK, provider));
        objects.push(Object::new(ALERT, SINK, alert));
    }
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
