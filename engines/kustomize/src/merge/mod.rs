//! Strategic merge of a patch into an object (`kyaml/yaml/merge2`, `kyaml/yaml/walk`).
//!
//! Mappings merge field by field; null takes a field away, `$patch` replaces or deletes. Lists are
//! replaced, unless the schema gives merge keys: then elements are matched by those, and new ones
//! come first.

mod directive;
mod list;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::node::{Entry, Kind, Map, Node, NodeError, Scalar, Style, Tag};
use crate::schema::{Schema, Schemas};
use directive::Directive;

/// Why two trees do not merge.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    #[error(transparent)]
    Node(#[from] NodeError),
    #[error("unknown patch strategy '{0}'")]
    UnknownDirective(String),
}

/// What a merge makes of one node.
#[derive(Debug)]
pub(super) enum Merged {
    /// It goes away.
    Gone,
    /// It becomes this.
    Is(Node),
    /// A null that was spelled out stays, where others go away.
    KeptNull(Node),
}

impl Merged {
    fn into_node(self) -> Option<Node> {
        match self {
            Self::Gone => None,
            Self::Is(node) | Self::KeptNull(node) => Some(node),
        }
    }
}

/// Merges `patch` into `dest`; none when the patch deletes it.
pub(crate) fn merge(
    dest: Node,
    patch: Node,
    schemas: &Schemas,
) -> Result<Option<Node>, MergeError> {
    // At the top, a replacement has nowhere to go: the object stays as it is.
    if patch
        .get(directive::KEY)
        .is_some_and(|value| value.text() == "replace")
    {
        return Ok(Some(dest));
    }
    let merged = Merger { schemas }.walk(Some(dest), Some(patch), None)?;
    Ok(merged.into_node())
}

/// A merge under way.
pub(super) struct Merger<'a> {
    schemas: &'a Schemas,
}

/// There, and not null.
fn present(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| !node.is_null())
}

impl<'a> Merger<'a> {
    pub(super) fn walk(
        &self,
        dest: Option<Node>,
        patch: Option<Node>,
        schema: Option<Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let schema = schema.or_else(|| self.schema_of(dest.as_ref(), patch.as_ref()));
        let untouched = |dest: &Node| !dest.is_null() && !is_unsettled(dest);
        if patch.is_none() && schema.is_none() && dest.as_ref().is_none_or(untouched) {
            return Ok(dest.map_or(Merged::Gone, Merged::Is));
        }
        let kind = present(dest.as_ref())
            .or_else(|| present(patch.as_ref()))
            .map(Node::kind);
        if let Some(kind) = kind {
            for node in [&dest, &patch].into_iter().flatten() {
                node.expect(kind)?;
            }
        }
        match kind {
            Some(Kind::Map) | None => self.walk_map(dest, patch, schema.as_ref()),
            Some(Kind::Scalar) => Ok(patch.or(dest).map_or(Merged::Gone, Merged::Is)),
            Some(Kind::Seq) => {
                if schema
                    .as_ref()
                    .is_some_and(|schema| schema.merge_keys().is_some())
                {
                    self.walk_list(dest, patch, schema.as_ref())
                } else {
                    Ok(patch.or(dest).map_or(Merged::Gone, Merged::Is))
                }
            }
        }
    }

