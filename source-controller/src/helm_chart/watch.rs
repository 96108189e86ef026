//! What wakes charts besides their own changes: a new revision of their source, stalled ones too (C1).

use common::controller::{Index, Store, Trigger, Watched};
use common::object::{Object as _, ObjectKey};
use common::queue::Urgency;
use crds::source::{ChartSourceKind, GitRepository, HelmChart, HelmRepository};

use crate::source::Published;

const BY_SOURCE: &str = "source";

/// Charts by their source.
pub fn indexes() -> Vec<Index<HelmChart>> {
    vec![Index {
        name: BY_SOURCE,
        values: by_source,
    }]
}

/// The kinds of sources.
pub fn triggers() -> Vec<Trigger<HelmChart>> {
    vec![
        source::<HelmRepository>(ChartSourceKind::HelmRepository),
        source::<GitRepository>(ChartSourceKind::GitRepository),
    ]
}

fn by_source(chart: &HelmChart) -> Vec<String> {
    let source = &chart.spec.source_ref;
    vec![name(&source.kind, &chart.key().namespace, &source.name)]
}

fn name(kind: &ChartSourceKind, namespace: &str, name: &str) -> String {
    format!("{}/{namespace}/{name}", kind.as_str())
}

fn source<T: Watched + Published>(kind: ChartSourceKind) -> Trigger<HelmChart> {
    let revision = |source: &T| Some(source.artifact()?.revision.clone());
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
