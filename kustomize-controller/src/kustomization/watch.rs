//! What wakes Kustomizations besides their own changes (section 20), and in which order.

mod order;

use std::sync::Arc;

use common::conditions::{self, READY, RECONCILING};
use common::context::Context;
use common::controller::{Controller, Index, Limits, Store, Trigger, UnderWay, Waiting, Watched};
use common::dependency;
use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube::core::PartialObjectMeta;
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::kustomize::{Kustomization, SourceKind};
use crds::meta::{Artifact, ConfigKind};
use crds::source::{Bucket, ExternalArtifact, GitRepository, OciRepository};

use super::{Kustomizations, Settings};
use crate::args::Args;
use crate::args::gates::{DISABLE_CONFIG_WATCHERS, EXTERNAL_ARTIFACT};

const BY_SOURCE: &str = "source";
const BY_CONFIG_MAP: &str = "configMap";
const BY_SECRET: &str = "secret";
const BY_DEPENDENCY: &str = "dependency";

/// The controller, with its watches and indexes.
pub fn controller(
    settings: Settings,
    context: &Arc<Context>,
    args: &Args,
) -> Controller<Kustomizations> {
    let limits = Limits {
        concurrent: args.concurrent,
        backoff: args.common.backoff(),
        ..Limits::default()
    };
    let indexes = vec![
        Index {
            name: BY_SOURCE,
            values: by_source,
        },
        Index {
            name: BY_CONFIG_MAP,
            values: by_config_map,
        },
        Index {
            name: BY_SECRET,
            values: by_secret,
        },
        Index {
            name: BY_DEPENDENCY,
            values: by_dependency,
        },
    ];
    let waiting = settings.waiting.clone();
    let under_way = settings.under_way.clone();
    let mut controller = Controller::new(
        Kustomizations::new(settings),
        Arc::clone(context),
        limits,
        indexes,
    )
    .trigger(source::<GitRepository>(
        SourceKind::GitRepository,
        under_way.clone(),
        |it| it.status.artifact.as_ref(),
    ))
    .trigger(source::<OciRepository>(
        SourceKind::OciRepository,
        under_way.clone(),
        |it| it.status.artifact.as_ref(),
    ))
    .trigger(source::<Bucket>(
        SourceKind::Bucket,
        under_way.clone(),
        |it| it.status.artifact.as_ref(),
    ))
    .trigger(dependencies(waiting));
    if context.gates.enabled(EXTERNAL_ARTIFACT) {
        let kind = SourceKind::ExternalArtifact;
        controller = controller.trigger(source::<ExternalArtifact>(kind, under_way, |it| {
            it.status.artifact.as_ref()
        }));
    }
    if !context.gates.enabled(DISABLE_CONFIG_WATCHERS) {
        let selector = &context.scope.configs_label_selector;
        controller = controller
            .trigger(Trigger::on_metadata(
                Urgency::Interrupt,
                selector,
                |map: &PartialObjectMeta<ConfigMap>, store| {
                    order::topological(
                        &store.find(BY_CONFIG_MAP, &ObjectKey::of(&map.metadata).to_string()),
                    )
                },
            ))
            .trigger(Trigger::on_metadata(
                Urgency::Interrupt,
                selector,
                |secret: &PartialObjectMeta<Secret>, store| {
                    order::topological(
                        &store.find(BY_SECRET, &ObjectKey::of(&secret.metadata).to_string()),
                    )
                },
            ));
    }
    controller
}

/// A new revision of a source wakes those who use it, dependencies first, unless they are at it already (K20.2). It ends
/// waits: what they wait for is out of date.
fn source<T: Watched>(
    kind: SourceKind,
    under_way: Arc<UnderWay>,
    artifact: fn(&T) -> Option<&Artifact>,
) -> Trigger<Kustomization> {
    let revision = move |source: &T| artifact(source).map(|artifact| artifact.revision.clone());
    Trigger::on(
        Urgency::Interrupt,
        move |source: &T| revision(source).unwrap_or_default(),
        move |source: &T, store: &Store<Kustomization>| {
            let Some(revision) = revision(source) else {
                return Vec::new();
            };
            let mut users = store.find(
                BY_SOURCE,
                &format!("{}/{}", kind.as_str(), ObjectKey::of(source.meta())),
            );
            users
                .retain(|user| !is_at(user, &revision) && !under_way.is_at(&user.key(), &revision));
            order::topological(&users)
        },
    )
}

/// Whether an object has this revision, or is working on it.
fn is_at(object: &Kustomization, revision: &str) -> bool {
    let list = object.conditions();
    object.status.last_attempted_revision.as_deref() == Some(revision)
        && (conditions::is_true(list, READY) || conditions::is_true(list, RECONCILING))
}

