//! Applying a set of objects: stage by stage, and in each stage first all dry-runs, then the writes (compat K14).

mod assess;
mod recreate;
mod served;

pub use served::wait as wait_until_served;

use crate::change_set::{Action, Change, ChangeSet};
use crate::cluster::{ApplyMode, Cluster};
use crate::error::{ApplyError, ApplyFailure};
use crate::id::ObjectId;
use crate::memory::{Memory, Recalled};
use crate::normalize::normalize;
use crate::object::Object;
use crate::options::ApplyOptions;
use crate::stage::{self, Stage};
use crate::wait::{OnFailure, WaitOptions, is_restless, wait};
use crate::{ignore, order, redact};
use assess::{Assessment, Verdict, assess};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use health::Status;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Applies objects in the stages of K14.2.
///
/// The objects are normalised (K14.7). In each stage, every object is read and dry-run before the first one is
/// written, so that one bad object leaves its whole stage untouched (K23.1); then what is new, has drifted or was
/// cleaned is applied in the order of K14.3. A failing stage stops the later ones; what the earlier ones did
/// comes with the error.
pub async fn apply_all(
    cluster: &dyn Cluster,
    objects: Vec<Object>,
    options: &ApplyOptions,
) -> Result<ChangeSet, ApplyFailure> {
    apply_stages(cluster, objects, options, None).await
}

/// As [`apply_all`], but objects that have not moved since the last pass of the same unit are neither read nor
/// dry-run. The outcome is the same.
pub async fn apply_all_remembering(
    cluster: &dyn Cluster,
    objects: Vec<Object>,
    options: &ApplyOptions,
    memory: &mut Memory,
) -> Result<ChangeSet, ApplyFailure> {
    apply_stages(cluster, objects, options, Some(memory)).await
}

async fn apply_stages(
    cluster: &dyn Cluster,
    mut objects: Vec<Object>,
    options: &ApplyOptions,
    mut memory: Option<&mut Memory>,
) -> Result<ChangeSet, ApplyFailure> {
    objects.iter_mut().for_each(normalize);
    if let Some(memory) = memory.as_deref_mut() {
        memory.start(options);
        memory.retain(&objects.iter().map(Object::id).collect());
    }
    let mut completed = ChangeSet::default();
    for (stage, objects) in stage::split(objects, &options.custom_stage_kinds) {
        match apply_stage(cluster, stage, &objects, options, memory.as_deref_mut()).await {
            Ok(outcome) => completed.extend(outcome),
            Err(Failed { error, outcome }) => {
                completed.extend(outcome);
                return Err(ApplyFailure { error, completed });
            }
        }
    }
    Ok(completed)
}

/// A failed stage: its own outcome is empty unless all was applied and only the wait failed (K14.5).
struct Failed {
    error: ApplyError,
    outcome: ChangeSet,
}

impl From<ApplyError> for Failed {
    fn from(error: ApplyError) -> Self {
        Self {
            error,
            outcome: ChangeSet::default(),
        }
    }
}

async fn apply_stage(
    cluster: &dyn Cluster,
    stage: Stage,
    objects: &[Object],
    options: &ApplyOptions,
    mut memory: Option<&mut Memory>,
) -> Result<ChangeSet, Failed> {
    let mut recalled = match memory.as_deref_mut() {
        Some(memory) => memory.recall(cluster, objects, options.concurrency).await,
        None => BTreeMap::new(),
    };
    // Boxed and collected, so that the type of the stream names no closure: it would hide that all this may move between
    // threads.
    let looks: Vec<BoxFuture<'_, _>> = objects
        .iter()
        .enumerate()
        .map(|(index, object)| {
            let recalled = recalled.remove(&index);
            async move {
                match recalled {
                    Some(Recalled { change, is_current }) => {
                        Ok(Assessment::recalled(change, is_current))
                    }
                    None => assess(cluster, object, options).await,
                }
            }
            .boxed()
        })
        .collect();
    let mut assessed: Vec<Assessment> = stream::iter(looks)
        .buffered(options.concurrency.max(1))
        .try_collect()
        .await?;
    write(cluster, objects, &mut assessed, options).await?;
    note_health(&mut assessed, options);
    if let Some(memory) = memory {
        remember(memory, objects, &assessed);
    }

    let unhealthy = assessed.iter().filter(|assessment| !assessment.is_current);
    let unhealthy: Vec<ObjectId> = unhealthy.map(|one| one.change.id.clone()).collect();
    let definitions: Vec<&Object> = objects
        .iter()
        .zip(&assessed)
        .filter(|(object, assessment)| {
            object.is_custom_resource_definition() && assessment.change.action.is_change()
        })
        .map(|(object, _)| object)
        .collect();
    let outcome = ChangeSet {
        changes: assessed
            .iter()
            .map(|assessment| assessment.change.clone())
            .collect(),
        current: assessed
            .iter()
            .filter(|assessment| assessment.is_current)
            .map(|assessment| assessment.change.id.clone())
            .collect(),
        unsettled: assessed
            .into_iter()
            .filter(|assessment| !assessment.is_current)
            .filter_map(|assessment| assessment.live)
            .collect(),
    };
    if stage.is_waited_for()
        && let Err(error) = wait(cluster, &unhealthy, &stage_wait(options)).await
    {
        return Err(Failed {
            error: error.into(),
            outcome,
        });
    }
    served::wait(cluster, &definitions, options.stage_timeout).await;
    Ok(outcome)
}

