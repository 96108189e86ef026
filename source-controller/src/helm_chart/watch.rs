//! What wakes charts besides their own changes: a new revision of their source, stalled ones too (C1).

use std::sync::Arc;

use common::context::Context;
use common::controller::{Controller, Index, Limits, Store, Trigger, Watched};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::meta::Artifact;
use crds::source::{ChartSourceKind, GitRepository, HelmChart, HelmRepository};

use super::HelmCharts;

const BY_SOURCE: &str = "source";

/// The controller, with its watches and index.
pub fn controller(
    charts: HelmCharts,
    context: Arc<Context>,
    limits: Limits,
) -> Controller<HelmCharts> {
    let index = Index {
        name: BY_SOURCE,
        values: by_source,
    };
    Controller::new(charts, context, limits, vec![index])
        .trigger(source::<HelmRepository>(
            ChartSourceKind::HelmRepository,
            |it| it.status.artifact.as_ref(),
        ))
        .trigger(source::<GitRepository>(
            ChartSourceKind::GitRepository,
            |it| it.status.artifact.as_ref(),
        ))
}

fn by_source(chart: &HelmChart) -> Vec<String> {
    let source = &chart.spec.source_ref;
    vec![name(&source.kind, &chart.key().namespace, &source.name)]
}

fn name(kind: &ChartSourceKind, namespace: &str, name: &str) -> String {
    format!("{}/{namespace}/{name}", kind.as_str())
}

fn source<T: Watched>(
    kind: ChartSourceKind,
    artifact: fn(&T) -> Option<&Artifact>,
) -> Trigger<HelmChart> {
    let revision = move |source: &T| artifact(source).map(|artifact| artifact.revision.clone());
    Trigger::on(
        Urgency::Enqueue,
        move |source: &T| revision(source).unwrap_or_default(),
        move |source: &T, store: &Store<HelmChart>| {
            let Some(revision) = revision(source) else {
                return Vec::new();
            };
            let key = ObjectKey::of(source.meta());
            let mut users = store.find(BY_SOURCE, &name(&kind, &key.namespace, &key.name));
            users.retain(|user| {
                user.status.observed_source_artifact_revision.as_ref() != Some(&revision)
            });
            users.iter().map(|user| user.key()).collect()
        },
    )
}
