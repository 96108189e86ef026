//! Hooks of an event, one at a time (H17.5).

use std::time::Duration;

use apply::cluster::DeleteRequest;
use apply::{Cluster as _, Object};
use common::cluster::{Conflicts, Validation, Writing};
use helm::output::Event;
use helm::release::{Hook, HookPhase, Release, Time};
use jiff::Timestamp;

use super::objects::objects;
use super::wait::{self, Strategy};
use super::write::{Method, apply_failed};
use super::{ActionError, Env};
use crate::FIELD_MANAGER;
use crate::storage::History;

const BEFORE_CREATION: &str = "before-hook-creation";
const SUCCEEDED: &str = "hook-succeeded";
const FAILED: &str = "hook-failed";

/// How hooks are run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    pub event: Event,
    /// How each hook may be written.
    pub method: Method,
    /// Whether deletions of hooks are waited for.
    pub strategy: Strategy,
    /// For each hook.
    pub timeout: Duration,
}

/// What is to be deleted once the hooks have run: places among the hooks of the release, and by which policy.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    doomed: Vec<(usize, &'static str)>,
    /// Whether a deletion that fails is the action's failure.
    after_success: bool,
}

/// Runs the hooks of an event, and deletes what their policies say.
///
/// # Errors
/// The hook that failed; later ones do not run.
pub(super) async fn run(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    running: Running,
) -> Result<(), ActionError> {
    let (outcome, leftovers) = execute(env, history, release, running, |_| true).await;
    let cleaned = clean(env, release, &leftovers, running).await;
    outcome.and(cleaned)
}

/// Runs the hooks of an event that `selected` lets run, and gives what is to be deleted after that.
pub(super) async fn execute(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    running: Running,
    selected: impl Fn(&str) -> bool,
) -> (Result<(), ActionError>, Leftovers) {
    let order = order(&release.hooks, running.event, selected);
    for (position, &index) in order.iter().enumerate() {
        let hook = &mut release.hooks[index];
        if hook.delete_policies.is_empty() {
            hook.delete_policies = vec![BEFORE_CREATION.to_owned()];
        }
        match one(env, history, release, index, running).await {
            Ok(()) => {}
            Err(Fault { error, ran }) => {
                let mut leftovers = Leftovers::default();
                if ran {
                    leftovers.doomed.push((index, FAILED));
                    let earlier = order[..position].iter();
                    leftovers
                        .doomed
                        .extend(earlier.map(|index| (*index, SUCCEEDED)));
                }
                return (Err(error), leftovers);
            }
        }
    }
    let leftovers = Leftovers {
        doomed: order
            .iter()
            .rev()
            .map(|index| (*index, SUCCEEDED))
            .collect(),
        after_success: true,
    };
    (Ok(()), leftovers)
}

/// Deletes what is left over. After a failure, only the log tells what could not be deleted.
pub(super) async fn clean(
    env: &Env,
    release: &Release,
    leftovers: &Leftovers,
    running: Running,
) -> Result<(), ActionError> {
    for (index, policy) in &leftovers.doomed {
        if let Some(hook) = release.hooks.get(*index)
            && let Err(error) = delete(env, hook, policy, running).await
        {
            if leftovers.after_success {
                return Err(error);
            }
            env.log.line(format!(
                "error deleting the hook resource on hook failure: {error}"
            ));
        }
    }
    Ok(())
}

/// A hook that failed, and whether it was there to run.
struct Fault {
    error: ActionError,
    ran: bool,
}

impl Fault {
    const fn before(error: ActionError) -> Self {
        Self { error, ran: false }
    }
}

async fn one(
    env: &Env,
    history: &mut History,
    release: &mut Release,
    index: usize,
    running: Running,
) -> Result<(), Fault> {
    let hook = release.hooks[index].clone();
    delete(env, &hook, BEFORE_CREATION, running)
        .await
        .map_err(Fault::before)?;
    let (event, path) = (running.event.name(), &hook.path);
    let objects = build(env, &hook).await.map_err(|error| {
        Fault::before(failed(format!(
            "unable to build kubernetes object for {event} hook {path}: {error}"
        )))
    })?;
    note(release, index, Noted::Started);
    record(env, history, release).await;
    for object in &objects {
        if let Err(cause) = create(env, object, running.method).await {
            note(release, index, Noted::Ended(HookPhase::Failed));
            let text = format!("warning: Hook {event} {path} failed: {cause}");
            return Err(Fault::before(failed(text)));
        }
    }
    env.log.line(format!("running {event} hook {path}"));
    let waited = wait::done(env, &objects, running.timeout).await;
    let phase = if waited.is_ok() {
        HookPhase::Succeeded
    } else {
        HookPhase::Failed
    };
    note(release, index, Noted::Ended(phase));
    waited.map_err(|error| Fault {
        error: failed(error.to_string()),
        ran: true,
    })
}