/// Notes which objects are healthy by what the server has answered so far. Of an object that was written just now, the
/// answer tells only if no controller has a say in it.
fn note_health(assessed: &mut [Assessment], options: &ApplyOptions) {
    let now = Timestamp::now();
    for assessment in assessed {
        let Some(live) = &assessment.live else {
            continue;
        };
        let is_settled = matches!(assessment.verdict, Verdict::Leave)
            || !is_restless(&assessment.change.id.kind, &options.readers);
        let health = options.readers.status(live.as_value(), now);
        assessment.is_current = is_settled && health.status == Status::Current;
    }
}

/// Remembers what was read or written in full.
fn remember(memory: &mut Memory, objects: &[Object], assessed: &[Assessment]) {
    for (object, assessment) in objects.iter().zip(assessed) {
        match (&assessment.live, assessment.change.action) {
            (_, Action::Skipped) => memory.forget(object),
            (Some(live), _) => {
                let change = Change {
                    action: Action::Unchanged,
                    ..assessment.change.clone()
                };
                memory.remember(object, live, change, assessment.is_current);
            }
            (None, _) => {}
        }
    }
}

/// Writes what the assessment says, kind by kind. Objects of one kind do not depend on each other.
async fn write(
    cluster: &dyn Cluster,
    objects: &[Object],
    assessed: &mut [Assessment],
    options: &ApplyOptions,
) -> Result<(), ApplyError> {
    let mut start = 0;
    while start < objects.len() {
        let len = objects[start..]
            .iter()
            .take_while(|object| order::rank(object.kind()) == order::rank(objects[start].kind()))
            .count();
        let writes: Vec<BoxFuture<'_, _>> = (start..start + len)
            .map(|index| {
                apply_one(cluster, &objects[index], &assessed[index].verdict, options).boxed()
            })
            .collect();
        let applied: Vec<Option<Object>> = stream::iter(writes)
            .buffered(options.concurrency.max(1))
            .try_collect()
            .await?;
        for (assessment, applied) in assessed[start..].iter_mut().zip(applied) {
            if applied.is_some() {
                assessment.live = applied;
            }
        }
        start += len;
    }
    Ok(())
}

/// Applies one object, if it is to be applied; gives the object as the server has it now.
async fn apply_one(
    cluster: &dyn Cluster,
    object: &Object,
    verdict: &Verdict,
    options: &ApplyOptions,
) -> Result<Option<Object>, ApplyError> {
    let Verdict::Apply(resolutions) = verdict else {
        return Ok(None);
    };
    let resolved = (!resolutions.is_empty()).then(|| {
        let mut object = object.clone();
        ignore::put_into(&mut object, resolutions);
        object
    });
    let object = resolved.as_ref().unwrap_or(object);
    cluster
        .apply(object, &options.field_manager, ApplyMode::Persist)
        .await
        .map(Some)
        .map_err(|error| ApplyError::Apply {
            subject: object.subject(),
            source: redact::error(error, object, None),
        })
}

/// A stage waits for all of its objects, whatever fails first (K14.5).
fn stage_wait(options: &ApplyOptions) -> WaitOptions {
    WaitOptions {
        on_failure: OnFailure::Continue,
        poll_interval: options.poll_interval,
        readers: options.readers.clone(),
        concurrency: options.concurrency,
        ..WaitOptions::new(options.stage_timeout)
    }
}

/// The action of an object whose dry-run gave this answer.
fn action_after(dry_run: &Object) -> Action {
    if dry_run.resource_version().is_empty() {
        Action::Created
    } else {
        Action::Configured
    }
}
