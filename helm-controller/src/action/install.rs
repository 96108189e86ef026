//! Install (H12.1).

use std::time::Duration;

use apply::Object;
use common::cluster::Validation;
use crds::helm::CrdsPolicy;
use helm::output::Event;
use helm::release::{ApplyMethod, Info, Release, Status, Time};
use helm::render::{Operation, SchemaCheck};
use jiff::Timestamp;
use serde_json::json;

use super::hooks::{self, Running};
use super::objects::{objects, own};
use super::ownership::{self, TakeOver};
use super::render::{Occasion, Rendered, render, with_dependencies};
use super::wait::{self, Strategy};
use super::write::{Manifest, Method, Ownership, Writer};
use super::{ActionError, Env, Plan, definitions};
use crate::storage::History;

/// How a release is installed.
#[derive(Debug, Clone)]
pub struct Install {
    /// The limit of each operation.
    pub timeout: Duration,
    /// How objects are written.
    pub method: Method,
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
    /// Whether the name of a release that is gone, or failed, may be used again.
    pub reuse: Reuse,
    /// Whether the namespace is made.
    pub namespace: Namespace,
}

/// Whether hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hooks {
    /// They do.
    Run,
    /// They do not.
    Skipped,
}

/// Whether a name in the storage may be used again (`replace`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// It may.
    Allowed,
    /// It may not.
    Refused,
}

/// Whether the namespace of a release is made before its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// It is.
    Created,
    /// It must be there.
    Expected,
}

/// Installs a release. On success the last word of the history is a deployed revision; on failure it is a failed one, or
/// there is none where the failure came before anything was stored. `seen` is told which objects the release has, before
/// the first of them is written.
///
/// # Errors
/// [`ActionError`]
pub async fn install(
    env: &Env,
    history: &mut History,
    plan: &Plan,
    options: &Install,
    seen: &mut Vec<Object>,
) -> Result<(), ActionError> {
    installable(plan)?;
    if !plan.chart.crds().is_empty() {
        let chart = with_dependencies(plan).await?;
        let policy = options.crds.as_ref();
        definitions::apply(env, &chart, policy, options.method, options.strategy).await?;
    }
    let version = available(history, options.reuse)?;
    let occasion = Occasion {
        operation: Operation::Install,
        revision: 1,
        schema: options.schema,
        keeping: None,
    };
    let rendered = render(env, plan, occasion).await?;
    let namespace = &env.release.namespace;
    let manifest = &rendered.manifest;
    let mut targets = objects(
        env.cluster.as_ref(),
        manifest,
        namespace,
        "release manifest",
    )
    .await?;
    own(&mut targets, &env.release);
    let all: Vec<&Object> = targets.iter().collect();
    ownership::check(env, &all, options.take_over, "install").await?;
    if options.namespace == Namespace::Created {
        create_namespace(env, options).await?;
    }
    if let Some(last) = history.last().filter(|_| version > 1) {
        supersede(history, &last).await?;
    }
    let mut release = pending(env, rendered, version, options.method);
    history.create(&release, 0).await?;
    seen.clone_from(&targets);
    match perform(env, history, &mut release, &targets, options).await {
        Ok(()) => {
            release.info.status = Status::Deployed;
            "Install complete".clone_into(&mut release.info.description);
            history.update(&release).await?;
            Ok(())
        }
        Err(error) => {
            release.info.status = Status::Failed;
            release.info.description = format!("Release {:?} failed: {error}", release.name);
            if let Err(lost) = history.update(&release).await {
                env.log
                    .line(format!("failed to record the release: {lost}"));
            }
            Err(error)
        }
    }
}

/// Library charts are no releases, and the charts that a chart lists must be in it.
pub(super) fn installable(plan: &Plan) -> Result<(), ActionError> {
    let chart = |error: helm::chart::Error| ActionError::Chart(error.to_string());
    plan.chart.check_type().map_err(chart)?;
    plan.chart.check_dependencies().map_err(chart)
}