    /// The schema of an object by its own account.
    fn schema_of(&self, dest: Option<&Node>, patch: Option<&Node>) -> Option<Schema<'a>> {
        [dest, patch].into_iter().flatten().find_map(|node| {
            let kind = node.get("kind")?.text();
            let api_version = node.get("apiVersion")?.text();
            if kind.is_empty() || api_version.is_empty() {
                return None;
            }
            self.schemas.kind(api_version, kind)
        })
    }

    fn walk_map(
        &self,
        dest: Option<Node>,
        mut patch: Option<Node>,
        schema: Option<&Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let Some(dest) = dest.filter(|dest| !dest.is_null() || patch.is_none()) else {
            let deletes = match patch.as_mut() {
                Some(patch) => directive::of_map(patch).ok().flatten() == Some(Directive::Delete),
                None => false,
            };
            return match patch {
                Some(patch) if !deletes => self.merge_fields(patch.clone(), Some(&patch), schema),
                _ => Ok(Merged::Gone),
            };
        };
        if dest.is_null() {
            // Without a patch: `key: null` stays, `key:` goes.
            return Ok(if dest.text().is_empty() {
                Merged::Gone
            } else {
                Merged::KeptNull(dest)
            });
        }
        if patch.as_ref().is_some_and(Node::is_null) {
            return Ok(Merged::Gone);
        }
        let directive = match patch.as_mut() {
            Some(patch) => directive::of_map(patch)?,
            None => None,
        };
        match (directive, patch) {
            (Some(Directive::Delete), _) => Ok(Merged::Gone),
            (Some(Directive::Replace), Some(patch)) => {
                self.merge_fields(patch.clone(), Some(&patch), schema)
            }
            (directive, patch) => {
                let mut dest = dest;
                if directive.is_some() {
                    directive::elide_from_map(&mut dest);
                }
                self.merge_fields(dest, patch.as_ref(), schema)
            }
        }
    }

    /// Merges field by field. A tree that is new is merged with itself, which carries out the
    /// directives in it.
    fn merge_fields(
        &self,
        dest: Node,
        patch: Option<&Node>,
        schema: Option<&Schema<'a>>,
    ) -> Result<Merged, MergeError> {
        let Node::Map(mut map) = dest else {
            return Ok(Merged::Is(dest));
        };
        let entries_of = |map: &Map| -> Vec<String> {
            map.entries()
                .iter()
                .map(|entry| entry.key.text.to_string())
                .collect()
        };
        let mut names: BTreeSet<String> = entries_of(&map).into_iter().collect();
        let patch_map = patch.and_then(Node::as_map);
        if let Some(patch) = patch_map {
            names.extend(entries_of(patch));
        }
        let fields = Arc::make_mut(&mut map);
        if let Some(patch) = patch_map.filter(|_| fields.is_empty()) {
            fields.take_layout(patch);
        }
        for name in &names {
            self.merge_field(fields, name, patch_map, schema)?;
        }
        Ok(Merged::Is(Node::Map(map)))
    }

    fn merge_field(
        &self,
        fields: &mut Map,
        name: &str,
        patch: Option<&Map>,
        schema: Option<&Schema<'a>>,
    ) -> Result<(), MergeError> {
        if name.is_empty() {
            // Looking for a field without a name means the node itself, as a scalar.
            return Err(NodeError::not_a_scalar(&Node::from(fields.clone())).into());
        }
        let at = fields.position(name);
        let old = at.map(|at| std::mem::replace(&mut fields.entries_mut()[at].value, Node::null()));
        let old_scalar = old.as_ref().and_then(Node::as_scalar);
        let old_scalar = old_scalar.map(|old| (old.style, old.link));
        let patch_entry =
            patch.and_then(|patch| patch.position(name).map(|at| &patch.entries()[at]));
        let hint = at
            .and_then(|at| fields.entries()[at].hint.clone())
            .or_else(|| patch_entry.and_then(|entry| entry.hint.clone()));
        let schema = match &hint {
            Some(hint) => Some(Schema::of_hint(hint)),
            None => schema.and_then(|schema| schema.field(name)),
        };
        let patch_value = patch_entry.map(|entry| entry.value.clone());
        let merged = self.walk(old, patch_value, schema)?;
        let value = match merged {
            Merged::KeptNull(null) => Some(null),
            Merged::Is(node) if !node.is_null() => Some(node),
            Merged::Is(_) | Merged::Gone => None,
        };
        match (value, at) {
            (None, _) => {
                fields.remove(name);
            }
            (Some(mut value), Some(at)) => {
                match (&mut value, old_scalar) {
                    (Node::Scalar(scalar), Some(_)) if patch_entry.is_none() => {
                        scalar.quote_if_ambiguous();
                    }
                    (Node::Scalar(scalar), Some((style, link))) => {
                        scalar.style = style;
                        scalar.link = link;
                    }
                    _ => {}
                }
                fields.entries_mut()[at].value = value;
            }
            (Some(mut value), None) => {
                if let Node::Scalar(scalar) = &mut value {
                    scalar.quote_if_ambiguous();
                }
                let mut key = Scalar::untagged(name);
                key.style = patch_entry.map_or(Style::Plain, |entry| entry.key.style);
                fields.push(key, value);
            }
        }
        Ok(())
    }
}

/// Whether merging with nothing changes a tree or fails: a null without text goes away, a text whose
/// type was left open is made sure to be text, and a field must have a name.
fn is_unsettled(node: &Node) -> bool {
    match node {
        Node::Scalar(scalar) if node.is_null() => scalar.text.is_empty(),
        Node::Scalar(scalar) => scalar.tag == Tag::Unset && scalar.is_ambiguous(),
        Node::Map(map) => map.entries().iter().any(|entry: &Entry| {
            entry.hint.is_some() || entry.key.text.is_empty() || is_unsettled(&entry.value)
        }),
        // Lists that do not merge are not looked into.
        Node::Seq(_) => false,
    }
}
