//! What an update changed, as commit templates see it (section 5.2).

use std::collections::{BTreeMap, BTreeSet};

/// One scalar that got another text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The text before, without its quotes.
    pub old_value: String,
    /// The text after, without its quotes.
    pub new_value: String,
    /// What the marker names (T2): `<namespace>:<policy>[:<part>]`.
    pub setter: String,
}

/// The object a change lies in. Empty where the document does not say (F7). Sorted as templates range over it (T1).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: String,
}

/// The changes of each object, in the order of the file (T2).
pub type ObjectChanges = BTreeMap<ObjectId, Vec<Change>>;

/// The changes of all files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    files: BTreeMap<String, ObjectChanges>,
}

impl Changes {
    /// Adds what changed in `file`, a path relative to where the update looks (T1).
    pub fn add(&mut self, file: impl Into<String>, objects: ObjectChanges) {
        if objects.is_empty() {
            return;
        }
        merge(self.files.entry(file.into()).or_default(), objects);
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The changes by file, then by object: `.Changed.FileChanges`.
    pub fn files(&self) -> &BTreeMap<String, ObjectChanges> {
        &self.files
    }

    /// The changes by object, whatever file they are in: `.Changed.Objects`.
    pub fn objects(&self) -> ObjectChanges {
        let mut all = ObjectChanges::new();
        for objects in self.files.values() {
            merge(&mut all, objects.clone());
        }
        all
    }

    /// Every change once, by file and object: `.Changed.Changes`.
    pub fn list(&self) -> Vec<Change> {
        let mut seen = BTreeSet::new();
        let all = self.files.values().flat_map(BTreeMap::values).flatten();
        all.filter(|change| seen.insert(*change)).cloned().collect()
    }
}

fn merge(into: &mut ObjectChanges, objects: ObjectChanges) {
    for (object, changes) in objects {
        into.entry(object).or_default().extend(changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(old: &str) -> Change {
        Change {
            old_value: old.into(),
            new_value: "new".into(),
            setter: "ns:p".into(),
        }
    }

    fn object(kind: &str, name: &str, namespace: &str) -> ObjectId {
        ObjectId {
            api_version: "v1".into(),
            kind: kind.into(),
            name: name.into(),
            namespace: namespace.into(),
        }
    }

    #[test]
    fn t1_files_and_objects_are_sorted_and_changes_listed_once() {
        let mut changes = Changes::default();
        assert!(changes.is_empty());
        changes.add("empty.yaml", ObjectChanges::new());
        assert!(changes.is_empty());
        let (pod, job) = (object("Pod", "a", "z"), object("Job", "b", "y"));
        changes.add(
            "b.yaml",
            [(pod.clone(), vec![change("1"), change("2")])].into(),
        );
        changes.add(
            "a.yaml",
            [
                (pod.clone(), vec![change("2")]),
                (job.clone(), vec![change("3")]),
            ]
            .into(),
        );
        changes.add("a.yaml", [(job.clone(), vec![change("4")])].into());

        let files: Vec<&String> = changes.files().keys().collect();
        assert_eq!(files, ["a.yaml", "b.yaml"]);
        let objects = changes.objects();
        assert_eq!(objects.keys().collect::<Vec<_>>(), [&job, &pod]);
        assert_eq!(objects[&job], [change("3"), change("4")]);
        assert_eq!(objects[&pod], [change("2"), change("1"), change("2")]);
        let list: Vec<String> = changes
            .list()
            .into_iter()
            .map(|change| change.old_value)
            .collect();
        assert_eq!(list, ["3", "4", "2", "1"]);
    }

    #[test]
    fn t1_objects_sort_by_version_kind_name_namespace() {
        let mut ids = [
            object("B", "a", "a"),
            object("A", "b", "a"),
            object("A", "a", "b"),
            object("A", "a", "a"),
        ];
        ids.sort();
        let shown: Vec<String> = ids
            .iter()
            .map(|id| format!("{}{}{}", id.kind, id.name, id.namespace))
            .collect();
        assert_eq!(shown, ["Aaa", "Aab", "Aba", "Baa"]);
    }
}
