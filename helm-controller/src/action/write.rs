//! Writing the objects of a release, on the server or in the client (H12.2, H17.6, H17.7).

use std::collections::BTreeSet;

use apply::cluster::{DeleteRequest, Propagation};
use apply::{ApiError, Cluster as _, FieldManager, Object, ObjectId, Operation};
use common::cluster::{Conflicts, Merge, Validation, Writing};
use futures::future::join_all;
use serde_json::json;

use super::objects::described;
use super::{ActionError, Env, merge};
use crate::FIELD_MANAGER;

/// The annotation that keeps an object when its release drops it, and its value.
const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
const KEEP: &str = "keep";
/// How often a write that lost a race for a quota is tried again.
const QUOTA_TRIES: usize = 5;

/// How objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Server-side apply, which takes fields that others have applied.
    ServerSide,
    /// Patches made here.
    ClientSide {
        /// What becomes of objects that are there.
        existing: Existing,
    },
}

/// What becomes of objects that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// They are patched.
    Patched,
    /// They are put in the place of the old ones (`force`).
    Replaced,
}

/// What of the live object is not to be touched when only the manifests are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// Fields that this manager once wrote from the client become those of server-side apply.
    Migrated,
    /// Nobody has written from the client.
    Settled,
}

/// Whether a manifest takes the place of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manifest {
    /// It is the first of its release: whatever the server refuses, all of it is tried.
    First,
    /// An object that cannot be made ends the write, one that cannot be changed does not.
    Next,
}

/// How a manifest is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    pub method: Method,
    pub validation: Validation,
    pub ownership: Ownership,
    pub manifest: Manifest,
}

/// What became of a manifest.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The objects as the server has them now.
    pub live: Vec<Object>,
    /// Those that were not there before, as far as somebody has looked.
    pub created: Vec<Object>,
    /// What went wrong, object by object.
    pub errors: Vec<String>,
}

impl Outcome {
    /// The errors as one.
    pub fn check(&self, separator: &str) -> Result<(), ActionError> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ActionError::Write(self.errors.join(separator)))
        }
    }
}

impl Writer {
    const fn writing(self) -> Writing<'static> {
        Writing {
            manager: FIELD_MANAGER,
            validation: self.validation,
        }
    }

    /// Writes objects in their order, those of one kind at a time. `originals` are the objects of the release before.
    pub async fn write(&self, env: &Env, targets: &[Object], originals: &[Object]) -> Outcome {
        let mut outcome = Outcome::default();
        for batch in targets.chunk_by(|a, b| a.kind() == b.kind()) {
            let writes = batch.iter().map(|target| {
                let id = target.id();
                let original = originals.iter().find(|original| original.id() == id);
                self.one(env, target, original)
            });
            for (target, answer) in batch.iter().zip(join_all(writes).await) {
                match answer {
                    Ok(Written { live, is_new }) => {
                        if is_new {
                            outcome.created.push(target.clone());
                        }
                        outcome.live.push(live);
                    }
                    Err(Refused::Change(text)) => outcome.errors.push(text),
                    Err(Refused::Creation(text)) => {
                        outcome.errors = vec![text];
                        return outcome;
                    }
                }
            }
        }
        env.log
            .line(format!("wrote {} object(s)", outcome.live.len()));
        outcome
    }

    async fn one(
        &self,
        env: &Env,
        target: &Object,
        original: Option<&Object>,
    ) -> Result<Written, Refused> {
        match self.method {
            Method::ServerSide => match self.apply(env, target).await {
                Ok(live) => Ok(Written::over(live)),
                Err(text) => Err(self.refused(env, target, text).await),
            },
            Method::ClientSide { existing } => self.patch(env, target, original, existing).await,
        }
    }

    /// An apply does not tell whether the object was there, so it is looked for once the server has refused it.
    async fn refused(&self, env: &Env, target: &Object, text: String) -> Refused {
        if self.manifest == Manifest::First {
            return Refused::Change(text);
        }
        match env.cluster.get(&target.object_ref()).await {
            Err(error) if error.is_not_found() => Refused::creation(&text),
            _ => Refused::Change(text),
        }
    }

    /// Applies on the server.
    async fn apply(&self, env: &Env, target: &Object) -> Result<Object, String> {
        let live = self.apply_once(env, target).await?;
        if self.ownership == Ownership::Settled {
            return Ok(live);
        }
        let from_client = [FieldManager::new(FIELD_MANAGER, Operation::Update)];
        let patch = apply::take_over_patch(&live, &from_client, FIELD_MANAGER);
        if patch.is_empty() {
            return Ok(live);
        }
        let patch = serde_json::Value::Array(patch);
        let cluster = env.cluster.as_ref();
        cluster
            .patch(&target.object_ref(), &patch, FIELD_MANAGER)
            .await
            .map_err(|error| {
                format!(
                    "failed to patch object to upgrade CSA field manager {}: {error}",
                    named(target)
                )
            })?;
        self.apply_once(env, target).await
    }

    async fn apply_once(&self, env: &Env, target: &Object) -> Result<Object, String> {
        let mut tried = 1;
        loop {
            let answer = env
                .cluster
                .apply_strictly(target, self.writing(), Conflicts::Force)
                .await;
            match answer {
                Err(error) if tried < QUOTA_TRIES && lost_quota_race(&error) => tried += 1,
                Ok(live) => return Ok(live),
                Err(error) => return Err(apply_failed(target, &error)),
            }
        }
    }

    /// Creates, or patches from here by what the release had, what it is to have, and what there is.
    async fn patch(
        &self,
        env: &Env,
        target: &Object,
        original: Option<&Object>,
        existing: Existing,
    ) -> Result<Written, Refused> {
        let reference = target.object_ref();
        let current = match env.cluster.get(&reference).await {
            Ok(current) => current,
            Err(error) if error.is_not_found() => {
                let created = env.cluster.create(target, self.writing()).await;
                return created
                    .map(Written::new)
                    .map_err(|error| match self.manifest {
                        Manifest::First => Refused::Change(error.to_string()),
                        Manifest::Next => Refused::creation(&error),
                    });
            }
            Err(error) => {
                return Err(Refused::Change(format!(
                    "could not get information about the resource: {error}"
                )));
            }
        };
        if existing == Existing::Replaced {
            let mut target = target.clone();
            target.value_mut()["metadata"]["resourceVersion"] = json!(current.resource_version());
            let replaced = env.cluster.replace(&target, self.writing()).await;
            return replaced
                .map(Written::over)
                .map_err(|error| Refused::Change(format!("failed to replace object: {error}")));
        }
        let Some(patch) = merge::patch(original, target, &current) else {
            return Ok(Written::over(current));
        };
        let writing = Writing {
            manager: FIELD_MANAGER,
            validation: Validation::Ignore,
        };
        env.cluster
            .merge(&reference, &patch, Merge::Json, writing)
            .await
            .map(Written::over)
            .map_err(|error| {
                Refused::Change(format!(
                    "cannot patch {:?} with kind {}: {error}",
                    target.name(),
                    target.kind()
                ))
            })
    }
}

