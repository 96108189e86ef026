//! Name, namespace, labels and annotations of an object.

use yaml::Str;

use super::known::{Annotations, Known};
use super::place::Role;
use super::writes::Write;
use super::{Resource, State};
use crate::error::Error;
use crate::node::{self, Kind, Map, Node, Scalar};

/// Where the origin of an object is noted.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// Where the transformations of an object are noted.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Annotations that a result never has.
const DROPPED: [&str; 9] = [
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
];

/// Whether an annotation is one that builds put or take away.
pub(super) fn is_of_build(key: &str) -> bool {
    DROPPED.contains(&key) || matches!(key, ORIGIN | TRANSFORMATIONS)
}

/// The entries of a mapping as text, in their order.
pub(super) fn text_entries(node: Option<&Node>) -> Vec<(Str, Str)> {
    let entries = node.and_then(Node::as_map).map_or(&[][..], Map::entries);
    entries
        .iter()
        .map(|entry| (entry.key.text.clone(), text_of(&entry.value)))
        .collect()
}

fn text_of(node: &Node) -> Str {
    node.as_scalar()
        .map(|scalar| scalar.text.clone())
        .unwrap_or_default()
}

impl State {
    /// The name or the namespace.
    #[inline]
    fn metadata_scalar(&self, role: Role) -> Option<&Scalar> {
        if let Some(written) = self.node.written_as(role) {
            return Some(written);
        }
        let (known, field) = match role {
            Role::Name => (self.known_base().map(Known::name), "name"),
            _ => (self.known_base().map(Known::namespace), "namespace"),
        };
        if let Some(known) = known {
            return known;
        }
        self.metadata_scalar_in_tree(field)
    }

    fn metadata_scalar_in_tree(&self, field: &str) -> Option<&Scalar> {
        let found = self.node.get("metadata")?.get(field)?;
        found.as_scalar().filter(|_| !found.is_null())
    }

    fn metadata_text(&self, role: Role) -> Str {
        let found = self.metadata_scalar(role);
        found.map(|scalar| scalar.text.clone()).unwrap_or_default()
    }

    #[inline]
    pub(super) fn name_scalar(&self) -> Option<&Scalar> {
        self.metadata_scalar(Role::Name)
    }

    #[inline]
    pub(super) fn namespace_scalar(&self) -> Option<&Scalar> {
        self.metadata_scalar(Role::Namespace)
    }

    /// Name and namespace, to look at.
    pub(crate) fn called(&self) -> (&str, &str) {
        let text = |role| self.metadata_scalar(role).map_or("", |scalar| &scalar.text);
        (text(Role::Name), text(Role::Namespace))
    }

    /// Whether it is called as it always was, in whatever namespace.
    pub(crate) fn has_kept_its_name(&self) -> bool {
        let name = self
            .metadata_scalar(Role::Name)
            .map_or("", |scalar| &scalar.text);
        self.track
            .previous
            .iter()
            .all(|previous| previous.name == *name)
    }

    pub(crate) fn name(&self) -> Str {
        self.metadata_text(Role::Name)
    }

    pub(crate) fn namespace(&self) -> Str {
        self.metadata_text(Role::Namespace)
    }
}

impl Resource {
    fn metadata(&self) -> Option<&Node> {
        self.node
            .get("metadata")
            .filter(|node| !node.is_null_or_empty())
    }

    pub(crate) fn set_name(&mut self, name: &str) -> Result<(), Error> {
        self.set_metadata_text("name", name)
    }

    /// Sets the name to text that is empty, but there.
    pub(crate) fn set_empty_name(&mut self) -> Result<(), Error> {
        if let Some(meta) = node::lookup_create(&mut self.node, Kind::Map, &["metadata"])? {
            node::set_field(meta, "name", Node::string(""))?;
        }
        Ok(())
    }

    /// Sets the namespace, or takes it away when it is empty.
    pub(crate) fn set_namespace(&mut self, namespace: &str) -> Result<(), Error> {
        if !namespace.is_empty() {
            return self.set_metadata_text("namespace", namespace);
        }
        if let Some(meta) = node::lookup_mut(&mut self.node, &["metadata"])? {
            node::clear(meta, "namespace")?;
        }
        Ok(())
    }

    fn set_metadata_text(&mut self, field: &str, text: &str) -> Result<(), Error> {
        if let Some(meta) = node::lookup_create(&mut self.node, Kind::Map, &["metadata"])? {
            node::set_field_str(meta, field, text)?;
        }
        Ok(())
    }

    pub(crate) fn labels(&self) -> Vec<(Str, Str)> {
        text_entries(self.metadata().and_then(|meta| meta.get("labels")))
    }

    pub(crate) fn annotations(&self) -> Vec<(Str, Str)> {
        text_entries(self.metadata().and_then(|meta| meta.get("annotations")))
    }

    pub(crate) fn annotation(&self, key: &str) -> Option<&Node> {
        let is_new = self.writes_annotations();
        let known = self.known_base().filter(|_| !is_new);
        if known.is_some_and(|known| known.annotations == Annotations::None) {
            return None;
        }
        let object = if is_new {
            &*self.node
        } else {
            self.node.start()
        };
        object.get("metadata")?.get("annotations")?.get(key)
    }

