//! The loop of a wait: first a look at all objects, then one watch for each kind and namespace.

use super::board::{Board, Verdict};
use super::look::{self, Seen};
use super::{WaitError, WaitOptions};
use crate::cluster::{ApiError, Cluster, Scope, WatchEvent, WatchQuery};
use crate::id::{Gvk, ObjectId};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, SelectAll, StreamExt};
use health::{GroupKind, Health};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Objects that one watch can see, by their place on the board.
struct Group {
    members: Vec<usize>,
    state: WatchState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WatchState {
    /// To be opened, or ended by the server: opened at the next tick.
    Closed,
    Open,
    /// The identity may not watch, or the kind cannot be watched: look at every tick.
    Refused,
}

/// A change that a watch of group `.0` reported; `None` when it has ended.
type Report = (usize, Option<Result<WatchEvent, ApiError>>);

/// Runs until the verdict is in. What is known stands on the board at every moment, so that whoever drops this
/// future can still tell.
pub(super) async fn run(
    cluster: &dyn Cluster,
    board: &mut Board,
    options: &WaitOptions,
) -> Result<(), WaitError> {
    let unread = |index: &usize| board.entries[*index].health.is_none();
    let everyone: Vec<usize> = (0..board.entries.len()).filter(unread).collect();
    let mut kinds = Kinds::default();
    if let Some(verdict) = look_at(cluster, board, &mut kinds, &everyone, options).await? {
        return verdict;
    }
    let mut groups = group(board);
    let mut streams = SelectAll::new();
    open(cluster, board, &mut kinds, &mut groups, &mut streams).await?;

    let mut tick = interval_at(
        Instant::now() + options.poll_interval,
        options.poll_interval,
    );
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            Some((index, report)) = streams.next(), if !streams.is_empty() => match report {
                Some(Ok(event)) => record(board, &groups[index], event, options),
                // The next tick looks again before it watches again: nothing is missed in between.
                Some(Err(error)) => groups[index].state = state_after(&error),
                None if groups[index].state == WatchState::Open => {
                    groups[index].state = WatchState::Closed;
                }
                None => {}
            },
            _ = tick.tick() => {
                let due = due(board, &groups);
                if let Some(verdict) = look_at(cluster, board, &mut kinds, &due, options).await? {
                    return verdict;
                }
                open(cluster, board, &mut kinds, &mut groups, &mut streams).await?;
            }
        }
        if let Some(verdict) = concluded(board) {
            return verdict;
        }
    }
}

fn concluded(board: &Board) -> Option<Result<(), WaitError>> {
    match board.verdict() {
        Verdict::Done => Some(Ok(())),
        Verdict::Failed(list) => Some(Err(WaitError::Failed(list))),
        Verdict::Pending => None,
    }
}

/// How kinds are served, as far as it is known. Unknown ones are asked for at every look.
#[derive(Default)]
struct Kinds(BTreeMap<GroupKind, Gvk>);

impl Kinds {
    async fn resolve(
        &mut self,
        cluster: &dyn Cluster,
        id: &ObjectId,
    ) -> Result<Result<Gvk, Health>, WaitError> {
        if let Some(gvk) = self.0.get(&id.kind) {
            return Ok(Ok(gvk.clone()));
        }
        let mapping = match cluster.preferred(&id.kind).await {
            Ok(mapping) => mapping,
            Err(error) => return Ok(Err(Health::unknown(error.to_string()))),
        };
        if mapping.scope == Scope::Namespaced && id.namespace.is_empty() {
            let kind = id.kind.clone();
            return Err(WaitError::NamespaceMissing {
                kind,
                name: id.name.clone(),
            });
        }
        self.0.insert(id.kind.clone(), mapping.gvk.clone());
        Ok(Ok(mapping.gvk))
    }
}

