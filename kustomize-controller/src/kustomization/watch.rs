//! What wakes Kustomizations besides their own changes (section 20), and in which order.

mod order;

use std::sync::Arc;

use common::conditions::{self, READY, RECONCILING};
use common::context::Context;
use common::controller::applier::{self, Applier};
use common::controller::{Controller, Limits, Store, Trigger, UnderWay, Watched};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::kustomize::{Kustomization, SourceKind};
use crds::meta::{Artifact, ConfigKind, DependencyReference};
use crds::source::{Bucket, ExternalArtifact, GitRepository, OciRepository};

use super::{Kustomizations, Settings};
use crate::args::Args;
use crate::args::gates::{DISABLE_CONFIG_WATCHERS, EXTERNAL_ARTIFACT};

/// The controller, with its watches and indexes.
pub fn controller(
    settings: Settings,
    context: &Arc<Context>,
    args: &Args,
) -> Controller<Kustomizations> {
    let limits = Limits {
        concurrent: args.applier.concurrent,
        backoff: args.common.backoff(),
        ..Limits::default()
    };
    let waiting = settings.waiting.clone();
    let under_way = settings.under_way.clone();
    let mut controller = Controller::new(
        Kustomizations::new(settings),
        Arc::clone(context),
        limits,
        applier::indexes::<Kustomizations>(),
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
    .trigger(applier::dependencies::<Kustomizations>(waiting));
    if context.gates.enabled(EXTERNAL_ARTIFACT) {
        let kind = SourceKind::ExternalArtifact;
        controller = controller.trigger(source::<ExternalArtifact>(kind, under_way, |it| {
            it.status.artifact.as_ref()
        }));
    }
    if !context.gates.enabled(DISABLE_CONFIG_WATCHERS) {
        let configs = applier::configs::<Kustomizations>(&context.scope.configs_label_selector);
        controller = configs.into_iter().fold(controller, Controller::trigger);
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
            let key = ObjectKey::of(source.meta());
            let mut users = applier::users_of_source(store, &format!("{}/{key}", kind.as_str()));
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

impl Applier for Kustomizations {
    fn sources(object: &Kustomization) -> Vec<String> {
        let reference = &object.spec.source_ref;
        let own = object.key().namespace;
        vec![format!(
            "{}/{}/{}",
            reference.kind.as_str(),
            reference.namespace_or(&own),
            reference.name
        )]
    }

    fn config_maps(object: &Kustomization) -> Vec<&str> {
        let kube_config = object.spec.kube_config.iter();
        let kube_config = kube_config.filter_map(|config| config.config_map_ref.as_ref());
        let names = kube_config.map(|reference| reference.name.as_str());
        names
            .chain(substitute_from(object, &ConfigKind::ConfigMap))
            .collect()
    }

    fn secrets(object: &Kustomization) -> Vec<&str> {
        let decryption = object.spec.decryption.iter();
        let decryption = decryption.filter_map(|decryption| decryption.secret_ref.as_ref());
        let kube_config = object.spec.kube_config.iter();
        let kube_config = kube_config.filter_map(|config| config.secret_ref.as_ref());
        let names = decryption
            .map(|reference| reference.name.as_str())
            .chain(kube_config.map(|reference| reference.name.as_str()));
        names
            .chain(substitute_from(object, &ConfigKind::Secret))
            .collect()
    }

    fn depends_on(object: &Kustomization) -> &[DependencyReference] {
        &object.spec.depends_on
    }

    /// Dependencies first, so that they are not found out of date.
    fn in_order(users: &[Arc<Kustomization>]) -> Vec<ObjectKey> {
        order::topological(users)
    }
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
        assert_eq!(Kustomizations::sources(&object(reference)), ["Bucket/ns/b"]);
        let elsewhere =
            json!({"sourceRef": {"kind": "OCIRepository", "name": "o", "namespace": "other"}});
        assert_eq!(
            Kustomizations::sources(&object(elsewhere)),
            ["OCIRepository/other/o"]
        );
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
        assert_eq!(Kustomizations::config_maps(&object), ["cluster", "vars"]);
        assert_eq!(
            Kustomizations::secrets(&object),
            ["age", "kubeconfig", "vars"]
        );
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