/// The number of the new revision, where the name is free.
fn available(history: &mut History, reuse: Reuse) -> Result<i64, ActionError> {
    let Some(last) = history.last() else {
        return Ok(1);
    };
    let is_over = matches!(last.info.status, Status::Uninstalled | Status::Failed);
    if reuse == Reuse::Allowed && is_over {
        Ok(last.version + 1)
    } else {
        Err(ActionError::NameInUse)
    }
}

async fn supersede(history: &mut History, last: &Release) -> Result<(), ActionError> {
    if last.info.status == Status::Superseded {
        return Ok(());
    }
    let mut last = last.clone();
    last.info.status = Status::Superseded;
    "superseded by new release".clone_into(&mut last.info.description);
    Ok(history.update(&last).await?)
}

async fn create_namespace(env: &Env, options: &Install) -> Result<(), ActionError> {
    let name = &env.release.namespace;
    let namespace = Object::from_response(json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"name": name}},
    }));
    let writing = common::cluster::Writing {
        manager: crate::FIELD_MANAGER,
        validation: Validation::Strict,
    };
    let made = match options.method {
        Method::ServerSide => {
            let conflicts = common::cluster::Conflicts::Refuse;
            env.cluster
                .apply_strictly(&namespace, writing, conflicts)
                .await
        }
        Method::ClientSide { .. } => env.cluster.create(&namespace, writing).await,
    };
    match made {
        Err(error) if error.reason() != "AlreadyExists" => Err(ActionError::Namespace {
            namespace: name.clone(),
            source: error,
        }),
        _ => Ok(()),
    }
}

fn pending(env: &Env, rendered: Rendered, version: i64, method: Method) -> Release {
    let now = Some(Time::from(Timestamp::now()));
    Release {
        name: env.release.name.clone(),
        namespace: env.release.namespace.clone(),
        info: Info {
            first_deployed: now.clone(),
            last_deployed: now,
            description: "Initial install underway".to_owned(),
            status: Status::PendingInstall,
            notes: rendered.notes,
            ..Info::default()
        },
        chart: Some(rendered.chart),
        config: rendered.config,
        manifest: rendered.manifest,
        hooks: rendered.hooks,
        version,
        apply_method: recorded(method),
        ..Release::default()
    }
}

/// How a record says that its objects were written.
pub(super) fn recorded(method: Method) -> ApplyMethod {
    match method {
        Method::ServerSide => ApplyMethod::ServerSide,
        Method::ClientSide { .. } => ApplyMethod::ClientSide,
    }
}

async fn perform(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    targets: &[Object],
    options: &Install,
) -> Result<(), ActionError> {
    run_hooks(
        env,
        history,
        release,
        Event::PreInstall,
        options,
        "failed pre-install: ",
    )
    .await?;
    let writer = Writer {
        method: options.method,
        validation: options.validation,
        // Objects that are taken over may have been written from the client.
        ownership: Ownership::Migrated,
        manifest: Manifest::First,
    };
    let outcome = writer.write(env, targets, &[]).await;
    outcome.check("\n")?;
    wait::healthy(
        env,
        targets,
        &outcome.live,
        options.strategy,
        options.timeout,
    )
    .await?;
    run_hooks(
        env,
        history,
        release,
        Event::PostInstall,
        options,
        "failed post-install: ",
    )
    .await
}

async fn run_hooks(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    event: Event,
    options: &Install,
    stage: &'static str,
) -> Result<(), ActionError> {
    if options.hooks == Hooks::Skipped {
        return Ok(());
    }
    let running = Running {
        event,
        method: options.method,
        strategy: options.strategy,
        timeout: options.timeout,
    };
    hooks::run(env, history, release, running)
        .await
        .map_err(|error| at_stage(error, stage))
}

/// The error of a hook with what the action calls its stage before it.
pub(super) fn at_stage(error: ActionError, stage: &'static str) -> ActionError {
    match error {
        ActionError::Hook { cause, .. } => ActionError::Hook { stage, cause },
        other => ActionError::Hook {
            stage,
            cause: other.to_string(),
        },
    }
}
