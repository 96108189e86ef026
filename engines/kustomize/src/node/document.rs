//! Documents that lie in texts: changed, and printed again with their comments and styles.

use yaml::node::{Content, Layout, Node as Written, SequenceIndent, Span, Tree};
use yaml::{Budget, ScalarStyle, Str};

use super::{Entry, Map, Node, Scalar, Style, Tag, read_first};

/// The tree as block YAML, as kyaml prints it.
pub(crate) fn write_block(node: &Node) -> String {
    print(Tree {
        head: String::new(),
        root: written(node),
        foot: String::new(),
    })
}

/// The document in `original` with the content of `node`, which was read from it and changed.
/// Everything that did not change keeps its comments and its style.
pub(crate) fn rewrite(original: &str, node: &Node) -> Option<String> {
    let trees = yaml::node::parse(original.as_bytes(), &Budget::default()).ok()?;
    let mut tree = trees.into_iter().next()?;
    update(&mut tree.root, node);
    Some(print(tree))
}

/// The text of a scalar once it is printed and read again: folding does not keep every text, and
/// not every block can be read.
pub(super) fn read_again(scalar: &Scalar) -> Result<Option<Str>, yaml::Error> {
    let mut map = Map::new();
    map.push(Scalar::untagged("text"), Node::Scalar(scalar.clone()));
    let node = read_first(write_block(&map.into()).as_bytes())?;
    let text = node.as_ref().and_then(|node| node.get("text"));
    Ok(text
        .and_then(Node::as_scalar)
        .map(|found| found.text.clone()))
}

fn print(tree: Tree) -> String {
    yaml::node::print(&[tree], SequenceIndent::Compact)
}

fn update(tree: &mut Written, node: &Node) {
    match (&mut tree.content, node) {
        (Content::Scalar(text, _), Node::Scalar(scalar)) => {
            if *text != scalar.text {
                *text = scalar.text.clone();
            }
        }
        (Content::Mapping(entries, _), Node::Map(map)) => {
            let known = entries.len();
            for (at, entry) in map.entries().iter().enumerate() {
                // A key that stands there twice is another field each time.
                let is_same = |other: &&Entry| other.key.text == entry.key.text;
                let earlier = map.entries()[..at].iter().filter(is_same).count();
                let found = entries[..known]
                    .iter_mut()
                    .filter(|(key, _)| key.as_str() == Some(&*entry.key.text))
                    .nth(earlier);
                match found {
                    Some((_, value)) => update(value, &entry.value),
                    None => entries.push((scalar(&entry.key), written(&entry.value))),
                }
            }
        }
        (Content::Sequence(items, _), Node::Seq(nodes)) => {
            for (at, node) in nodes.iter().enumerate() {
                match items.get_mut(at) {
                    Some(item) => update(item, node),
                    None => items.push(written(node)),
                }
            }
        }
        // What an alias stands for is changed where it is defined.
        (Content::Alias(_), _) => {}
        (_, node) => *tree = written(node),
    }
}

fn written(node: &Node) -> Written {
    match node {
        Node::Scalar(value) => scalar(value),
        Node::Seq(items) => made(
            Content::Sequence(items.iter().map(written).collect(), Layout::Block),
            "!!seq",
        ),
        Node::Map(map) => made(
            Content::Mapping(
                Map::entries(map)
                    .iter()
                    .map(|entry| (scalar(&entry.key), written(&entry.value)))
                    .collect(),
                Layout::Block,
            ),
            "!!map",
        ),
    }
}

fn scalar(scalar: &Scalar) -> Written {
    let style = match scalar.style {
        Style::Plain => ScalarStyle::Plain,
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Style::Literal => ScalarStyle::Literal,
        Style::Folded => ScalarStyle::Folded,
    };
    let tag = match scalar.tag {
        Tag::Unset | Tag::Custom => "",
        Tag::Str => "!!str",
        Tag::Int => "!!int",
        Tag::Float => "!!float",
        Tag::Bool => "!!bool",
        Tag::Null => "!!null",
        Tag::Timestamp | Tag::TaggedTimestamp => "!!timestamp",
        Tag::Binary => "!!binary",
        Tag::Merge => "!!merge",
    };
    made(Content::Scalar(scalar.text.clone(), style), tag)
}

fn made(content: Content, tag: &str) -> Written {
    Written {
        content,
        tag: tag.into(),
        tagged: false,
        anchor: None,
        comments: yaml::node::Comments::default(),
        span: Span::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{self, read_first};

    #[test]
    fn comments_stay_when_a_value_changes() {
        let original = "# head\na: old # why\nb: [\"1\"]\n";
        let mut node = read_first(original.as_bytes()).unwrap().unwrap();
        node::set_field_str(&mut node, "a", "new").unwrap();
        node::set_field_str(&mut node, "c", "x").unwrap();
        assert_eq!(
            rewrite(original, &node).unwrap(),
            "# head\na: new # why\nb: [\"1\"]\nc: x\n"
        );
    }
}
