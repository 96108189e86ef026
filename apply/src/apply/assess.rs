//! What is to be done with one object: skip, leave, or apply (compat K8.2, K14.4, K14.6).

use super::{action_after, recreate};
use crate::change_set::{Action, Change};
use crate::cluster::{ApiError, ApplyMode, Cluster};
use crate::drift;
use crate::error::ApplyError;
use crate::ignore::Resolution;
use crate::object::Object;
use crate::options::{ApiVersions, ApplyOptions, any_mark};
use crate::{managed_fields, redact};
use jiff::Timestamp;
use serde_json::Value;

/// What was found out about one object before its stage is written.
pub(super) struct Assessment {
    pub change: Change,
    pub verdict: Verdict,
    /// The object as the server has it, as far as it was read.
    pub live: Option<Object>,
    /// Whether the object is known to be healthy without having been read.
    pub is_current: bool,
}

impl Assessment {
    fn new(change: Change, verdict: Verdict, live: Option<Object>) -> Self {
        Self {
            change,
            verdict,
            live,
            is_current: false,
        }
    }

    /// Of an object that has not moved since it was last compared.
    pub fn recalled(change: Change, is_current: bool) -> Self {
        Self {
            change,
            verdict: Verdict::Leave,
            live: None,
            is_current,
        }
    }
}

/// Whether an object is written.
pub(super) enum Verdict {
    Leave,
    /// With what becomes of the ignored paths that have drifted (K14.12).
    Apply(Vec<Resolution>),
}

/// Dry-runs the desired object and reads the live one, if there is one. Writes nothing, except where the object has to be made
/// anew, cleaned or migrated first (K14.4).
pub(super) async fn assess(
    cluster: &dyn Cluster,
    desired: &Object,
    options: &ApplyOptions,
) -> Result<Assessment, ApplyError> {
    for _ in 1..LOOKS {
        if let Sight::Steady(assessment) = look(cluster, desired, options).await? {
            return Ok(assessment);
        }
    }
    let (Sight::Steady(assessment) | Sight::Blurred(assessment)) =
        look(cluster, desired, options).await?;
    Ok(assessment)
}

/// How often an object that moves under our eyes is looked at.
const LOOKS: usize = 3;

/// What one look found.
enum Sight {
    Steady(Assessment),
    /// It differs, but it has also moved between the read and the dry-run: the difference may be what somebody else, such
    /// as its controller, has just written.
    Blurred(Assessment),
}

async fn look(
    cluster: &dyn Cluster,
    desired: &Object,
    options: &ApplyOptions,
) -> Result<Sight, ApplyError> {
    // Most objects that are not remembered are new: where the live object has no say before the dry-run, the dry-run tells, and
    // the read is saved.
    let mut answer = None;
    if !needs_live_first(desired, options) {
        let merged = dry_run(cluster, desired, options).await;
        match &merged {
            Ok(merged) if merged.resource_version().is_empty() => {
                let change = Change::of(merged, action_after(merged));
                let verdict = Verdict::Apply(Vec::new());
                return Ok(Sight::Steady(Assessment::new(change, verdict, None)));
            }
            _ => answer = Some(merged),
        }
    }
    let (mut live, unread) = match cluster.get(&desired.object_ref()).await {
        Ok(live) => (Some(live), None),
        Err(error) if error.is_not_found() => (None, None),
        // The dry-run would say the same, or find a kind that is served since a moment ago.
        Err(error @ ApiError::NoMatch(_)) => return Err(dry_run_error(desired, None, error)),
        Err(error) => (None, Some(error)),
    };
    if is_skipped(desired, live.as_ref(), options) {
        // The live object names a cluster-scoped one right, even where the desired one has a namespace.
        let change = Change::of(live.as_ref().unwrap_or(desired), Action::Skipped);
        return Ok(Sight::Steady(Assessment::new(change, Verdict::Leave, live)));
    }

    let (mut cleaned, mut recreated) = (false, false);
    if let Some(object) = &mut live
        && options.api_versions == ApiVersions::Migrate
    {
        cleaned |= migrate(cluster, desired, object, options).await?;
    }
    let answer = match answer {
        Some(answer) => answer,
        None => dry_run(cluster, desired, options).await,
    };
    let dry_run = match answer {
        Ok(merged) => merged,
        Err(error) => {
            let may_recreate = live
                .as_ref()
                .is_some_and(|live| recreate::is_called_for(&error, desired, live, options));
            let Some(old) = live.take_if(|_| may_recreate) else {
                return Err(dry_run_error(desired, live.as_ref(), error));
            };
            recreate::delete_and_wait(cluster, &old, options).await?;
            recreated = true;
            dry_run(cluster, desired, options)
                .await
                .map_err(|error| dry_run_error(desired, None, error))?
        }
    };
    // Only now: where the identity may neither read nor apply, what it may not apply is the better error.
    if let Some(error) = unread {
        let source = redact::error(error, desired, None);
        return Err(ApplyError::Query {
            subject: desired.subject(),
            source,
        });
    }
    if let Some(object) = &mut live {
        cleaned |= clean(cluster, desired, object, options).await?;
    }

    let drifted = live
        .as_ref()
        .is_none_or(|live| has_drifted(live, &dry_run, options));
    if !cleaned && !drifted {
        let action = untold(live.as_ref(), options).unwrap_or(Action::Unchanged);
        let change = Change::of(&dry_run, action);
        return Ok(Sight::Steady(Assessment::new(change, Verdict::Leave, live)));
    }
    let seen = live.as_ref().map_or("", Object::resource_version);
    let has_moved = !recreated && !cleaned && seen != dry_run.resource_version();
    let resolutions = match &live {
        Some(live) => options
            .ignore
            .resolve(live, &dry_run, &options.field_manager),
        None => Vec::new(),
    };
    let change = Change::of(&dry_run, action_after(&dry_run));
    let assessment = Assessment::new(change, Verdict::Apply(resolutions), live);
    Ok(if has_moved {
        Sight::Blurred(assessment)
    } else {
        Sight::Steady(assessment)
    })
}