/// Whoever changes wakes those who wait for it; without an expression of their own, only when it has become ready.
fn dependencies(waiting: Arc<Waiting>) -> Trigger<Kustomization> {
    Trigger::on_own(
        Urgency::Enqueue,
        |object: &Kustomization| object.metadata.resource_version.clone().unwrap_or_default(),
        move |object: &Kustomization, store: &Store<Kustomization>| {
            let key = object.key();
            let ready = dependency::is_ready(object);
            let asks = |dependent: &Kustomization| {
                let namespace = dependent.key().namespace;
                dependent.spec.depends_on.iter().any(|reference| {
                    dependency::key(reference, &namespace) == key
                        && (ready || reference.ready_expr.is_some())
                })
            };
            let dependents = store.find(BY_DEPENDENCY, &key.to_string());
            let keys = dependents
                .iter()
                .filter(|dependent| asks(dependent))
                .map(|dependent| dependent.key());
            keys.filter(|key| waiting.contains(key)).collect()
        },
    )
}

fn by_source(object: &Kustomization) -> Vec<String> {
    let reference = &object.spec.source_ref;
    let own = object.key().namespace;
    vec![format!(
        "{}/{}/{}",
        reference.kind.as_str(),
        reference.namespace_or(&own),
        reference.name
    )]
}

fn by_config_map(object: &Kustomization) -> Vec<String> {
    let kube_config = object
        .spec
        .kube_config
        .iter()
        .filter_map(|reference| reference.config_map_ref.as_ref());
    let names = kube_config.map(|reference| reference.name.as_str());
    in_own_namespace(
        object,
        names.chain(substitute_from(object, &ConfigKind::ConfigMap)),
    )
}

fn by_secret(object: &Kustomization) -> Vec<String> {
    let spec = &object.spec;
    let decryption = spec
        .decryption
        .iter()
        .filter_map(|decryption| decryption.secret_ref.as_ref());
    let kube_config = spec
        .kube_config
        .iter()
        .filter_map(|reference| reference.secret_ref.as_ref());
    let names = decryption
        .map(|reference| reference.name.as_str())
        .chain(kube_config.map(|reference| reference.name.as_str()));
    in_own_namespace(
        object,
        names.chain(substitute_from(object, &ConfigKind::Secret)),
    )
}

fn by_dependency(object: &Kustomization) -> Vec<String> {
    let own = object.key().namespace;
    let keys = object
        .spec
        .depends_on
        .iter()
        .map(|reference| dependency::key(reference, &own));
    keys.map(|key| key.to_string()).collect()
}

fn substitute_from<'a>(
    object: &'a Kustomization,
    kind: &'a ConfigKind,
) -> impl Iterator<Item = &'a str> {
    let references = object
        .spec
        .post_build
        .iter()
        .flat_map(|post_build| &post_build.substitute_from);
    references
        .filter(move |reference| reference.kind == *kind)
        .map(|reference| reference.name.as_str())
}

fn in_own_namespace<'a>(
    object: &Kustomization,
    names: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let own = object.key().namespace;
    names
        .map(|name| ObjectKey::new(&own, name).to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(spec: Value) -> Kustomization {
        serde_json::from_value(
            json!({"metadata": {"name": "app", "namespace": "ns"}, "spec": spec}),
        )
        .unwrap()
    }

    #[test]
    fn k20_2_sources_are_found_by_kind_namespace_and_name() {
        let reference = json!({"sourceRef": {"kind": "Bucket", "name": "b"}});
        assert_eq!(by_source(&object(reference)), ["Bucket/ns/b"]);
        let elsewhere =
            json!({"sourceRef": {"kind": "OCIRepository", "name": "o", "namespace": "other"}});
        assert_eq!(by_source(&object(elsewhere)), ["OCIRepository/other/o"]);
    }

    #[test]
    fn k20_3_config_maps_and_secrets_are_found_in_all_their_places() {
        let object = object(json!({
            "decryption": {"provider": "sops", "secretRef": {"name": "age"}},
            "kubeConfig": {"secretRef": {"name": "kubeconfig"}, "configMapRef": {"name": "cluster"}},
            "postBuild": {"substituteFrom": [
                {"kind": "ConfigMap", "name": "vars"}, {"kind": "Secret", "name": "vars", "optional": true},
            ]},
        }));
        assert_eq!(by_config_map(&object), ["ns/cluster", "ns/vars"]);
        assert_eq!(by_secret(&object), ["ns/age", "ns/kubeconfig", "ns/vars"]);
    }

    #[test]
    fn k20_2_who_is_at_a_revision_is_left_alone() {
        let with = |condition: &str, status: &str| -> Kustomization {
            serde_json::from_value(json!({"status": {
                "lastAttemptedRevision": "r1",
                "conditions": [{
                    "type": condition, "status": status, "reason": "R", "message": "",
                    "lastTransitionTime": "2026-01-01T00:00:00Z",
                }],
            }}))
            .unwrap()
        };
        assert!(is_at(&with("Ready", "True"), "r1"));
        assert!(is_at(&with("Reconciling", "True"), "r1"));
        assert!(!is_at(&with("Ready", "False"), "r1"));
        assert!(!is_at(&with("Ready", "True"), "r2"));
    }
}