/// One object that was written.
struct Written {
    live: Object,
    is_new: bool,
}

impl Written {
    fn new(live: Object) -> Self {
        Self { live, is_new: true }
    }

    fn over(live: Object) -> Self {
        Self {
            live,
            is_new: false,
        }
    }
}

/// Why an object was not written.
enum Refused {
    /// It was not there and could not be made.
    Creation(String),
    /// Something else.
    Change(String),
}

impl Refused {
    fn creation(cause: &impl std::fmt::Display) -> Self {
        Self::Creation(format!("failed to create resource: {cause}"))
    }
}

/// The objects that are not there, for those who delete them again when something fails.
pub(super) async fn missing(env: &Env, targets: &[Object]) -> BTreeSet<ObjectId> {
    let looks = targets.iter().map(|target| async move {
        let found = env.cluster.get(&target.object_ref()).await;
        matches!(found, Err(error) if error.is_not_found()).then(|| target.id())
    });
    join_all(looks).await.into_iter().flatten().collect()
}

/// Deletes what a release no longer holds, but what its annotation keeps. Gives what went wrong.
pub(super) async fn drop_stale(env: &Env, originals: &[Object], targets: &[Object]) -> Vec<String> {
    let kept: BTreeSet<ObjectId> = targets.iter().map(Object::id).collect();
    let mut errors = Vec::new();
    for stale in originals.iter().filter(|one| !kept.contains(&one.id())) {
        let reference = stale.object_ref();
        let live = match env.cluster.get(&reference).await {
            Ok(live) => live,
            Err(error) => {
                env.log.line(format!(
                    "unable to get object {}: {error}",
                    described(stale)
                ));
                continue;
            }
        };
        if live.annotation(RESOURCE_POLICY) == Some(KEEP) {
            env.log
                .line(format!("keeping {} by its annotation", described(stale)));
            continue;
        }
        match env
            .cluster
            .delete(&reference, &DeleteRequest::default())
            .await
        {
            Err(error) if !error.is_not_found() => errors.push(format!(
                "failed to delete resource namespace={}, name={}, kind={}: {error}",
                stale.namespace(),
                stale.name(),
                stale.kind()
            )),
            _ => env.log.line(format!("deleted {}", described(stale))),
        }
    }
    errors
}

/// Deletes objects; what is not there counts as deleted. Gives what went wrong.
pub(super) async fn delete_all(
    env: &Env,
    objects: &[Object],
    propagation: Propagation,
) -> Vec<String> {
    let request = DeleteRequest {
        propagation,
        uid: None,
    };
    let mut errors = Vec::new();
    for batch in objects.chunk_by(|a, b| a.kind() == b.kind()) {
        let deletes = batch.iter().map(|object| {
            let request = &request;
            async move { env.cluster.delete(&object.object_ref(), request).await }
        });
        for answer in join_all(deletes).await {
            match answer {
                Err(error) if !super::wait::is_gone(&error) => errors.push(error.to_string()),
                _ => {}
            }
        }
    }
    errors
}

/// Whether an object says that it stays when its release goes or drops it.
pub(super) fn is_kept(object: &Object) -> bool {
    object
        .annotation(RESOURCE_POLICY)
        .is_some_and(|policy| policy.trim().eq_ignore_ascii_case(KEEP))
}

pub(super) fn apply_failed(target: &Object, error: &ApiError) -> String {
    if error.is_conflict() {
        format!(
            "conflict occurred while applying object {}: {error}",
            named(target)
        )
    } else {
        format!(
            "server-side apply failed for object {}: {error}",
            named(target)
        )
    }
}

/// `namespace/name group/version, Kind=Kind`; the group of the core is empty.
fn named(object: &Object) -> String {
    let gvk = object.gvk();
    format!(
        "{}/{} {}/{}, Kind={}",
        object.namespace(),
        object.name(),
        gvk.group,
        gvk.version,
        gvk.kind
    )
}

/// Two writes that count against one quota can get into each other's way.
fn lost_quota_race(error: &ApiError) -> bool {
    let text = error.to_string();
    error.is_conflict()
        && text.contains("Operation cannot be fulfilled on resourcequotas")
        && text.contains("the object has been modified")
}