/// What an apply that was cut off has done to an object and could not tell.
fn untold(live: Option<&Object>, options: &ApplyOptions) -> Option<Action> {
    let (live, moment) = (live?, options.untold_since?);
    if !managed_fields::applied_since(live, &options.field_manager, moment) {
        return None;
    }
    let created = live.as_value()["metadata"]["creationTimestamp"].as_str();
    let created = created.and_then(|time| time.parse::<Timestamp>().ok());
    let is_new = created.is_some_and(|time| time.as_second() >= moment.as_second());
    Some(if is_new {
        Action::Created
    } else {
        Action::Configured
    })
}

fn is_skipped(desired: &Object, live: Option<&Object>, options: &ApplyOptions) -> bool {
    any_mark(&options.skip_marks, desired)
        || live.is_some_and(|live| {
            any_mark(&options.skip_marks, live) || any_mark(&options.if_not_present_marks, desired)
        })
}

fn has_drifted(live: &Object, dry_run: &Object, options: &ApplyOptions) -> bool {
    if options.ignore.is_empty() {
        return drift::has_drifted(live, dry_run);
    }
    let (mut live, mut merged) = (live.clone(), dry_run.clone());
    options.ignore.strip(dry_run, &mut live);
    options.ignore.strip(dry_run, &mut merged);
    drift::has_drifted(&live, &merged)
}

/// Whether the live object decides if there is a dry-run at all, or is changed before it.
fn needs_live_first(desired: &Object, options: &ApplyOptions) -> bool {
    options.api_versions == ApiVersions::Migrate
        || any_mark(&options.skip_marks, desired)
        || any_mark(&options.if_not_present_marks, desired)
}

async fn dry_run(
    cluster: &dyn Cluster,
    desired: &Object,
    options: &ApplyOptions,
) -> Result<Object, ApiError> {
    cluster
        .apply(desired, &options.field_manager, ApplyMode::DryRun)
        .await
}

fn dry_run_error(desired: &Object, live: Option<&Object>, source: ApiError) -> ApplyError {
    ApplyError::DryRun {
        subject: desired.subject(),
        namespace: desired.namespace().to_owned(),
        source: redact::error(source, desired, live),
    }
}

/// Takes over fields and removes legacy metadata (K14.8). Tells whether the object was patched.
async fn clean(
    cluster: &dyn Cluster,
    desired: &Object,
    live: &mut Object,
    options: &ApplyOptions,
) -> Result<bool, ApplyError> {
    let cleanup = &options.cleanup;
    if any_mark(&cleanup.unless, desired) || any_mark(&cleanup.unless, live) {
        return Ok(false);
    }
    let patch = managed_fields::cleanup_patch(live, cleanup, &options.field_manager);
    patch_live(cluster, desired, live, patch, options)
        .await
        .map_err(|source| ApplyError::Cleanup {
            subject: desired.subject(),
            source,
        })
}

/// Moves managed fields to the applied version (K14.13). Tells whether the object was patched.
async fn migrate(
    cluster: &dyn Cluster,
    desired: &Object,
    live: &mut Object,
    options: &ApplyOptions,
) -> Result<bool, ApplyError> {
    let patch = managed_fields::migrate_patch(live, desired.api_version());
    patch_live(cluster, desired, live, patch, options)
        .await
        .map_err(|source| ApplyError::Migrate {
            subject: desired.subject(),
            api_version: desired.api_version().to_owned(),
            source,
        })
}

async fn patch_live(
    cluster: &dyn Cluster,
    desired: &Object,
    live: &mut Object,
    patch: Vec<Value>,
    options: &ApplyOptions,
) -> Result<bool, ApiError> {
    if patch.is_empty() {
        return Ok(false);
    }
    let answer = cluster
        .patch(
            &desired.object_ref(),
            &Value::Array(patch),
            &options.field_manager,
        )
        .await;
    *live = answer.map_err(|error| redact::error(error, desired, Some(live)))?;
    Ok(true)
}
