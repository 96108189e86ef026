//! Waiting until objects are gone (compat K14.9, section 17).

use crate::change_set::{Action, ChangeSet};
use crate::cluster::{ApiError, Cluster, WatchEvent, WatchQuery};
use crate::id::{Gvk, ObjectRef};
use futures::StreamExt as _;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout_at};

/// An object that was still there when the time was up, or that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject} termination timeout: {reason}")]
pub struct TerminationError {
    pub subject: String,
    pub reason: String,
}

/// Waits until all objects that a prune deleted are gone. Others of the change set are not waited for.
pub async fn wait_for_termination(
    cluster: &dyn Cluster,
    changes: &ChangeSet,
    timeout: Duration,
    poll_interval: Duration,
) -> Result<(), TerminationError> {
    let deleted = changes
        .changes
        .iter()
        .filter(|change| change.action == Action::Deleted);
    let targets: Vec<ObjectRef> = deleted
        .map(|change| ObjectRef {
            gvk: Gvk {
                group: change.id.kind.group.clone(),
                version: change.version.clone(),
                kind: change.id.kind.kind.clone(),
            },
            namespace: change.id.namespace.clone(),
            name: change.id.name.clone(),
        })
        .collect();
    wait_until_gone(cluster, &targets, timeout, poll_interval).await
}

/// Waits until all objects are gone, or others have taken their names.
pub async fn wait_until_gone(
    cluster: &dyn Cluster,
    targets: &[ObjectRef],
    timeout: Duration,
    poll_interval: Duration,
) -> Result<(), TerminationError> {
    let deadline = Instant::now() + timeout;
    for target in targets {
        let failed = |reason: String| TerminationError {
            subject: target.id().subject(),
            reason,
        };
        match timeout_at(deadline, until_gone(cluster, target, poll_interval)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(failed(error.to_string())),
            Err(_elapsed) => return Err(failed("context deadline exceeded".to_owned())),
        }
    }
    Ok(())
}

/// Waits, for as long as it takes, until the object is gone or another one has taken its name. A kind that is no
/// longer served counts as gone.
pub(crate) async fn until_gone(
    cluster: &dyn Cluster,
    target: &ObjectRef,
    poll_interval: Duration,
) -> Result<(), ApiError> {
    let mut first: Option<String> = None;
    loop {
        let next_look = Instant::now() + poll_interval;
        let live = match cluster.get(target).await {
            Ok(live) => live,
            Err(error) if error.is_not_found() || matches!(error, ApiError::NoMatch(_)) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if first.get_or_insert_with(|| live.uid().to_owned()) != live.uid() {
            return Ok(());
        }
        tokio::select! {
            () = deletion(cluster, target, live.resource_version()) => {}
            () = sleep_until(next_look) => {}
        }
    }
}

/// Ends when a watch from `since` on reports the deletion. Without a watch it never does: the caller looks again.
async fn deletion(cluster: &dyn Cluster, target: &ObjectRef, since: &str) {
    let query = WatchQuery {
        gvk: target.gvk.clone(),
        namespace: (!target.namespace.is_empty()).then(|| target.namespace.clone()),
        name: Some(target.name.clone()),
        since: Some(since.to_owned()),
    };
    if let Ok(mut events) = cluster.watch(&query).await {
        while let Some(Ok(event)) = events.next().await {
            if matches!(event, WatchEvent::Deleted(_)) {
                return;
            }
        }
    }
    std::future::pending::<()>().await;
}
