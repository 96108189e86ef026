//! Rollback (H12.3).

use std::collections::BTreeSet;
use std::time::Duration;

use apply::Object;
use common::cluster::Validation;
use crds::helm::ServerSideApplyMode;
use helm::output::Event;
use helm::release::{Info, Release, Status, Time};
use jiff::Timestamp;

use super::hooks::{self, Running};
use super::install::{Hooks, recorded};
use super::objects::{objects, own};
use super::upgrade::{OnFailure, clean_up, method, replace_manifest};
use super::wait::{self, Strategy};
use super::write::{Existing, Manifest, Method, Ownership, Writer, missing};
use super::{ActionError, Env};
use crate::storage::History;

/// How a release is rolled back.
#[derive(Debug, Clone)]
pub struct RollBack {
    /// The revision to go back to.
    pub to: i64,
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
    /// What becomes of objects that a failed rollback has made.
    pub on_failure: OnFailure,
    /// How many revisions are kept; zero keeps all.
    pub max_history: i64,
}

/// Makes a new revision of an old one's chart and values.
///
/// # Errors
/// [`ActionError`]
pub async fn roll_back(
    env: &Env,
    history: &mut History,
    options: &RollBack,
    seen: &mut Vec<Object>,
) -> Result<(), ActionError> {
    let current = history.last().ok_or(ActionError::NoRevision(options.to))?;
    let target = history
        .get(options.to)
        .ok_or(ActionError::NoRevision(options.to))?;
    let method = method(&options.server_side, &target, options.existing);
    let mut release = pending(&current, &target, method);
    history.create(&release, options.max_history).await?;
    let (cluster, namespace) = (env.cluster.as_ref(), &current.namespace);
    let originals = objects(
        cluster,
        &current.manifest,
        namespace,
        "current release manifest",
    )
    .await?;
    let mut wanted = objects(cluster, &target.manifest, namespace, "new release manifest").await?;
    run_hooks(
        env,
        history,
        &mut release,
        Event::PreRollback,
        method,
        options,
    )
    .await?;
    own(&mut wanted, &env.release);
    seen.clone_from(&wanted);
    let created = if options.on_failure == OnFailure::CleanUp {
        missing(env, &wanted).await
    } else {
        BTreeSet::new()
    };
    let writer = Writer {
        method,
        validation: Validation::Strict,
        ownership: Ownership::Migrated,
        manifest: Manifest::Next,
    };
    let outcome = match replace_manifest(env, &originals, &wanted, writer).await {
        Ok(outcome) => outcome,
        Err(error) => {
            let text = format!("Rollback {:?} failed: {error}", release.name);
            let mut current = Release::clone(&current);
            current.info.status = Status::Superseded;
            record(env, history, &current).await;
            fail(env, history, &mut release, text).await;
            return clean_up(env, &wanted, &created, error).await;
        }
    };
    let (strategy, timeout) = (options.strategy, options.timeout);
    if let Err(error) = wait::healthy(env, &wanted, &outcome.live, strategy, timeout).await {
        history.note(&current);
        let text = format!("Release {:?} failed: {error}", release.name);
        fail(env, history, &mut release, text).await;
        return Err(error);
    }
    run_hooks(
        env,
        history,
        &mut release,
        Event::PostRollback,
        method,
        options,
    )
    .await?;
    for deployed in history.deployed() {
        let mut deployed = Release::clone(&deployed);
        deployed.info.status = Status::Superseded;
        record(env, history, &deployed).await;
    }
    release.info.status = Status::Deployed;
    history.update(&release).await?;
    Ok(())
}

async fn run_hooks(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    event: Event,
    method: Method,
    options: &RollBack,
) -> Result<(), ActionError> {
    if options.hooks == Hooks::Skipped {
        return Ok(());
    }
    let running = Running {
        event,
        method,
        strategy: options.strategy,
        timeout: options.timeout,
    };
    let Err(error) = hooks::run(env, history, release, running).await else {
        return Ok(());
    };
    // Helm leaves such a revision pending; saying that it failed spares the next pass the unlocking.
    let text = format!("Rollback {:?} failed: {error}", release.name);
    fail(env, history, release, text).await;
    Err(error)
}

async fn fail(env: &Env, history: &mut History, release: &mut Release, text: String) {
    release.info.status = Status::Failed;
    release.info.description = text;
    record(env, history, release).await;
}

async fn record(env: &Env, history: &mut History, release: &Release) {
    if let Err(error) = history.update(release).await {
        env.log.line(format!("failed to update release: {error}"));
    }
}

fn pending(current: &Release, target: &Release, method: Method) -> Release {
    Release {
        info: Info {
            first_deployed: current.info.first_deployed.clone(),
            last_deployed: Some(Time::from(Timestamp::now())),
            deleted: None,
            description: format!("Rollback to {}", target.version),
            status: Status::PendingRollback,
            // Helm 4.3 would note the revision here. Flux 2.9, which is built with 4.2, drops the field and would take the
            // record for somebody else's.
            rollback_revision: 0,
            notes: target.info.notes.clone(),
        },
        namespace: current.namespace.clone(),
        version: current.version + 1,
        apply_method: recorded(method),
        ..target.clone()
    }
}
