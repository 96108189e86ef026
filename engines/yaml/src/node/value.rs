//! Values to nodes, for printing them as go-yaml v3's `Marshal` does.

use super::print::{SequenceIndent, print};
use super::{Comments, Content, Layout, Node, ScalarStyle, Tree};
use crate::encode::order;
use crate::{Grammar, Str, Value, number, resolve};

impl From<&Value> for Node {
    fn from(value: &Value) -> Self {
        let plain = |text: Str, tag| Node::new(Content::Scalar(text, ScalarStyle::Plain), tag);
        match value {
            Value::Null => plain("null".into(), "!!null"),
            Value::Bool(value) => plain(value.to_string().into(), "!!bool"),
            Value::Int(value) => plain(value.to_string().into(), "!!int"),
            Value::Uint(value) => plain(value.to_string().into(), "!!int"),
            Value::Float(value) => {
                // A whole number is printed without a point; the tag is not worth showing.
                let text = number::format_general(*value);
                let tag = resolve::resolve(&text, Grammar::V3).tag();
                plain(text.into(), tag)
            }
            Value::Str(text) => {
                let quoted = !resolve::is_text(text, Grammar::V3)
                    || resolve::is_base_60(text)
                    || resolve::old_boolean(text).is_some();
                let style = match quoted {
                    _ if text.contains('\n') => ScalarStyle::Literal,
                    true => ScalarStyle::DoubleQuoted,
                    false => ScalarStyle::Plain,
                };
                Node::new(Content::Scalar(text.clone(), style), "!!str")
            }
            Value::Seq(items) => Node::sequence(items.iter().map(Node::from).collect()),
            Value::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key.clone(), value.into()));
                Node::sorted_mapping(entries.collect())
            }
        }
    }
}

/// `value` as go-yaml v3's encoder prints the same data held in Go maps: keys in natural order,
/// floats as they are. What Helm's `toYamlPretty` prints, with [`SequenceIndent::Wide`].
pub fn encode_v3(value: impl Into<Node>, indent: SequenceIndent) -> String {
    let tree = Tree {
        head: String::new(),
        root: value.into(),
        foot: String::new(),
    };
    print(&[tree], indent)
}

impl Node {
    /// A list.
    pub fn sequence(items: Vec<Node>) -> Self {
        Self::new(Content::Sequence(items, Layout::Block), "!!seq")
    }

    /// A mapping in the order of its entries, as a Go struct is printed.
    pub fn mapping(entries: Vec<(Str, Node)>) -> Self {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (Self::from(&Value::from(key)), value))
            .collect();
        Self::new(Content::Mapping(entries, Layout::Block), "!!map")
    }

    /// A mapping in the natural order of its keys, as a Go map is printed.
    pub fn sorted_mapping(entries: Vec<(Str, Node)>) -> Self {
        Self::mapping(order::sort(entries, |(key, _)| key, Grammar::V3))
    }

    /// The same node without the comments on it and in it.
    #[must_use]
    pub fn without_comments(mut self) -> Self {
        self.comments = Comments::default();
        self.content = match self.content {
            Content::Sequence(items, layout) => Content::Sequence(
                items.into_iter().map(Self::without_comments).collect(),
                layout,
            ),
            Content::Mapping(entries, layout) => Content::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.without_comments(), value.without_comments()))
                    .collect(),
                layout,
            ),
            content => content,
        };
        self
    }
}