/// Looks at some entries, a few at a time. Gives the verdict as soon as it is in.
async fn look_at(
    cluster: &dyn Cluster,
    board: &mut Board,
    kinds: &mut Kinds,
    members: &[usize],
    options: &WaitOptions,
) -> Result<Option<Result<(), WaitError>>, WaitError> {
    let mut readable = Vec::new();
    for &index in members {
        match kinds.resolve(cluster, &board.entries[index].id).await? {
            Ok(gvk) => readable.push((index, gvk)),
            Err(unknown) => board.entries[index].health = Some(unknown),
        }
    }
    for batch in readable.chunks(options.concurrency.max(1)) {
        let entries = &board.entries;
        let looks = batch.iter().map(|(index, gvk)| {
            let entry = &entries[*index];
            async move { (*index, look::look(cluster, gvk, entry, options).await) }.boxed()
        });
        // Collected, so that the type of the stream names no closure.
        let looks: Vec<BoxFuture<'_, _>> = looks.collect();
        let seen: Vec<(usize, Seen)> = stream::iter(looks)
            .buffer_unordered(batch.len())
            .collect()
            .await;
        for (index, (health, last)) in seen {
            board.entries[index].health = Some(health);
            board.entries[index].last = last;
        }
        if let Some(verdict) = concluded(board) {
            return Ok(Some(verdict));
        }
    }
    Ok(concluded(board))
}

fn group(board: &Board) -> Vec<Group> {
    let mut groups: BTreeMap<(&GroupKind, &str), Vec<usize>> = BTreeMap::new();
    for (index, entry) in board.entries.iter().enumerate() {
        groups
            .entry((&entry.id.kind, &entry.id.namespace))
            .or_default()
            .push(index);
    }
    let group = |members| Group {
        members,
        state: WatchState::Closed,
    };
    groups.into_values().map(group).collect()
}

/// Opens the watches that are closed and still needed: those of objects that are awaited, and of those that could
/// change their mind meanwhile.
async fn open(
    cluster: &dyn Cluster,
    board: &mut Board,
    kinds: &mut Kinds,
    groups: &mut [Group],
    streams: &mut SelectAll<BoxStream<'static, Report>>,
) -> Result<(), WaitError> {
    for (index, group) in groups.iter_mut().enumerate() {
        if group.state != WatchState::Closed {
            continue;
        }
        let entries = &board.entries;
        let mut watched = group.members.iter().map(|member| &entries[*member]);
        let mut watched = watched
            .by_ref()
            .filter(|entry| entry.is_restless || !entry.is_current());
        let (Some(first), more) = (watched.next(), watched.next()) else {
            continue;
        };
        let Ok(gvk) = kinds.resolve(cluster, &first.id).await? else {
            continue;
        };
        let query = WatchQuery {
            gvk,
            namespace: (!first.id.namespace.is_empty()).then(|| first.id.namespace.clone()),
            // With a single object the server need not send the others.
            name: more.is_none().then(|| first.id.name.clone()),
            since: None,
        };
        for member in &group.members {
            board.entries[*member].witnessed = false;
        }
        match cluster.watch(&query).await {
            Ok(events) => {
                group.state = WatchState::Open;
                let end = stream::once(async move { (index, None) });
                streams.push(
                    events
                        .map(move |event| (index, Some(event)))
                        .chain(end)
                        .boxed(),
                );
            }
            Err(error) => group.state = state_after(&error),
        }
    }
    Ok(())
}

fn state_after(error: &ApiError) -> WatchState {
    if error.is_forbidden() || error.is_method_not_supported() {
        WatchState::Refused
    } else {
        WatchState::Closed
    }
}

/// Notes what a watch reported of an object of the wait. Its pods are looked at with the next tick: a rollout reports many
/// times before it is over.
fn record(board: &mut Board, group: &Group, event: WatchEvent, options: &WaitOptions) {
    let (object, deleted) = match event {
        WatchEvent::Applied(object) => (object, false),
        WatchEvent::Deleted(object) => (object, true),
    };
    let names = |index: &&usize| board.entries[**index].id.name == object.name();
    let Some(&index) = group.members.iter().find(names) else {
        return;
    };
    let (health, last) = if deleted {
        (Health::not_found(), None)
    } else {
        look::glance(object, options, Timestamp::now())
    };
    let entry = &mut board.entries[index];
    entry.health = Some(health);
    entry.last = last;
    entry.witnessed = true;
}

/// What a tick looks at: objects that no watch has shown, and those that change without an event.
fn due(board: &Board, groups: &[Group]) -> Vec<usize> {
    let is_due = |member: &usize, state: WatchState| {
        let entry = &board.entries[*member];
        let is_watched = state == WatchState::Open && entry.witnessed;
        if entry.is_current() {
            entry.is_restless && state != WatchState::Open
        } else {
            !is_watched || entry.last.is_some()
        }
    };
    groups
        .iter()
        .flat_map(|group| {
            group
                .members
                .iter()
                .filter(move |member| is_due(member, group.state))
        })
        .copied()
        .collect()
}