fn failed(cause: String) -> ActionError {
    ActionError::Hook { stage: "", cause }
}

async fn build(env: &Env, hook: &Hook) -> Result<Vec<Object>, ActionError> {
    let cluster = env.cluster.as_ref();
    objects(cluster, &hook.manifest, &env.release.namespace, "hook").await
}

/// Hooks take no fields from others.
async fn create(env: &Env, object: &Object, method: Method) -> Result<(), String> {
    let writing = Writing {
        manager: FIELD_MANAGER,
        validation: Validation::Strict,
    };
    match method {
        Method::ServerSide => env
            .cluster
            .apply_strictly(object, writing, Conflicts::Refuse)
            .await
            .map_err(|error| apply_failed(object, &error)),
        Method::ClientSide { .. } => env
            .cluster
            .create(object, writing)
            .await
            .map_err(|error| error.to_string()),
    }
    .map(drop)
}

/// Deletes the object of a hook if one of its policies says so. Definitions are never deleted.
async fn delete(env: &Env, hook: &Hook, policy: &str, running: Running) -> Result<(), ActionError> {
    let is_asked = hook.delete_policies.iter().any(|known| known == policy);
    if !is_asked || hook.kind == "CustomResourceDefinition" {
        return Ok(());
    }
    let objects = build(env, hook).await.map_err(|error| {
        failed(format!(
            "unable to build kubernetes object for deleting hook {}: {error}",
            hook.path
        ))
    })?;
    let mut deleted = Vec::new();
    for object in objects {
        let reference = object.object_ref();
        let request = DeleteRequest::default();
        match env.cluster.delete(&reference, &request).await {
            Ok(()) => deleted.push(object),
            Err(error) if wait::is_gone(&error) => {}
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    wait::gone(env, &deleted, running.strategy, running.timeout).await
}

enum Noted {
    Started,
    Ended(HookPhase),
}

fn note(release: &mut Release, index: usize, noted: Noted) {
    let now = Some(Time::from(Timestamp::now()));
    let run = &mut release.hooks[index].last_run;
    match noted {
        Noted::Started => {
            run.started_at = now;
            run.completed_at = None;
            run.phase = HookPhase::Running;
        }
        Noted::Ended(phase) => {
            run.completed_at = now;
            run.phase = phase;
        }
    }
}

/// A run that cannot be recorded goes on all the same, as Helm's does.
async fn record(env: &Env, history: &mut History, release: &Release) {
    if let Err(error) = history.update(release).await {
        env.log.line(format!("failed to update release: {error}"));
    }
}

/// Places of the hooks of an event: by weight, then by name.
fn order(hooks: &[Hook], event: Event, selected: impl Fn(&str) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..hooks.len())
        .filter(|index| {
            let hook = &hooks[*index];
            hook.events.iter().any(|name| name == event.name()) && selected(&hook.name)
        })
        .collect();
    order.sort_by(|a, b| {
        let key = |index: usize| (hooks[index].weight, hooks[index].name.as_str());
        key(*a).cmp(&key(*b))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h17_5_hooks_run_by_weight_then_by_name() {
        let hook = |name: &str, weight: i64, event: &str| Hook {
            name: name.to_owned(),
            weight,
            events: vec![event.to_owned()],
            ..Hook::default()
        };
        let hooks = [
            hook("b", 0, "pre-install"),
            hook("c", -5, "pre-install"),
            hook("a", 0, "pre-install"),
            hook("d", -9, "post-install"),
        ];
        let names = |event| -> Vec<&str> {
            order(&hooks, event, |_| true)
                .into_iter()
                .map(|index| hooks[index].name.as_str())
                .collect()
        };
        assert_eq!(names(Event::PreInstall), ["c", "a", "b"]);
        assert_eq!(names(Event::PostInstall), ["d"]);
        assert_eq!(order(&hooks, Event::PreInstall, |name| name == "a"), [2]);
    }
}
