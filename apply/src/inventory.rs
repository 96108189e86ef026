//! The list of what a unit has applied, and what of it is stale (compat K15.1, K15.3, K15.5, K15.6).

use crate::change_set::ChangeSet;
use crate::id::{ObjectId, ObjectRef, ParseIdError};
use crate::order;
use std::collections::BTreeSet;

/// One entry of `status.inventory.entries`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryEntry {
    /// The inventory id, kept as text: an entry that no rule can read is reported, not lost.
    pub id: String,
    /// The version without the group.
    pub version: String,
}

/// What a unit has applied, in stage order (K15.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    pub entries: Vec<InventoryEntry>,
}

impl Inventory {
    /// All objects of an apply, those that were skipped included (K23.3).
    pub fn of(changes: &ChangeSet) -> Self {
        let entry = |change: &crate::change_set::Change| InventoryEntry {
            id: change.id.to_string(),
            version: change.version.clone(),
        };
        Self {
            entries: changes.changes.iter().map(entry).collect(),
        }
    }

    /// The objects of the entries in the order of K14.3.
    pub fn objects(&self) -> Result<Vec<ObjectRef>, ParseIdError> {
        let mut objects = self
            .entries
            .iter()
            .map(object_ref)
            .collect::<Result<Vec<_>, _>>()?;
        sort(&mut objects);
        Ok(objects)
    }

    /// What is in `self` and not in `newer`, by id: a change of version is none (K15.5).
    pub fn stale(&self, newer: &Self) -> Result<Vec<ObjectRef>, ParseIdError> {
        let kept = newer
            .entries
            .iter()
            .map(|entry| entry.id.parse::<ObjectId>());
        let kept = kept.collect::<Result<BTreeSet<_>, _>>()?;
        let mut seen = BTreeSet::new();
        let mut stale = Vec::new();
        for entry in &self.entries {
            let object = object_ref(entry)?;
            let id = object.id();
            if !kept.contains(&id) && seen.insert(id) {
                stale.push(object);
            }
        }
        sort(&mut stale);
        Ok(stale)
    }

    /// Adds objects that are not in it yet: those whose deletion failed (K15.6).
    pub fn merge(&mut self, objects: &[ObjectRef]) {
        let mut known: BTreeSet<String> =
            self.entries.iter().map(|entry| entry.id.clone()).collect();
        for object in objects {
            let id = object.id().to_string();
            if known.insert(id.clone()) {
                self.entries.push(InventoryEntry {
                    id,
                    version: object.gvk.version.clone(),
                });
            }
        }
    }
}

fn object_ref(entry: &InventoryEntry) -> Result<ObjectRef, ParseIdError> {
    let id: ObjectId = entry.id.parse()?;
    Ok(ObjectRef {
        gvk: crate::id::Gvk {
            group: id.kind.group,
            version: entry.version.clone(),
            kind: id.kind.kind,
        },
        namespace: id.namespace,
        name: id.name,
    })
}

fn sort(objects: &mut [ObjectRef]) {
    objects.sort_by(|a, b| order::compare(&a.id(), &b.id()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change_set::{Action, Change};

    fn inventory(entries: &[(&str, &str)]) -> Inventory {
        let entry = |(id, version): &(&str, &str)| InventoryEntry {
            id: (*id).into(),
            version: (*version).into(),
        };
        Inventory {
            entries: entries.iter().map(entry).collect(),
        }
    }

    #[test]
    fn k15_3_skipped_objects_stay_in_the_inventory() {
        let id = ObjectId::new("ns", "a", "apps", "Deployment");
        let change = Change {
            id,
            version: "v1".into(),
            action: Action::Skipped,
        };
        let inventory = Inventory::of(&ChangeSet {
            changes: vec![change],
            ..ChangeSet::default()
        });
        assert_eq!(inventory.entries[0].id, "ns_a_apps_Deployment");
        assert_eq!(inventory.entries[0].version, "v1");
    }

    #[test]
    fn k15_5_a_new_version_of_an_object_is_not_stale() {
        let old = inventory(&[
            ("ns_a_x.io_Foo", "v1beta1"),
            ("ns_b__Service", "v1"),
            ("_n__Namespace", "v1"),
        ]);
        let new = inventory(&[("ns_a_x.io_Foo", "v1")]);
        let stale = old.stale(&new).unwrap();
        let subjects: Vec<_> = stale.iter().map(|object| object.id().subject()).collect();
        assert_eq!(subjects, ["Namespace/n", "Service/ns/b"]);
        assert_eq!(old.stale(&old).unwrap(), []);
    }

    #[test]
    fn k15_6_survivors_come_back_once() {
        let mut new = inventory(&[("ns_a__Service", "v1")]);
        let old = inventory(&[("ns_a__Service", "v1"), ("ns_b__Service", "v1")]);
        new.merge(&old.objects().unwrap());
        new.merge(&old.objects().unwrap());
        assert_eq!(new, old);
    }

    #[test]
    fn k15_2_an_unreadable_entry_is_an_error_that_names_it() {
        let error = inventory(&[("nonsense", "v1")]).objects().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unable to parse stored object metadata: nonsense"
        );
    }
}
