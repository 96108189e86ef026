//! What an apply or a prune did, in the lines that events carry (compat K7.5, K7.6, K14.11).

use crate::id::ObjectId;
use crate::object::Object;
use std::collections::BTreeSet;
use std::fmt;

/// What was done to one object (K14.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Created,
    Configured,
    Unchanged,
    Skipped,
    Deleted,
    Unknown,
}

impl Action {
    /// The word in lines and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }

    /// Whether an apply with this outcome is worth an event (K7.5).
    pub const fn is_change(self) -> bool {
        matches!(self, Self::Created | Self::Configured)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One object and its outcome. As text: `Kind/namespace/name action`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: ObjectId,
    /// The version without the group, as inventories keep it.
    pub version: String,
    pub action: Action,
}

impl Change {
    pub(crate) fn of(object: &Object, action: Action) -> Self {
        Self {
            id: object.id(),
            version: object.gvk().version,
            action,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id.subject(), self.action)
    }
}

/// The outcomes of a run in the order of the run. As text: one line for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    pub changes: Vec<Change>,
    /// The objects that the server has just shown to be healthy, so that a wait need not look again.
    pub current: BTreeSet<ObjectId>,
    /// The others as the server has just answered, so that a wait need not read them first.
    pub unsettled: Vec<Object>,
}

impl ChangeSet {
    pub(crate) fn extend(&mut self, other: Self) {
        self.changes.extend(other.changes);
        self.current.extend(other.current);
        self.unsettled.extend(other.unsettled);
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The lines of what was created or configured; empty when nothing was (K7.5).
    pub fn changed_lines(&self) -> String {
        join(
            self.changes
                .iter()
                .filter(|change| change.action.is_change()),
        )
    }

    /// Whether something was created or configured.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action.is_change())
    }

    /// The ids of all but the skipped: what `spec.wait` looks at (K16.1).
    pub fn ids_to_wait_for(&self) -> Vec<ObjectId> {
        self.changes
            .iter()
            .filter(|change| change.action != Action::Skipped)
            .map(|change| change.id.clone())
            .collect()
    }
}

impl fmt::Display for ChangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join(self.changes.iter()))
    }
}

fn join<'a>(changes: impl Iterator<Item = &'a Change>) -> String {
    changes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(changes: Vec<Change>) -> ChangeSet {
        ChangeSet {
            changes,
            ..ChangeSet::default()
        }
    }

    fn change(name: &str, action: Action) -> Change {
        Change {
            id: ObjectId::new("ns", name, "", "ConfigMap"),
            version: "v1".into(),
            action,
        }
    }

    #[test]
    fn k7_5_only_created_and_configured_objects_make_lines() {
        let changes = set(vec![
            change("a", Action::Created),
            change("b", Action::Unchanged),
            change("c", Action::Skipped),
            change("d", Action::Configured),
        ]);
        assert_eq!(
            changes.changed_lines(),
            "ConfigMap/ns/a created\nConfigMap/ns/d configured"
        );
        assert!(changes.has_changes());
        assert_eq!(
            set(vec![change("b", Action::Unchanged)]).changed_lines(),
            ""
        );
    }

    #[test]
    fn k7_6_all_entries_of_a_prune_make_lines() {
        let changes = set(vec![
            change("a", Action::Deleted),
            change("b", Action::Skipped),
        ]);
        assert_eq!(
            changes.to_string(),
            "ConfigMap/ns/a deleted\nConfigMap/ns/b skipped"
        );
    }

    #[test]
    fn k16_1_skipped_objects_are_not_waited_for() {
        let changes = set(vec![
            change("a", Action::Skipped),
            change("b", Action::Unchanged),
        ]);
        assert_eq!(
            changes.ids_to_wait_for(),
            [change("b", Action::Unchanged).id]
        );
    }
}
