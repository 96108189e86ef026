//! Differences between a release and the cluster, and their correction (H18).

use apply::cluster::ApplyMode;
use apply::{
    Action as Changed, ApiError, Change, ChangeSet, Cluster, FieldManager, Object, Operation,
};
use common::cluster::{KubeCluster, Validation, Writing};
use common::reconcile::Pass;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use helm::release::Release;
use jiff::Timestamp;

use crate::FIELD_MANAGER;
use crate::drift::correct::{self, Correction, Failure};
use crate::drift::{DiffSet, compare, desired, is_marked, patch, report, rules};
use crate::helm_release::HelmReleases;
use crate::helm_release::options::correction_timeout;
use crate::names;

/// How many objects are compared at a time.
const CONCURRENCY: usize = 4;

impl HelmReleases {
    /// Compares every object of a release with the cluster by a dry run.
    pub(super) async fn detect_drift(
        &self,
        pass: &Pass<Self>,
        last: &Release,
    ) -> Result<DiffSet, String> {
        let rules = rules(&pass.object.spec).map_err(|error| error.to_string())?;
        let cluster = pass.state.cluster();
        let mut objects = desired::objects(last).map_err(|error| error.to_string())?;
        let namespace = names::release_namespace(&pass.object);
        for object in &mut objects {
            place(cluster.as_ref(), object, namespace)
                .await
                .map_err(|error| error.to_string())?;
        }
        let looks = objects.into_iter().map(|object| {
            let (cluster, rules) = (cluster.as_ref(), &rules);
            async move {
                let live = self.live(cluster, &object).await?;
                if is_marked(&object) || live.as_ref().is_some_and(is_marked) {
                    let dry_run = object.clone();
                    return Ok(compare(object, live.as_ref(), &dry_run, rules));
                }
                let dry_run = cluster
                    .apply(&object, FIELD_MANAGER, ApplyMode::DryRun)
                    .await
                    .map_err(|error| format!("{}: {error}", object.subject()))?;
                Ok(compare(object, live.as_ref(), &dry_run, rules))
            }
        });
        let looks: Vec<futures::future::BoxFuture<'_, Result<_, String>>> =
            looks.map(|look| Box::pin(look) as _).collect();
        let diffs = stream::iter(looks)
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        Ok(DiffSet(diffs))
    }

    /// The object as the cluster has it, without what the managers of `--override-manager` own.
    async fn live(&self, cluster: &KubeCluster, object: &Object) -> Result<Option<Object>, String> {
        let reference = object.object_ref();
        let live = match cluster.get(&reference).await {
            Ok(live) => live,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", object.subject())),
        };
        let managers = self.settings.override_managers.iter().flat_map(|name| {
            [Operation::Apply, Operation::Update]
                .map(|operation| FieldManager::new(name, operation))
        });
        let managers: Vec<FieldManager> = managers.collect();
        let patch = apply::take_over_patch(&live, &managers, FIELD_MANAGER);
        if managers.is_empty() || patch.is_empty() {
            return Ok(Some(live));
        }
        let patch = serde_json::Value::Array(patch);
        let taken = cluster.patch(&reference, &patch, FIELD_MANAGER).await;
        taken
            .map(Some)
            .map_err(|error| format!("failed to clean-up disallowed field managers: {error}"))
    }

    /// Creates what is missing and patches what has changed; one that fails does not keep the others (H18.5).
    pub(super) async fn correct_drift(&self, pass: &mut Pass<Self>, set: &DiffSet) {
        report::correcting(&mut pass.object, Timestamp::now());
        let cluster = pass.state.cluster();
        let mut changes = ChangeSet::default();
        let mut failures = Vec::new();
        let work = async {
            for correction in correct::corrections(set) {
                match make(cluster.as_ref(), correction).await {
                    Ok(change) => changes.changes.push(change),
                    Err(failure) => failures.push(failure),
                }
            }
        };
        let timeout = correction_timeout(&pass.object.spec);
        if tokio::time::timeout(timeout, work).await.is_err() {
            tracing::error!("the correction of drift did not end in time");
        }
        let event = report::corrected(&pass.object, &changes, &failures);
        Self::tell(pass, event);
    }
}

async fn place(
    cluster: &dyn Cluster,
    object: &mut Object,
    namespace: &str,
) -> Result<(), ApiError> {
    let mapping = cluster.mapping(&object.gvk()).await?;
    let is_namespaced = mapping.scope == apply::cluster::Scope::Namespaced;
    if is_namespaced && object.namespace().is_empty() {
        object.value_mut()["metadata"]["namespace"] = namespace.into();
    }
    Ok(())
}

async fn make(cluster: &KubeCluster, correction: Correction<'_>) -> Result<Change, Failure> {
    let change = |object: &Object, action| Change {
        id: object.id(),
        version: object.gvk().version,
        action,
    };
    match correction {
        Correction::Create(object) => {
            let writing = Writing {
                manager: FIELD_MANAGER,
                validation: Validation::Ignore,
            };
            cluster
                .create(object, writing)
                .await
                .map(|_| change(object, Changed::Created))
                .map_err(|error| Failure::create(object.subject(), error.to_string()))
        }
        Correction::Patch(object, operations) => {
            let body = patch::to_json(operations);
            cluster
                .patch(&object.object_ref(), &body, FIELD_MANAGER)
                .await
                .map(|_| change(object, Changed::Configured))
                .map_err(|error| Failure::patch(object.subject(), masked(object, &error)))
        }
    }
}

/// What the server says of a Secret may quote its values.
fn masked(object: &Object, error: &ApiError) -> String {
    let text = error.to_string();
    if object.is_secret() && error.is_invalid() {
        text.rsplit(':')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    } else {
        text
    }
}
