//! The tree that transformers work on.
//!
//! A build does not see values but *nodes*: a scalar is its text, a tag and a style, and what type
//! it has is decided when the result is printed. That is why a replacement can put `8080` into a
//! string field and keep it a string, and why a prefix on a name may turn it into a number. The
//! rules are those of kyaml's `RNode` (`kyaml/yaml/fns.go`, `rnode.go`).
//!
//! Clones are cheap: collections are shared and copied on write.

mod build;
mod document;
mod hints;
mod map;
mod path;
mod read;
mod scalar;
mod seq;
mod value;

use std::sync::Arc;

use yaml::Str;

pub(crate) use build::read_first;
pub(crate) use document::{rewrite, write_block};
pub(crate) use map::{Entry, Map};
pub(crate) use path::{
    PathPart, clear, is_list_index, is_plain_field, list_index_parts, lookup, lookup_create,
    lookup_mut, set_field, set_field_str, set_scalar, set_text, split_path, split_path_smart,
};
pub(crate) use read::{ReadError, read_resources};
pub(crate) use scalar::{Link, Scalar, Style, Tag};
pub(crate) use seq::Seq;
pub(crate) use value::{
    NotJson, from_json, from_value, name_as_resolved, name_as_written, to_go_json, to_object,
    to_value, to_value_in,
};

/// One node of a YAML tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Scalar(Scalar),
    Seq(Arc<Seq>),
    Map(Arc<Map>),
}

/// What sort of node something is; the names are those of error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar,
    Seq,
    Map,
}

impl Kind {
    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Scalar => "ScalarNode",
            Self::Seq => "SequenceNode",
            Self::Map => "MappingNode",
        }
    }
}

/// A node is of another kind than an operation needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NodeError {
    #[error("wrong node kind: expected {} but got {}: node contents:\n{contents}", expected.name(), actual.name())]
    WrongKind {
        expected: Kind,
        actual: Kind,
        contents: String,
    },
    #[error("array index {0} cannot be negative")]
    NegativeIndex(i64),
    #[error("wildcard is not supported in this path")]
    Wildcard,
    #[error("list path element must contain fieldName=fieldValue for element to match")]
    ListIndex,
    #[error("index {index} specified but only {len} elements found")]
    IndexOutOfRange { index: usize, len: usize },
    #[error("expected sequence or mapping node")]
    NotACollection,
    #[error("{0}")]
    Other(String),
}

impl NodeError {
    /// A scalar was wanted.
    pub(crate) fn not_a_scalar(node: &Node) -> Self {
        Self::WrongKind {
            expected: Kind::Scalar,
            actual: node.kind(),
            contents: value::to_display(node),
        }
    }
}

impl Node {
    /// A null with its tag.
    pub(crate) fn null() -> Self {
        Self::Scalar(Scalar::null())
    }

    /// Text that stays text.
    pub(crate) fn string(text: impl Into<Str>) -> Self {
        Self::Scalar(Scalar::string(text))
    }

    /// Text without a tag: its type is found out when it is printed.
    pub(crate) fn untagged(text: impl Into<Str>) -> Self {
        Self::Scalar(Scalar::untagged(text))
    }

    /// An empty mapping.
    pub(crate) fn map() -> Self {
        Self::Map(Arc::default())
    }

    /// An empty sequence.
    pub(crate) fn seq() -> Self {
        Self::Seq(Arc::default())
    }

