//! One document to a tree (`kyaml/yaml/rnode.go`): aliases and merge keys are resolved on the way.

use std::collections::HashMap;

use yaml::node::Layout;
use yaml::{Budget, Dialect, NodeEvent, Resolved, ScalarStyle, Str};

use super::{Link, Map, Node, Scalar, Seq, Style, Tag, hints};

/// The first document, aliases and merge keys resolved.
pub(crate) fn read_first(bytes: &[u8]) -> Result<Option<Node>, yaml::Error> {
    let budget = Budget::default();
    let mut builder = Builder {
        stack: Vec::new(),
        anchors: HashMap::new(),
        texts: HashMap::new(),
        expanded: 0,
        limit: budget.values,
        root: None,
    };
    yaml::visit_first(bytes, Dialect::Kyaml, &budget, |event| {
        builder.event(&event)
    })?;
    let mut root = builder.root;
    if let (Some(root), Ok(text)) = (&mut root, std::str::from_utf8(bytes)) {
        hints::attach(text, root);
    }
    Ok(root)
}

/// A collection that is not complete yet.
struct Open {
    anchor: Option<String>,
    items: Collection,
}

enum Collection {
    Seq(Vec<Node>, Layout),
    Map {
        map: Map,
        key: Option<Scalar>,
        merges: Vec<Node>,
        merging: bool,
    },
}

/// A complete node that aliases may name.
struct Anchored {
    node: Node,
    /// How many nodes it stands for.
    size: usize,
}

struct Builder {
    stack: Vec<Open>,
    anchors: HashMap<String, Anchored>,
    /// Short texts that were met before, so that they are stored once.
    texts: HashMap<Box<str>, Str>,
    /// Nodes that came from aliases.
    expanded: usize,
    limit: usize,
    root: Option<Node>,
}

/// Texts up to this length are worth sharing.
const SHARED_LENGTH: usize = 24;

impl Builder {
    fn event(&mut self, event: &NodeEvent<'_>) -> Result<(), String> {
        match event {
            NodeEvent::Scalar {
                anchor,
                tag,
                text,
                style,
            } => {
                let node = Node::Scalar(self.scalar(*tag, text, *style));
                self.finish(*anchor, node)
            }
            NodeEvent::Alias(name) => self.alias(name),
            NodeEvent::SequenceStart(anchor, layout) => {
                self.open(*anchor, Collection::Seq(Vec::new(), *layout));
                Ok(())
            }
            NodeEvent::MappingStart(anchor, layout) => {
                self.open(
                    *anchor,
                    Collection::Map {
                        map: Map::written(*layout),
                        key: None,
                        merges: Vec::new(),
                        merging: false,
                    },
                );
                Ok(())
            }
            NodeEvent::SequenceEnd | NodeEvent::MappingEnd => self.close(),
        }
    }

    fn open(&mut self, anchor: Option<&str>, items: Collection) {
        self.stack.push(Open {
            anchor: anchor.map(str::to_owned),
            items,
        });
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(open) = self.stack.pop() else {
            return Ok(());
        };
        let node = match open.items {
            Collection::Seq(items, layout) => Seq::written(items, layout).into(),
            Collection::Map { map, merges, .. } if merges.is_empty() => map.into(),
            Collection::Map { map, merges, .. } => merged(&map, &merges).into(),
        };
        self.finish(open.anchor.as_deref(), node)
    }

    fn alias(&mut self, name: &str) -> Result<(), String> {
        let Some(anchored) = self.anchors.get(name) else {
            let open = self
                .stack
                .iter()
                .any(|open| open.anchor.as_deref() == Some(name));
            return Err(if open {
                format!("anchor '{name}' value contains itself")
            } else {
                format!("unknown anchor '{name}' referenced")
            });
        };
        self.expanded += anchored.size;
        if self.expanded > self.limit {
            return Err("document contains excessive aliasing".into());
        }
        let node = anchored.node.clone();
        self.place(node)
    }

    fn finish(&mut self, anchor: Option<&str>, node: Node) -> Result<(), String> {
        if let Some(anchor) = anchor {
            let anchored = Anchored {
                size: size(&node),
                node: node.clone(),
            };
            self.anchors.insert(anchor.to_owned(), anchored);
        }
        self.place(node)
    }

