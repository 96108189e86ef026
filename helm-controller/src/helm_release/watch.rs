//! What wakes HelmReleases besides their own changes (section 23).

use std::sync::Arc;

use common::conditions::{self, READY, RECONCILING};
use common::context::Context;
use common::controller::applier::{self, Applier};
use common::controller::{Controller, Limits, Store, Trigger, UnderWay, Watched};
use common::k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::helm::HelmRelease;
use crds::meta::{Artifact, ConfigKind, DependencyReference};
use crds::source::{ExternalArtifact, HelmChart, OciRepository};

use super::chart_objects::ChartObjects;
use super::source::{self, Kind};
use super::{HelmReleases, Settings};
use crate::args::Args;
use crate::args::gates::{DISABLE_CONFIG_WATCHERS, EXTERNAL_ARTIFACT};

/// The controller, with its watches and indexes.
pub fn controller(
    settings: Settings,
    context: &Arc<Context>,
    args: &Args,
) -> Controller<HelmReleases> {
    let limits = Limits {
        concurrent: args.applier.concurrent,
        backoff: args.common.backoff(),
        grace: args.graceful_shutdown_timeout,
    };
    let waiting = Arc::clone(&settings.waiting);
    let charts = from_charts(
        Arc::clone(&settings.chart_objects),
        Arc::clone(&settings.under_way),
    );
    let mut controller = Controller::new(
        HelmReleases::new(settings),
        Arc::clone(context),
        limits,
        applier::indexes::<HelmReleases>(),
    )
    .trigger(charts)
    .trigger(from_source::<OciRepository>(Kind::OciRepository, |it| {
        Published::of(it, it.status.artifact.as_ref())
    }))
    .trigger(applier::dependencies::<HelmReleases>(waiting));
    if context.gates.enabled(EXTERNAL_ARTIFACT) {
        let kind = Kind::ExternalArtifact;
        controller = controller.trigger(from_source::<ExternalArtifact>(kind, |it| {
            let artifact = it.status.artifact.as_ref();
            Published {
                revision: artifact.map_or(String::new(), |artifact| artifact.revision.clone()),
                is_ready: artifact.is_some(),
            }
        }));
    }
    if !context.gates.enabled(DISABLE_CONFIG_WATCHERS) {
        let configs = applier::configs::<HelmReleases>(&context.scope.configs_label_selector);
        controller = configs.into_iter().fold(controller, Controller::trigger);
    }
    controller
}

impl Applier for HelmReleases {
    fn sources(object: &HelmRelease) -> Vec<String> {
        source::reference(object)
            .map(|(kind, key)| format!("{}/{key}", kind.as_str()))
            .into_iter()
            .collect()
    }

    fn config_maps(object: &HelmRelease) -> Vec<&str> {
        let kube_config = object.spec.kube_config.iter();
        let kube_config = kube_config.filter_map(|config| config.config_map_ref.as_ref());
        let names = kube_config.map(|reference| reference.name.as_str());
        names
            .chain(values_from(object, &ConfigKind::ConfigMap))
            .collect()
    }

    fn secrets(object: &HelmRelease) -> Vec<&str> {
        let kube_config = object.spec.kube_config.iter();
        let kube_config = kube_config.filter_map(|config| config.secret_ref.as_ref());
        let names = kube_config.map(|reference| reference.name.as_str());
        names
            .chain(values_from(object, &ConfigKind::Secret))
            .collect()
    }

    fn depends_on(object: &HelmRelease) -> &[DependencyReference] {
        &object.spec.depends_on
    }
}

fn values_from<'a>(object: &'a HelmRelease, kind: &'a ConfigKind) -> impl Iterator<Item = &'a str> {
    let values = object.spec.values_from.iter();
    let values = values.filter(move |reference| reference.kind == *kind);
    values.map(|reference| reference.name.as_str())
}

/// What of a source counts: the revision that it has published, and whether it is Ready.
struct Published {
    revision: String,
    is_ready: bool,
}

impl Published {
    fn of<K: common::object::Object>(source: &K, artifact: Option<&Artifact>) -> Self {
        Self {
            revision: artifact.map_or(String::new(), |artifact| artifact.revision.clone()),
            is_ready: conditions::is_true(source.conditions(), READY),
        }
    }

    fn fingerprint(&self) -> String {
        format!("{} {}", self.revision, self.is_ready)
    }
}

/// A new revision of a source, or one that turns Ready, wakes those who use it, unless they are at it already (H23.2).
fn from_source<T: Watched>(kind: Kind, published: fn(&T) -> Published) -> Trigger<HelmRelease> {
    Trigger::on(
        Urgency::Interrupt,
        move |source: &T| published(source).fingerprint(),
        move |source: &T, store: &Store<HelmRelease>| {
            behind(store, kind, source.meta(), published(source))
        },
    )
}

