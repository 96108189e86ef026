//! What is known of each object of a wait, and what follows from it.

use super::{OnFailure, WaitOptions, look};
use crate::id::ObjectId;
use crate::normalize::is_builtin_kind;
use crate::object::Object;
use health::{GroupKind, Health, Readers, Status};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// One object of the wait.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: ObjectId,
    /// `None` until it was looked at.
    pub health: Option<Health>,
    /// The last state, kept only where time or pods can change the verdict without an event.
    pub last: Option<Object>,
    /// Whether a watch that is open has shown the object.
    pub witnessed: bool,
    /// Whether it can stop being current while others are awaited.
    pub is_restless: bool,
    vanishes: bool,
}

impl Entry {
    /// Whether nothing more is expected of it. A failed object may still recover while others are awaited.
    pub fn is_current(&self) -> bool {
        match self.health.as_ref().map(|health| health.status) {
            Some(Status::Current) => true,
            Some(Status::NotFound) => self.vanishes,
            _ => false,
        }
    }

    fn is_failed(&self) -> bool {
        self.health
            .as_ref()
            .is_some_and(|health| health.status == Status::Failed)
    }

    /// `Kind/ns/name status: 'InProgress'`, with the error of one that cannot be read.
    fn describe(&self) -> String {
        let subject = self.id.subject();
        match &self.health {
            Some(Health {
                status: Status::Unknown,
                message,
            }) if !message.is_empty() => {
                format!("{subject} status: '{}': {message}", Status::Unknown)
            }
            Some(health) => format!("{subject} status: '{}'", health.status),
            None => format!("{subject} status: '{}'", Status::Unknown),
        }
    }
}

/// The built-in kinds whose health comes and goes.
const WORKLOADS: [&str; 8] = [
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "Pod",
    "Job",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
];

/// Whether the health of a kind comes and goes. What is built in and has no rule that can change its mind is current once and
/// for all: it needs no watch.
pub fn is_restless(kind: &GroupKind, readers: &Readers) -> bool {
    readers.knows(kind) || WORKLOADS.contains(&kind.kind.as_str()) || !is_builtin_kind(kind)
}

#[derive(Debug)]
pub(super) enum Verdict {
    Done,
    Failed(Vec<String>),
    Pending,
}

#[derive(Debug)]
pub(super) struct Board {
    pub entries: Vec<Entry>,
    on_failure: OnFailure,
}

impl Board {
    pub fn new(ids: &[ObjectId], options: &WaitOptions) -> Self {
        let mut unique = BTreeSet::new();
        let now = Timestamp::now();
        let in_progress: BTreeMap<ObjectId, (Health, Option<Object>)> = options
            .seen
            .iter()
            .map(|object| (object.id(), look::glance(object.clone(), options, now)))
            .filter(|(_, (health, _))| health.status == Status::InProgress)
            .collect();
        let known = |id: &ObjectId| {
            if options.known_current.contains(id) {
                return (Some(Health::current("")), None);
            }
            match in_progress.get(id).cloned() {
                Some((health, last)) => (Some(health), last),
                None => (None, None),
            }
        };
        let entries = ids
            .iter()
            .filter(|id| unique.insert(*id))
            .map(|id| (id, known(id)))
            .map(|(id, (health, last))| Entry {
                id: id.clone(),
                health,
                last,
                witnessed: false,
                is_restless: is_restless(&id.kind, &options.readers),
                vanishes: options.jobs_with_ttl.contains(id),
            })
            .collect();
        Self {
            entries,
            on_failure: options.on_failure,
        }
    }

    /// Done when all are current. Failed when one has failed and either that is enough, or all others have come
    /// to an end too.
    pub fn verdict(&self) -> Verdict {
        if self.entries.iter().all(Entry::is_current) {
            return Verdict::Done;
        }
        let failed: Vec<String> = self
            .entries
            .iter()
            .filter(|entry| entry.is_failed())
            .map(Entry::describe)
            .collect();
        let ended = || {
            self.entries
                .iter()
                .all(|entry| entry.is_current() || entry.is_failed())
        };
        if !failed.is_empty() && (self.on_failure == OnFailure::Stop || ended()) {
            return Verdict::Failed(failed);
        }
        Verdict::Pending
    }

    /// What the time ran out on. Where nothing could be read at all, no status can be told.
    pub fn unfinished(&self) -> Vec<String> {
        let nothing_read = self.entries.iter().all(|entry| entry.health.is_none());
        self.entries
            .iter()
            .filter(|entry| !entry.is_current())
            .map(|entry| {
                if nothing_read {
                    format!("can't determine status for {}", entry.id.subject())
                } else {
                    entry.describe()
                }
            })
            .collect()
    }
}
