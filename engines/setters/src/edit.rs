//! One file: find the markers, replace the scalars, tell what changed.

use std::collections::{BTreeMap, HashSet};

use yaml::node::{Content, Node};
use yaml::{Budget, Document, EditError, NodePath, Value};

use crate::candidate::has_token;
use crate::changes::{Change, ObjectChanges, ObjectId};
use crate::image::{InvalidImage, Policy};
use crate::marker::setter_of;
use crate::separator::bad_separator;

/// What one file may cost. The trees of its old and its new text are held at once.
const BUDGET: Budget = Budget {
    bytes: 32 << 20,
    depth: 500,
    values: 400_000,
};

/// The values that markers can ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setters {
    values: BTreeMap<String, String>,
}

/// What became of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It asks for nothing, or for what it already holds.
    Untouched,
    /// It got new values.
    Edited(Edited),
    /// It has markers but cannot be edited; the others go on (F3).
    Skipped(Skipped),
}

/// A file with new values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole file.
    pub text: String,
    /// What changed in it; never empty.
    pub objects: ObjectChanges,
}

/// Why a file that has markers was left alone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Skipped {
    /// It is not UTF-8.
    #[error("not UTF-8 text: {0}")]
    Encoding(#[from] std::str::Utf8Error),
    /// It is no YAML.
    #[error("not YAML: {0}")]
    Syntax(#[from] yaml::Error),
    /// A line between documents carries content.
    #[error("invalid document separator: {0}")]
    Separator(String),
    /// A document is a list or a scalar, so it holds no object.
    #[error("document {document} at line {line} is not a map")]
    NotMap {
        /// Its number, from 1.
        document: usize,
        /// Where it starts, from 1.
        line: usize,
    },
    /// A marked scalar stands where the new value cannot be written.
    #[error(transparent)]
    Place(#[from] EditError),
}

/// A scalar that is to be replaced.
struct Edit {
    path: NodePath,
    object: ObjectId,
    change: Change,
}

impl Setters {
    /// The setters of `policies`.
    ///
    /// # Errors
    ///
    /// The image of a policy is no reference.
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Result<Self, InvalidImage> {
        let mut values = BTreeMap::new();
        for policy in policies {
            policy.latest.check()?;
            values.extend(policy.setters());
        }
        Ok(Self { values })
    }

    /// Whether there is nothing that a marker could ask for.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Writes the values that the markers of a file ask for. All of them are written, or the file is skipped.
    pub fn edit(&self, bytes: &[u8]) -> Outcome {
        if !has_token(bytes) {
            return Outcome::Untouched;
        }
        match self.try_edit(bytes) {
            Ok(Some(edited)) => Outcome::Edited(edited),
            Ok(None) => Outcome::Untouched,
            Err(skipped) => Outcome::Skipped(skipped),
        }
    }

    fn try_edit(&self, bytes: &[u8]) -> Result<Option<Edited>, Skipped> {
        let text = std::str::from_utf8(bytes)?;
        if let Some(line) = bad_separator(text) {
            return Err(Skipped::Separator(line.to_owned()));
        }
        let mut document = Document::parse(text, &BUDGET)?;
        let edits = self.edits(&document)?;
        if edits.is_empty() {
            return Ok(None);
        }
        let values: Vec<(NodePath, Value)> = edits
            .iter()
            .map(|edit| {
                (
                    edit.path.clone(),
                    Value::from(edit.change.new_value.as_str()),
                )
            })
            .collect();
        document.set_all(&values)?;
        let mut objects = ObjectChanges::new();
        for edit in edits {
            objects.entry(edit.object).or_default().push(edit.change);
        }
        Ok(Some(Edited {
            text: document.into_text(),
            objects,
        }))
    }

    fn edits(&self, document: &Document) -> Result<Vec<Edit>, Skipped> {
        let mut found = Vec::new();
        let trees = document.trees();
        for (at, tree) in trees.iter().enumerate() {
            let root = &tree.root;
            match &root.content {
                Content::Mapping(..) => {}
                Content::Scalar(..) if root.tag == "!!null" => continue,
                _ => {
                    return Err(Skipped::NotMap {
                        document: at + 1,
                        line: root.span.line,
                    });
                }
            }
            let path = NodePath::of_document(at);
            match list_items(root).filter(|_| trees.len() == 1) {
                Some(items) => {
                    let path = path.key("items");
                    for (at, item) in items.iter().enumerate() {
                        self.visit(item, &path.clone().item(at), &object_of(item), &mut found);
                    }
                }
                None => self.visit(root, &path, &object_of(root), &mut found),
            }
        }
        Ok(found)
    }

    /// Collects the scalars below `node` that are to change. Aliases stand for what is visited where it is written (M3).
    fn visit(&self, node: &Node, path: &NodePath, object: &ObjectId, found: &mut Vec<Edit>) {
        match &node.content {
            Content::Alias(_) => {}
            Content::Scalar(old, _) => {
                let Some(setter) = setter_of(node, |name| self.values.contains_key(name)) else {
                    return;
                };
                let Some(new) = self.values.get(&setter).filter(|new| **new != **old) else {
                    return;
                };
                found.push(Edit {
                    path: path.clone(),
                    object: object.clone(),
                    change: Change {
                        old_value: old.to_string(),
                        new_value: new.clone(),
                        setter,
                    },
                });
            }
            Content::Sequence(items, _) => {
                for (at, item) in items.iter().enumerate() {
                    self.visit(item, &path.clone().item(at), object, found);
                }
            }
            Content::Mapping(entries, _) => {
                // Of equal keys the first one counts.
                let mut seen = HashSet::new();
                for (key, value) in entries {
                    if let Some(key) = key.as_str()
                        && seen.insert(key)
                    {
                        self.visit(value, &path.clone().key(key), object, found);
                    }
                }
            }
        }
    }
}

/// The items of a list of objects, each of which is an object of its own (F11).
fn list_items(root: &Node) -> Option<&[Node]> {
    let kind = root.get("kind").and_then(Node::as_str)?;
    match &root.get("items")?.content {
        Content::Sequence(items, _) if matches!(kind, "List" | "ResourceList") => Some(items),
        _ => None,
    }
}

fn object_of(node: &Node) -> ObjectId {
    let text = |node: Option<&Node>| match node {
        Some(node) if node.tag != "!!null" => node.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let metadata = node.get("metadata");
    ObjectId {
        api_version: text(node.get("apiVersion")),
        kind: text(node.get("kind")),
        name: text(metadata.and_then(|metadata| metadata.get("name"))),
        namespace: text(metadata.and_then(|metadata| metadata.get("namespace"))),
    }
}