    pub(crate) fn set_labels(&mut self, labels: Vec<(Str, Str)>) -> Result<(), Error> {
        self.set_metadata_map("labels", labels)
    }

    pub(crate) fn set_annotations(&mut self, annotations: Vec<(Str, Str)>) -> Result<(), Error> {
        self.set_metadata_map("annotations", annotations)
    }

    /// Sets one annotation; like every such change it makes all of them strings.
    pub(crate) fn set_annotation(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let mut annotations = self.annotations();
        annotations.retain(|(name, _)| *name != *key);
        annotations.push((key.into(), value.into()));
        self.set_annotations(annotations)
    }

    /// Whether texts were written into annotations of what builds share.
    fn writes_annotations(&self) -> bool {
        self.node.written_as(Role::Annotation).is_some()
    }

    /// Whether taking away what builds note would change nothing that is printed.
    pub(crate) fn has_settled_annotations(&self) -> bool {
        let known = match self.known_base() {
            Some(known) => known.annotations,
            None => match self.node.get("metadata") {
                Some(metadata) if metadata.get("annotations").is_none() => Annotations::None,
                _ => Annotations::Others,
            },
        };
        let is_stranger = |write: &Write| write.place.key().is_some_and(|key| !is_of_build(key));
        let is_plain = |write: &Write| {
            write.place.role != Role::Annotation
                || (is_stranger(write) && write.text.scalar.is_line())
        };
        known != Annotations::Others
            && (!self.writes_annotations() || self.node.writes().iter().all(is_plain))
    }

    /// Takes annotations away; like every such change it makes all others strings, and an empty
    /// mapping disappears.
    pub(crate) fn remove_annotations(&mut self, keys: &[&str]) -> Result<(), Error> {
        let mut annotations = self.annotations();
        annotations.retain(|(name, _)| !keys.contains(&name.as_str()));
        self.set_annotations(annotations)
    }

    /// Takes away what the build itself noted.
    pub(crate) fn remove_build_annotations(&mut self) -> Result<(), Error> {
        let annotations = self.metadata().and_then(|meta| meta.get("annotations"));
        let has = |key: &&str| annotations.is_some_and(|map| map.get(key).is_some());
        if DROPPED.iter().any(has) {
            self.remove_annotations(&DROPPED)?;
        }
        Ok(())
    }

    fn set_metadata_map(&mut self, field: &str, mut entries: Vec<(Str, Str)>) -> Result<(), Error> {
        let metadata = self.node.get("metadata");
        if entries.is_empty() && metadata.is_some_and(|metadata| metadata.get(field).is_none()) {
            return Ok(());
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|later, earlier| later.0 == earlier.0);
        if self.has_exactly(field, &entries) {
            self.unlink(field);
            return Ok(());
        }
        let Some(meta) = node::lookup_create(&mut self.node, Kind::Map, &["metadata"])? else {
            return Ok(());
        };
        node::clear(meta, field)?;
        if entries.is_empty() {
            return Ok(());
        }
        let mut map = Map::with_capacity(entries.len());
        for (key, value) in entries {
            let mut value = Scalar::string(value);
            value.quote_if_ambiguous();
            map.push(Scalar::untagged(key), Node::Scalar(value));
        }
        node::set_field(meta, field, map.into())?;
        Ok(())
    }

    /// Whether setting these entries would change nothing that can be seen.
    fn has_exactly(&self, field: &str, entries: &[(Str, Str)]) -> bool {
        let existing = self.node.get("metadata").and_then(|meta| meta.get(field));
        match existing {
            None => entries.is_empty() && self.node.get("metadata").is_some(),
            Some(Node::Map(map)) => {
                !entries.is_empty()
                    && map.len() == entries.len()
                    && map
                        .entries()
                        .iter()
                        .zip(entries)
                        .all(|(entry, (key, value))| {
                            entry.key == Scalar::untagged(key.clone())
                                && matches!(&entry.value, Node::Scalar(scalar)
                                if scalar.tag == node::Tag::Str && scalar.text == *value)
                        })
            }
            Some(_) => false,
        }
    }

    /// Takes labels, annotations, name and namespace over from `old`; our own labels and
    /// annotations win, its memory does (`CopyMergeMetaDataFieldsFrom`).
    pub(crate) fn take_metadata_from(&mut self, old: &Self) -> Result<(), Error> {
        self.set_labels(merged(old.labels(), self.labels()))?;
        self.set_annotations(merged(old.annotations(), self.annotations()))?;
        let needs_hash = self.track.needs_hash && old.track.needs_hash;
        self.track = old.track.clone();
        self.track.needs_hash = needs_hash;
        self.set_name(&old.name())?;
        self.set_namespace(&old.namespace())?;
        self.ref_vars.clone_from(&old.ref_vars);
        Ok(())
    }
}

/// Both lists; where both have a key, `over` wins.
pub(crate) fn merged(base: Vec<(Str, Str)>, over: Vec<(Str, Str)>) -> Vec<(Str, Str)> {
    let mut out = base;
    out.retain(|(key, _)| !over.iter().any(|(other, _)| other == key));
    out.extend(over);
    out
}