    /// Puts a complete node where it belongs.
    fn place(&mut self, node: Node) -> Result<(), String> {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.items {
            Collection::Seq(items, _) => items.push(node),
            Collection::Map {
                map,
                key,
                merges,
                merging,
            } => {
                if *merging {
                    *merging = false;
                    return merge_values(node, merges);
                }
                match (key.take(), node) {
                    // In quotes it is no merge key, and goes with the merge keys all the same.
                    (Some(key), _) if *key.text == *"<<" => {}
                    (Some(key), value) => map.push(key, value),
                    (None, Node::Scalar(scalar)) if scalar.tag == Tag::Merge => {
                        if !merges.is_empty() {
                            return Err("duplicate merge key".into());
                        }
                        *merging = true;
                    }
                    (None, Node::Scalar(scalar)) => *key = Some(scalar),
                    (None, _) => return Err("invalid map key: a collection".into()),
                }
            }
        }
        Ok(())
    }

    fn scalar(&mut self, tag: Option<&str>, text: &str, style: ScalarStyle) -> Scalar {
        let plain = style == ScalarStyle::Plain;
        let mut style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let tag = match tag.map(|tag| tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag)) {
            None | Some("!") if plain && text == "<<" => Tag::Merge,
            None | Some("!") if plain => resolved_tag(text),
            None | Some("!" | "str") => Tag::Str,
            Some(name @ ("int" | "float" | "bool" | "null" | "timestamp")) => {
                // An explicit tag counts whatever the quotes say.
                style = Style::Plain;
                match name {
                    "int" => Tag::Int,
                    "float" => Tag::Float,
                    "bool" => Tag::Bool,
                    "null" => Tag::Null,
                    _ => Tag::TaggedTimestamp,
                }
            }
            Some("merge") => Tag::Merge,
            Some("binary") => Tag::Binary,
            Some(_) => Tag::Custom,
        };
        Scalar {
            text: self.text(text),
            tag,
            link: Link::default(),
            style,
        }
    }

    fn text(&mut self, text: &str) -> Str {
        if text.len() > SHARED_LENGTH {
            return text.into();
        }
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let fresh = Str::from(text);
        self.texts.insert(text.into(), fresh.clone());
        fresh
    }
}

fn resolved_tag(text: &str) -> Tag {
    match yaml::resolve(text, Dialect::Kyaml) {
        Resolved::Null => Tag::Null,
        Resolved::Bool(_) => Tag::Bool,
        Resolved::Int(_) | Resolved::Uint(_) => Tag::Int,
        Resolved::Float(_) => Tag::Float,
        Resolved::Timestamp(_) => Tag::Timestamp,
        Resolved::Text => Tag::Str,
    }
}

fn size(node: &Node) -> usize {
    match node {
        Node::Scalar(_) => 1,
        Node::Seq(items) => 1 + items.iter().map(size).sum::<usize>(),
        Node::Map(map) => {
            let entries = map.entries().iter();
            1 + entries.map(|entry| 1 + size(&entry.value)).sum::<usize>()
        }
    }
}

/// The mappings that a merge key names, those that win last.
fn merge_values(node: Node, into: &mut Vec<Node>) -> Result<(), String> {
    match node {
        Node::Map(_) => into.push(node),
        Node::Seq(items) => {
            for item in items.iter().rev() {
                if item.as_map().is_none() {
                    return Err("map merge requires map or sequence of maps as the value".into());
                }
                into.push(item.clone());
            }
        }
        Node::Scalar(_) => {
            return Err("map merge requires map or sequence of maps as the value".into());
        }
    }
    Ok(())
}

/// The mapping with what it merges behind its own keys, which win.
fn merged(own: &Map, merges: &[Node]) -> Map {
    let mut out = own.clone();
    let sources = merges.iter().filter_map(Node::as_map);
    for source in sources.chain(std::iter::once(own)) {
        for entry in source.entries() {
            match out.position(&entry.key.text) {
                Some(at) => out.entries_mut()[at] = entry.clone(),
                None => out.push(entry.key.clone(), entry.value.clone()),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, String> {
        match read_first(text.as_bytes()) {
            Ok(node) => Ok(node.unwrap()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn merge_keys_give_way_to_own_keys() {
        let doc = read("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n").unwrap();
        let y = doc.get("y").unwrap();
        assert_eq!(y.get("a").map(Node::text), Some("1"));
        assert_eq!(y.get("b").map(Node::text), Some("3"));
    }

    #[test]
    fn alias_bombs_hit_the_budget() {
        let mut text = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..10 {
            let alias = format!("*a{}", level - 1);
            let items = vec![alias; 10].join(",");
            text.extend([format!("a{level}: &a{level} [{items}]\n")]);
        }
        let error = read(&text).unwrap_err();
        assert!(error.contains("excessive aliasing"));
    }
}