    /// An empty node of a kind.
    pub(crate) fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Scalar => Self::untagged(""),
            Kind::Seq => Self::seq(),
            Kind::Map => Self::map(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Scalar(_) => Kind::Scalar,
            Self::Seq(_) => Kind::Seq,
            Self::Map(_) => Kind::Map,
        }
    }

    /// Tagged as null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar.tag == Tag::Null)
    }

    /// Null, an empty mapping or an empty sequence.
    pub(crate) fn is_null_or_empty(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.tag == Tag::Null,
            Self::Seq(items) => items.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    pub(crate) fn is_empty_map(&self) -> bool {
        matches!(self, Self::Map(map) if map.is_empty())
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        match self {
            Self::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    pub(crate) fn as_seq(&self) -> Option<&[Node]> {
        match self {
            Self::Seq(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_seq_mut(&mut self) -> Option<&mut Vec<Node>> {
        match self {
            Self::Seq(items) => Some(&mut *Arc::make_mut(items)),
            _ => None,
        }
    }

    /// The text of a scalar, and the empty text for everything else.
    pub(crate) fn text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| &scalar.text)
    }

    /// The value of a field, when this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value of a field, to change it.
    ///
    /// Looks before it copies a shared mapping.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match self {
            Self::Map(map) => {
                let at = map.position(key)?;
                Some(&mut Arc::make_mut(map).entries[at].value)
            }
            _ => None,
        }
    }

    /// The value of a field or the item with a number.
    pub(crate) fn child_mut(&mut self, at: usize) -> Option<&mut Self> {
        match self {
            Self::Map(map) => {
                let entry = Arc::make_mut(map).entries.get_mut(at);
                entry.map(|entry| &mut entry.value)
            }
            Self::Seq(items) => Arc::make_mut(items).get_mut(at),
            Self::Scalar(_) => None,
        }
    }

    /// The value of a field of a mapping, made by `make` when it is missing. None when this is no
    /// mapping.
    pub(crate) fn get_or_push(
        &mut self,
        key: &Str,
        make: impl FnOnce() -> Self,
    ) -> Option<&mut Self> {
        let Self::Map(map) = self else {
            return None;
        };
        let map = Arc::make_mut(map);
        let at = map.position(key).unwrap_or_else(|| {
            map.push(Scalar::untagged(key), make());
            map.len() - 1
        });
        Some(&mut map.entries[at].value)
    }

    /// How many bytes of text are in it.
    pub(crate) fn text_size(&self) -> usize {
        match self {
            Self::Scalar(scalar) => scalar.text.len(),
            Self::Seq(items) => items.iter().map(Self::text_size).sum(),
            Self::Map(map) => {
                let size = |entry: &Entry| entry.key.text.len() + entry.value.text_size();
                map.entries().iter().map(size).sum()
            }
        }
    }

    /// A copy whose scalars change with no others.
    pub(crate) fn unlinked(&self) -> Self {
        match self {
            Self::Scalar(scalar) => Self::Scalar(Scalar {
                link: Link::default(),
                ..scalar.clone()
            }),
            Self::Seq(seq) => {
                let mut seq = Seq::clone(seq);
                for item in seq.iter_mut() {
                    *item = item.unlinked();
                }
                seq.into()
            }
            Self::Map(map) => {
                let mut map = Map::clone(map);
                for entry in map.entries_mut() {
                    entry.value = entry.value.unlinked();
                }
                map.into()
            }
        }
    }

    /// Whether both are one collection in memory.
    #[inline]
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Seq(a), Self::Seq(b)) => Arc::ptr_eq(a, b),
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Whether nothing was written between one and the other, not even what was there before.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => a.is_same(b),
            (Self::Seq(a), Self::Seq(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.is_same(b)))
            }
            (Self::Map(a), Self::Map(b)) => {
                let same = |(a, b): (&Entry, &Entry)| a.key == b.key && a.value.is_same(&b.value);
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len() && a.entries.iter().zip(&b.entries).all(same))
            }
            _ => false,
        }
    }

    /// Fails unless the node is null or of `kind`.
    pub(crate) fn expect(&self, kind: Kind) -> Result<(), NodeError> {
        if self.is_null() || self.kind() == kind {
            return Ok(());
        }
        Err(NodeError::WrongKind {
            expected: kind,
            actual: self.kind(),
            contents: value::to_display(self),
        })
    }
}
