//! Upgrade (H12.2).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use apply::cluster::Propagation;
use apply::{Object, ObjectId};
use common::cluster::Validation;
use crds::helm::{CrdsPolicy, ServerSideApplyMode};
use helm::output::Event;
use helm::release::{ApplyMethod, Info, Release, Status, Time};
use helm::render::{Operation, SchemaCheck};
use jiff::Timestamp;

use super::hooks::{self, Running};
use super::install::{Hooks, at_stage, installable, recorded};
use super::objects::{objects, own};
use super::ownership::{self, TakeOver};
use super::render::{Occasion, Rendered, render, with_dependencies};
use super::wait::{self, Strategy};
use super::write::{
    Existing, Manifest, Method, Outcome, Ownership, Writer, delete_all, drop_stale, missing,
};
use super::{ActionError, Env, Plan, definitions};
use crate::storage::History;

/// How a release is upgraded.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// The limit of each operation.
    pub timeout: Duration,
    /// Whether objects are applied on the server.
    pub server_side: ServerSideApplyMode,
    /// What becomes of objects that are there, where they are written from the client.
    pub existing: Existing,
    /// Whether hooks run.
    pub hooks: Hooks,
    /// What is waited for.
    pub strategy: Strategy,
    /// Whether objects of others are taken.
    pub take_over: TakeOver,
    /// Whether unknown fields fail.
    pub validation: Validation,
    /// Whether values must meet the chart's schemas.
    pub schema: SchemaCheck,
    /// What to do with the definitions of the chart.
    pub crds: Option<CrdsPolicy>,
    /// Whether the values of the release before are kept beneath the new ones.
    pub values: Values,
    /// What becomes of objects that a failed upgrade has made.
    pub on_failure: OnFailure,
    /// How many revisions are kept; zero keeps all.
    pub max_history: i64,
}

/// What becomes of the values of the release before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// They are forgotten.
    Reset,
    /// They stay beneath the new ones.
    Kept,
}

/// What becomes of objects that a failed action has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// They stay.
    Keep,
    /// They are deleted (`cleanupOnFail`).
    CleanUp,
}

/// Upgrades a release; see [`install`](super::install()) for what it leaves behind.
///
/// # Errors
/// [`ActionError`]
pub async fn upgrade(
    env: &Env,
    history: &mut History,
    plan: &Plan,
    options: &Upgrade,
    seen: &mut Vec<Object>,
) -> Result<(), ActionError> {
    installable(plan)?;
    let last = history
        .last()
        .ok_or_else(|| ActionError::NothingDeployed(env.release.name.clone()))?;
    let method = method(&options.server_side, &last, options.existing);
    if !plan.chart.crds().is_empty() {
        let chart = with_dependencies(plan).await?;
        let policy = options.crds.as_ref();
        definitions::apply(env, &chart, policy, method, options.strategy).await?;
    }
    if last.info.status.is_pending() {
        return Err(ActionError::Pending);
    }
    let base = base(history, &last)?;
    let revision = last.version + 1;
    let occasion = Occasion {
        operation: Operation::Upgrade,
        revision,
        schema: options.schema,
        keeping: (options.values == Values::Kept).then_some(base.as_ref()),
    };
    let rendered = render(env, plan, occasion).await?;
    let (cluster, namespace) = (env.cluster.as_ref(), &base.namespace);
    let originals = objects(
        cluster,
        &base.manifest,
        namespace,
        "current release manifest",
    )
    .await?;
    let manifest = &rendered.manifest;
    let mut targets = objects(cluster, manifest, namespace, "new release manifest").await?;
    own(&mut targets, &env.release);
    let known: BTreeSet<ObjectId> = originals.iter().map(Object::id).collect();
    let new: Vec<&Object> = targets
        .iter()
        .filter(|target| !known.contains(&target.id()))
        .collect();
    ownership::check(env, &new, options.take_over, "update").await?;
    let created = if options.on_failure == OnFailure::CleanUp {
        missing(env, &targets).await
    } else {
        BTreeSet::new()
    };
    let mut release = pending(rendered, &base, &last, revision, method);
    history.create(&release, options.max_history).await?;
    seen.clone_from(&targets);
    let writer = Writer {
        method,
        validation: options.validation,
        ownership: ownership_of(method, &base.apply_method),
        manifest: Manifest::Next,
    };
    let targets = Targets {
        originals: &originals,
        wanted: &targets,
    };
    match perform(env, history, &mut release, &base, targets, writer, options).await {
        Ok(()) => {
            let mut base = Release::clone(&base);
            base.info.status = Status::Superseded;
            if let Err(error) = history.update(&base).await {
                env.log.line(format!("failed to update release: {error}"));
            }
            release.info.status = Status::Deployed;
            "Upgrade complete".clone_into(&mut release.info.description);
            history.update(&release).await?;
            Ok(())
        }
        Err(error) => {
            release.info.status = Status::Failed;
            release.info.description = format!("Upgrade {:?} failed: {error}", release.name);
            if let Err(lost) = history.update(&release).await {
                env.log.line(format!("failed to update release: {lost}"));
            }
            clean_up(env, targets.wanted, &created, error).await
        }
    }
}

