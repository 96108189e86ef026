//! Deleting what is no longer wanted (compat K15.5, K15.6, section 17).

use crate::change_set::{Action, Change, ChangeSet};
use crate::cluster::{ApiError, Cluster, DeleteRequest, Propagation};
use crate::id::ObjectRef;
use crate::object::Object;
use crate::options::{Mark, Owner, any_mark};
use crate::order;

/// What protects a live object from being pruned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PruneOptions {
    /// Labels that it must carry with these very values: those of the unit that prunes.
    pub owner_labels: Vec<(String, String)>,
    /// Opt-outs.
    pub keep_marks: Vec<Mark>,
}

impl PruneOptions {
    /// The guards of the unit `name` in `namespace` (K8.2, K15.5).
    pub fn for_owner(owner: &Owner, name: &str, namespace: &str) -> Self {
        let mark = |key: &str, value: &str| Mark::new(format!("{}/{key}", owner.group), value);
        Self {
            owner_labels: owner.labels(name, namespace).into(),
            keep_marks: vec![
                mark("prune", "disabled"),
                mark("reconcile", "disabled"),
                mark("ssa", "Ignore"),
            ],
        }
    }
}

/// A prune that left something behind.
#[derive(Debug, thiserror::Error)]
#[error("delete failed, errors: {}", join(.errors))]
pub struct PruneFailure {
    pub errors: Vec<PruneError>,
    /// What was done all the same.
    pub changes: ChangeSet,
    /// The objects whose deletion is not confirmed: they go back into the inventory (K15.6).
    pub survivors: Vec<ObjectRef>,
}

/// One object that could not be pruned.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    #[error("{subject} query failed: {source}")]
    Query { subject: String, source: ApiError },
    #[error("{subject} delete failed: {source}")]
    Delete { subject: String, source: ApiError },
}

/// The errors in the order of the deletions, each closed by a semicolon.
fn join(errors: &[PruneError]) -> String {
    errors
        .iter()
        .flat_map(|error| [error.to_string(), ";".to_owned()])
        .collect()
}

/// Deletes objects in the reverse order of K14.3, with background propagation.
///
/// An object is skipped when it no longer carries the owner labels (another unit has taken it over) or carries an
/// opt-out. One that is not there, or whose kind is not served at any version, counts as deleted. All are tried,
/// whatever fails.
pub async fn prune(
    cluster: &dyn Cluster,
    mut objects: Vec<ObjectRef>,
    options: &PruneOptions,
) -> Result<ChangeSet, PruneFailure> {
    objects.sort_by(|a, b| order::compare(&b.id(), &a.id()));
    let mut changes = ChangeSet::default();
    let mut errors = Vec::new();
    let mut survivors = Vec::new();
    for object in objects {
        let action = match prune_one(cluster, &object, options).await {
            Ok(action) => action,
            Err(error) => {
                errors.push(error);
                survivors.push(object.clone());
                Action::Unknown
            }
        };
        let version = object.gvk.version.clone();
        changes.changes.push(Change {
            id: object.id(),
            version,
            action,
        });
    }
    if errors.is_empty() {
        Ok(changes)
    } else {
        Err(PruneFailure {
            errors,
            changes,
            survivors,
        })
    }
}

/// How often an object or a kind that changes under our hands is looked at anew.
const ATTEMPTS: usize = 3;

async fn prune_one(
    cluster: &dyn Cluster,
    object: &ObjectRef,
    options: &PruneOptions,
) -> Result<Action, PruneError> {
    let subject = object.id().subject();
    let mut target = object.clone();
    let mut attempt = 1;
    loop {
        let live = match cluster.get(&target).await {
            Ok(live) => live,
            Err(error) if error.is_not_found() => return Ok(Action::Deleted),
            // The version is gone; the kind may not be.
            Err(ApiError::NoMatch(_)) => match cluster.preferred(&target.gvk.group_kind()).await {
                Ok(mapping) if mapping.gvk != target.gvk => {
                    target.gvk = mapping.gvk;
                    continue;
                }
                // It has come back this very moment.
                Ok(_) if attempt < ATTEMPTS => {
                    attempt += 1;
                    continue;
                }
                Ok(mapping) => {
                    let source = ApiError::NoMatch(mapping.gvk);
                    return Err(PruneError::Query { subject, source });
                }
                Err(ApiError::NoMatch(_)) => return Ok(Action::Deleted),
                Err(source) => return Err(PruneError::Query { subject, source }),
            },
            Err(source) => return Err(PruneError::Query { subject, source }),
        };
        if !is_owned(&live, options) || any_mark(&options.keep_marks, &live) {
            return Ok(Action::Skipped);
        }
        let request = DeleteRequest {
            propagation: Propagation::Background,
            uid: (!live.uid().is_empty()).then(|| live.uid().to_owned()),
        };
        match cluster.delete(&target, &request).await {
            Ok(()) => return Ok(Action::Deleted),
            Err(error) if error.is_not_found() => return Ok(Action::Deleted),
            // The uid no longer matches: somebody has made the object anew since we looked.
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            Err(source) => return Err(PruneError::Delete { subject, source }),
        }
    }
}

fn is_owned(live: &Object, options: &PruneOptions) -> bool {
    options
        .owner_labels
        .iter()
        .all(|(key, value)| live.label(key) == Some(value.as_str()))
}