/// The same for `HelmChart`s, which are remembered as they are. A pass that waits for its own, or is at work on what that has
/// published, knows already.
fn from_charts(objects: Arc<ChartObjects>, under_way: Arc<UnderWay>) -> Trigger<HelmRelease> {
    let published = |chart: &HelmChart| Published::of(chart, chart.status.artifact.as_ref());
    let seen = Arc::clone(&objects);
    Trigger::on(
        Urgency::Interrupt,
        move |chart: &HelmChart| {
            seen.see(chart);
            published(chart).fingerprint()
        },
        move |chart: &HelmChart, store: &Store<HelmRelease>| {
            objects.forget_unless_seen(chart);
            let published = published(chart);
            let revision = published.revision.clone();
            let is_awaited = objects.is_awaited(&ObjectKey::of(&chart.metadata));
            let mut users = behind(store, Kind::HelmChart, &chart.metadata, published);
            users.retain(|user| {
                let waits = || {
                    let user = store.get(user);
                    is_awaited && user.is_some_and(|user| user.spec.chart.is_some())
                };
                !under_way.is_at(user, &revision) && !waits()
            });
            users
        },
    )
}

/// The users of a source that do not have what it has published.
fn behind(
    store: &Store<HelmRelease>,
    kind: Kind,
    source: &ObjectMeta,
    Published { revision, .. }: Published,
) -> Vec<ObjectKey> {
    if revision.is_empty() {
        return Vec::new();
    }
    let key = ObjectKey::of(source);
    let users = applier::users_of_source(store, &format!("{}/{key}", kind.as_str()));
    let behind = users.iter().filter(|user| !is_at(user, kind, &revision));
    behind.map(|user| user.key()).collect()
}

/// Whether an object has this revision, or is working on it.
fn is_at(object: &HelmRelease, kind: Kind, revision: &str) -> bool {
    let status = &object.status;
    let tried = match kind {
        Kind::HelmChart => status.last_attempted_revision.as_deref() == Some(revision),
        Kind::OciRepository | Kind::ExternalArtifact => {
            let digest = revision
                .split_once('@')
                .map_or(revision, |(_, digest)| digest);
            let tried = status.last_attempted_revision_digest.as_deref();
            tried == Some(digest) || tried == Some(revision)
        }
    };
    let list = object.conditions();
    tried && (conditions::is_true(list, READY) || conditions::is_true(list, RECONCILING))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(spec: Value, status: Value) -> HelmRelease {
        serde_json::from_value(json!({
            "metadata": {"name": "app", "namespace": "ns"}, "spec": spec, "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn h23_2_sources_are_found_by_kind_namespace_and_name() {
        let template = json!({"chart": {"spec": {
            "chart": "c", "sourceRef": {"kind": "HelmRepository", "name": "r", "namespace": "other"},
        }}});
        assert_eq!(
            HelmReleases::sources(&object(template, json!({}))),
            ["HelmChart/other/ns-app"]
        );
        let reference = json!({"chartRef": {"kind": "OCIRepository", "name": "o"}});
        assert_eq!(
            HelmReleases::sources(&object(reference, json!({}))),
            ["OCIRepository/ns/o"]
        );
    }

    #[test]
    fn h23_3_config_maps_and_secrets_are_found_in_all_their_places() {
        let object = object(
            json!({
                "kubeConfig": {"secretRef": {"name": "kubeconfig"}},
                "valuesFrom": [{"kind": "ConfigMap", "name": "a"}, {"kind": "Secret", "name": "b"}],
            }),
            json!({}),
        );
        assert_eq!(HelmReleases::config_maps(&object), ["a"]);
        assert_eq!(HelmReleases::secrets(&object), ["kubeconfig", "b"]);
    }

    #[test]
    fn h23_2_who_is_at_a_revision_is_left_alone() {
        let with = |condition: &str, status: &str| {
            let condition = json!({
                "type": condition, "status": status, "reason": "R", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            });
            object(
                json!({}),
                json!({"lastAttemptedRevision": "1.0.0", "lastAttemptedRevisionDigest": "sha256:a",
                       "conditions": [condition]}),
            )
        };
        assert!(is_at(&with("Ready", "True"), Kind::HelmChart, "1.0.0"));
        assert!(is_at(
            &with("Reconciling", "True"),
            Kind::HelmChart,
            "1.0.0"
        ));
        assert!(!is_at(&with("Ready", "False"), Kind::HelmChart, "1.0.0"));
        assert!(!is_at(&with("Ready", "True"), Kind::HelmChart, "1.0.1"));
        let oci = Kind::OciRepository;
        assert!(is_at(&with("Ready", "True"), oci, "1.0.0@sha256:a"));
        assert!(!is_at(&with("Ready", "True"), oci, "1.0.0@sha256:b"));
    }
}