/// The manifest that was, and the one that is to be.
#[derive(Clone, Copy)]
struct Targets<'a> {
    originals: &'a [Object],
    wanted: &'a [Object],
}

async fn perform(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    base: &Release,
    targets: Targets<'_>,
    writer: Writer,
    options: &Upgrade,
) -> Result<(), ActionError> {
    let running = |event| Running {
        event,
        method: writer.method,
        strategy: options.strategy,
        timeout: options.timeout,
    };
    if options.hooks == Hooks::Run {
        hooks::run(env, history, release, running(Event::PreUpgrade))
            .await
            .map_err(|error| at_stage(error, "pre-upgrade hooks failed: "))?;
    }
    let outcome = replace_manifest(env, targets.originals, targets.wanted, writer).await;
    let healthy = match outcome {
        Ok(outcome) => {
            let live = &outcome.live;
            let (strategy, timeout) = (options.strategy, options.timeout);
            wait::healthy(env, targets.wanted, live, strategy, timeout).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = healthy {
        // Helm records the release before once more, as it is.
        history.note(base);
        return Err(error);
    }
    if options.hooks == Hooks::Run {
        hooks::run(env, history, release, running(Event::PostUpgrade))
            .await
            .map_err(|error| at_stage(error, "post-upgrade hooks failed: "))?;
    }
    Ok(())
}

/// Writes a manifest, and deletes what only the one before held.
pub(super) async fn replace_manifest(
    env: &Env,
    originals: &[Object],
    targets: &[Object],
    writer: Writer,
) -> Result<Outcome, ActionError> {
    let mut outcome = writer.write(env, targets, originals).await;
    if outcome.errors.is_empty() {
        outcome.errors = drop_stale(env, originals, targets).await;
    }
    outcome.check(" && ")?;
    Ok(outcome)
}

/// Deletes what a failed action has made, and gives the error on.
pub(super) async fn clean_up(
    env: &Env,
    targets: &[Object],
    created: &BTreeSet<ObjectId>,
    error: ActionError,
) -> Result<(), ActionError> {
    let made: Vec<Object> = targets
        .iter()
        .filter(|target| created.contains(&target.id()))
        .cloned()
        .collect();
    if made.is_empty() {
        return Err(error);
    }
    let errors = delete_all(env, &made, Propagation::Background).await;
    if errors.is_empty() {
        return Err(error);
    }
    Err(ActionError::Write(format!(
        "an error occurred while cleaning up resources. original upgrade error: {error}: unable to cleanup resources: {}",
        errors.join(", ")
    )))
}

/// How objects are written: as the spec says, or as those of another revision were.
pub(super) fn method(mode: &ServerSideApplyMode, before: &Release, existing: Existing) -> Method {
    let server_side = match mode {
        ServerSideApplyMode::Enabled => true,
        ServerSideApplyMode::Disabled => false,
        _ => before.apply_method == ApplyMethod::ServerSide,
    };
    if server_side {
        Method::ServerSide
    } else {
        Method::ClientSide { existing }
    }
}

/// Whether objects were last written from the client and are now applied on the server.
fn ownership_of(method: Method, before: &ApplyMethod) -> Ownership {
    if method == Method::ServerSide && *before != ApplyMethod::ServerSide {
        Ownership::Migrated
    } else {
        Ownership::Settled
    }
}

/// The revision that the new one is compared with: the last one if it is deployed, else the newest that is, else a last one
/// that failed or was superseded.
fn base(history: &mut History, last: &Arc<Release>) -> Result<Arc<Release>, ActionError> {
    if last.info.status == Status::Deployed {
        return Ok(Arc::clone(last));
    }
    if let Some(deployed) = history.deployed().into_iter().next() {
        return Ok(deployed);
    }
    if matches!(last.info.status, Status::Failed | Status::Superseded) {
        Ok(Arc::clone(last))
    } else {
        Err(ActionError::NothingDeployed(last.name.clone()))
    }
}

fn pending(
    rendered: Rendered,
    base: &Release,
    last: &Release,
    version: i64,
    method: Method,
) -> Release {
    Release {
        name: base.name.clone(),
        namespace: base.namespace.clone(),
        info: Info {
            first_deployed: base.info.first_deployed.clone(),
            last_deployed: Some(Time::from(Timestamp::now())),
            description: "Preparing upgrade".to_owned(),
            status: Status::PendingUpgrade,
            notes: rendered.notes,
            ..Info::default()
        },
        chart: Some(rendered.chart),
        config: rendered.config,
        manifest: rendered.manifest,
        hooks: rendered.hooks,
        version,
        labels: last.labels.clone(),
        apply_method: recorded(method),
    }
}
