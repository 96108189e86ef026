//! Waiting until the objects of a release work, or are gone (H15).

use std::collections::BTreeSet;
use std::time::Duration;

use apply::{ApiError, Object, ObjectId, OnFailure, WaitOptions};
use common::queue::Interrupted;
use health::{GroupKind, Readers, Status};
use jiff::Timestamp;
use serde_json::Value;

use super::{ActionError, Env, legacy};

/// How often objects are looked at where they cannot be watched (H15.1).
const POLL: Duration = Duration::from_secs(5);
/// How often objects that are to go are looked at.
const GONE_POLL: Duration = Duration::from_secs(2);

/// What an action waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Hooks alone (`disableWait`, H15.5).
    HooksOnly,
    /// Objects too.
    Objects {
        /// Jobs among them.
        jobs: Jobs,
        /// Whether something newer ends the wait.
        news: News,
        /// What it takes.
        rules: Rules,
    },
}

/// Whether Jobs are waited for (`disableWaitForJobs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// Until they are complete.
    Awaited,
    /// Not at all.
    Ignored,
}

/// What a new request does to a wait (gate `CancelHealthCheckOnNewRevision`, H15.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It ends it.
    Heeded,
    /// It has to wait.
    Ignored,
}

/// By which rules objects are ready (`waitStrategy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// By their status (`poller`, H15.1).
    Status,
    /// As in Helm 3 (`legacy`, H15.3).
    Helm3,
}

/// Waits until the objects are healthy. `live` are the server's answers to their writes, in any order.
pub(super) async fn healthy(
    env: &Env,
    targets: &[Object],
    live: &[Object],
    strategy: Strategy,
    timeout: Duration,
) -> Result<(), ActionError> {
    let Strategy::Objects { jobs, news, rules } = strategy else {
        return Ok(());
    };
    if rules == Rules::Helm3 {
        let waiting = legacy::ready(env.cluster.as_ref(), targets, jobs, timeout);
        return heed(env, news, waiting).await;
    }
    let awaited: Vec<&Object> = targets
        .iter()
        .filter(|object| is_awaited(object, jobs))
        .collect();
    let ids: Vec<ObjectId> = awaited.iter().map(|object| object.id()).collect();
    let jobs_with_ttl = awaited.iter().filter(|object| object.is_job_with_ttl());
    let options = WaitOptions {
        poll_interval: POLL,
        jobs_with_ttl: jobs_with_ttl.map(|object| object.id()).collect(),
        known_current: settled(live, &env.readers),
        seen: live.to_vec(),
        readers: env.readers.clone(),
        ..WaitOptions::new(timeout)
    };
    if ids.iter().all(|id| options.known_current.contains(id)) {
        return Ok(());
    }
    let waiting = apply::wait(env.cluster.as_ref(), &ids, &options);
    heed(env, news, waiting).await
}

/// Rests until `waiting` is over, or something newer ends it.
async fn heed<E: Into<ActionError>>(
    env: &Env,
    news: News,
    waiting: impl Future<Output = Result<(), E>>,
) -> Result<(), ActionError> {
    let outcome = match news {
        News::Ignored => env.bench.rest(waiting).await,
        News::Heeded => match env.bench.park(waiting).await {
            Ok(outcome) => outcome,
            Err(Interrupted::Changed(origin)) => return Err(ActionError::Overtaken(origin)),
            Err(Interrupted::Shutdown) => return Err(ActionError::Shutdown),
        },
    };
    outcome.map_err(Into::into)
}

/// Deployments that are paused never become healthy.
fn is_awaited(object: &Object, jobs: Jobs) -> bool {
    let is_paused = || object.as_value().pointer("/spec/paused") == Some(&Value::Bool(true));
    match (object.group(), object.kind()) {
        ("apps", "Deployment") => !is_paused(),
        ("batch", "Job") => jobs == Jobs::Awaited,
        _ => true,
    }
}

/// The objects that no controller has a say in and that are healthy by the answer to their write.
fn settled(live: &[Object], readers: &Readers) -> BTreeSet<ObjectId> {
    let now = Timestamp::now();
    live.iter()
        .filter(|object| {
            let kind = GroupKind::new(object.group(), object.kind());
            !apply::is_restless(&kind, readers)
                && readers.status(object.as_value(), now).status == Status::Current
        })
        .map(Object::id)
        .collect()
}

/// Waits until the definitions among `live` are established and their kinds can be found.
pub(super) async fn established(
    env: &Env,
    live: &[Object],
    timeout: Duration,
) -> Result<(), ActionError> {
    let now = Timestamp::now();
    let pending: Vec<ObjectId> = live
        .iter()
        .filter(|object| env.readers.status(object.as_value(), now).status != Status::Current)
        .map(Object::id)
        .collect();
    if !pending.is_empty() {
        let options = WaitOptions {
            poll_interval: POLL,
            readers: env.readers.clone(),
            ..WaitOptions::new(timeout)
        };
        let waiting = apply::wait(env.cluster.as_ref(), &pending, &options);
        env.bench.rest(waiting).await?;
    }
    let definitions: Vec<&Object> = live.iter().collect();
    let served = apply::wait_until_served(env.cluster.as_ref(), &definitions, timeout);
    env.bench.rest(served).await;
    Ok(())
}

/// Waits until a hook has done its work; only Jobs, Pods and kinds with expressions of the user do any (H15.2).
pub(super) async fn done(env: &Env, hook: &[Object], timeout: Duration) -> Result<(), ActionError> {
    let ids: Vec<ObjectId> = hook
        .iter()
        .filter(|object| {
            let kind = GroupKind::new(object.group(), object.kind());
            matches!(
                (object.group(), object.kind()),
                ("batch", "Job") | ("", "Pod")
            ) || env.custom_kinds.contains(&kind)
        })
        .map(Object::id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let options = WaitOptions {
        on_failure: OnFailure::Continue,
        poll_interval: POLL,
        jobs_with_ttl: hook
            .iter()
            .filter(|object| object.is_job_with_ttl())
            .map(Object::id)
            .collect(),
        readers: env.hook_readers.clone(),
        ..WaitOptions::new(timeout)
    };
    let waiting = apply::wait(env.cluster.as_ref(), &ids, &options);
    Ok(env.bench.rest(waiting).await?)
}

/// Waits until objects that were deleted are gone.
pub(super) async fn gone(
    env: &Env,
    deleted: &[Object],
    strategy: Strategy,
    timeout: Duration,
) -> Result<(), ActionError> {
    if strategy == Strategy::HooksOnly || deleted.is_empty() {
        return Ok(());
    }
    let targets: Vec<_> = deleted.iter().map(Object::object_ref).collect();
    let cluster = env.cluster.as_ref();
    let waiting = apply::wait_until_gone(cluster, &targets, timeout, GONE_POLL);
    Ok(env.bench.rest(waiting).await?)
}

/// Whether a failed delete is none: the object, or its whole kind, is not there.
pub(super) fn is_gone(error: &ApiError) -> bool {
    error.is_not_found() || matches!(error, ApiError::NoMatch(_))
}
