//! Uninstall (H12.4, H20.5).

use std::time::Duration;

use apply::cluster::Propagation;
use apply::{Cluster as _, Object};
use helm::output::{self, Event, UNINSTALL_ORDER};
use helm::release::{Release, Status, Time};
use jiff::Timestamp;

use super::hooks::{self, Running};
use super::install::Hooks;
use super::objects::{described, foreign, objects};
use super::wait::{self, Strategy};
use super::write::{Method, delete_all, is_kept};
use super::{ActionError, Env};
use crate::storage::History;

/// How a release is uninstalled.
#[derive(Debug, Clone)]
pub struct Uninstall {
    /// The limit of each operation.
    pub timeout: Duration,
    /// Whether hooks run.
    pub hooks: Hooks,
    /// Whether deletions are waited for.
    pub strategy: Strategy,
    /// What becomes of dependents.
    pub propagation: Propagation,
    /// What becomes of the records.
    pub records: Records,
}

/// What becomes of the records of a release that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    /// They go too.
    Purged,
    /// They stay (`keepHistory`).
    Kept,
}

/// What was uninstalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uninstalled {
    /// The revision of this number.
    Revision(i64),
    /// Nothing: there was no release.
    NotFound,
}

/// Uninstalls a release.
///
/// # Errors
/// [`ActionError`]; the first of the pair is what was uninstalled all the same.
pub async fn uninstall(
    env: &Env,
    history: &mut History,
    options: &Uninstall,
) -> (Uninstalled, Result<(), ActionError>) {
    let Some(last) = history.last() else {
        return (Uninstalled::NotFound, Ok(()));
    };
    let revision = Uninstalled::Revision(last.version);
    let mut release = Release::clone(&last);
    if release.info.status == Status::Uninstalled {
        return match options.records {
            Records::Purged => (revision, purge(history).await),
            Records::Kept => {
                let name = release.name.clone();
                (revision, Err(ActionError::AlreadyUninstalled(name)))
            }
        };
    }
    (revision, perform(env, history, &mut release, options).await)
}

async fn perform(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    options: &Uninstall,
) -> Result<(), ActionError> {
    release.info.status = Status::Uninstalling;
    release.info.deleted = Some(Time::from(Timestamp::now()));
    "Deletion in progress (or silently failed)".clone_into(&mut release.info.description);
    run_hooks(env, history, release, Event::PreDelete, options).await?;
    record(env, history, release).await;
    let deleted = delete_objects(env, release, options.propagation).await?;
    let mut errors: Vec<String> = Vec::new();
    let mut note = |outcome: Result<(), ActionError>| {
        errors.extend(outcome.err().map(|error| error.to_string()));
    };
    note(wait::gone(env, &deleted, options.strategy, options.timeout).await);
    note(run_hooks(env, history, release, Event::PostDelete, options).await);
    release.info.status = Status::Uninstalled;
    "Uninstallation complete".clone_into(&mut release.info.description);
    match options.records {
        Records::Purged => {
            // The status still tells of the revision that it is gone.
            history.note(release);
            note(purge(history).await);
        }
        Records::Kept => {
            record(env, history, release).await;
            for deployed in history.deployed() {
                let mut deployed = Release::clone(&deployed);
                deployed.info.status = Status::Superseded;
                record(env, history, &deployed).await;
            }
        }
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(ActionError::Untidy {
        count: errors.len(),
        texts: errors.join("; "),
    })
}

async fn run_hooks(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    event: Event,
    options: &Uninstall,
) -> Result<(), ActionError> {
    if options.hooks == Hooks::Skipped {
        return Ok(());
    }
    let running = Running {
        event,
        method: Method::ServerSide,
        strategy: options.strategy,
        timeout: options.timeout,
    };
    hooks::run(env, history, release, running).await
}

/// Deletes the objects of a release that are still its own, in the order of removal.
async fn delete_objects(
    env: &Env,
    release: &Release,
    propagation: Propagation,
) -> Result<Vec<Object>, ActionError> {
    let what = "delete";
    let mut found = objects(
        env.cluster.as_ref(),
        &release.manifest,
        &release.namespace,
        what,
    )
    .await?;
    found.sort_by(|a, b| output::compare_kinds(a.kind(), b.kind(), &UNINSTALL_ORDER));
    let mut owned = Vec::new();
    for object in found {
        if is_kept(&object) {
            env.log
                .line(format!("keeping {} by its annotation", described(&object)));
            continue;
        }
        match env.cluster.get(&object.object_ref()).await {
            Ok(live) => match foreign(&live, &env.release) {
                None => owned.push(object),
                Some(_) => env.log.line(format!(
                    "skipping delete of resource not owned by this release: {}",
                    described(&object)
                )),
            },
            Err(error) if wait::is_gone(&error) => {}
            Err(error) => env.log.line(format!(
                "skipping delete of resource because ownership could not be verified: {}: {error}",
                described(&object)
            )),
        }
    }
    let errors = delete_all(env, &owned, propagation).await;
    if errors.is_empty() {
        return Ok(owned);
    }
    for error in &errors {
        env.log.line(format!("failed to delete: {error}"));
    }
    Err(ActionError::NotDeleted(release.name.clone()))
}

async fn purge(history: &mut History) -> Result<(), ActionError> {
    for version in history.versions() {
        history.delete(version).await?;
    }
    Ok(())
}

async fn record(env: &Env, history: &mut History, release: &Release) {
    if let Err(error) = history.update(release).await {
        env.log.line(format!(
            "uninstall: Failed to store updated release: {error}"
        ));
    }
}
