//! Edits of users' files: a scalar is replaced in the text, and no other byte changes.

mod path;
mod render;

pub use path::{NodePath, Step};

use crate::node::{self, Content, Node, Tree};
use crate::{Budget, Error, Value};

/// A file of YAML documents that is edited in place.
///
/// Comments, quotes, indentation, line ends and everything else that is not the replaced scalar
/// stay as they are, byte for byte. The new text is parsed before it is kept, so an edit either
/// means exactly what was asked for or is refused.
///
/// ```
/// use yaml::{Budget, Document, NodePath, Value};
///
/// let text = "image: 'app:1.0'  # keep me\n";
/// let mut document = Document::parse(text, &Budget::default())?;
/// document.set(&NodePath::new().key("image"), &Value::from("app:1.1"))?;
/// assert_eq!(document.text(), "image: 'app:1.1'  # keep me\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    /// Bytes of the byte order mark, which the spans of the trees do not count.
    offset: usize,
    trees: Vec<Tree>,
    budget: Budget,
}

/// Why an edit was refused. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// Nothing is at the path.
    #[error("{path} is not in the document")]
    NotFound {
        /// The path asked for.
        path: NodePath,
    },
    /// A collection or an alias is at the path.
    #[error("{path} at line {line} is {found}, only a scalar can be replaced")]
    NotScalar {
        /// The path asked for.
        path: NodePath,
        /// The line it is on.
        line: usize,
        /// What it is.
        found: &'static str,
    },
    /// A list or map was given as the new value.
    #[error("{path} cannot become a {given}: only a scalar can replace a scalar")]
    NotScalarValue {
        /// The path asked for.
        path: NodePath,
        /// What was given.
        given: &'static str,
    },
    /// The value cannot be written at this place without changing what is around it.
    #[error("{path} at line {line} cannot hold the new value: write it on a line of its own first")]
    NoRoom {
        /// The path asked for.
        path: NodePath,
        /// The line it is on.
        line: usize,
    },
}

impl Document {
    /// Parses a file by the grammar of go-yaml v3.
    ///
    /// # Errors
    ///
    /// As [`node::parse`].
    pub fn parse(text: impl Into<String>, budget: &Budget) -> Result<Self, Error> {
        let text = text.into();
        let trees = node::parse(text.as_bytes(), budget)?;
        let offset = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Ok(Self {
            text,
            offset,
            trees,
            budget: *budget,
        })
    }

    /// The file as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file as it is now.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The documents of the file.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// The node at `path`.
    pub fn get(&self, path: &NodePath) -> Option<&Node> {
        path.find(&self.trees)
    }

    /// The paths of all scalars that are values, in the order of the file.
    pub fn scalars(&self) -> Vec<NodePath> {
        let mut found = Vec::new();
        for (at, tree) in self.trees.iter().enumerate() {
            collect(&tree.root, &NodePath::of_document(at), &mut found);
        }
        found
    }

    /// Replaces the scalar at `path`. Its style is kept where it can hold the new value; tag and
    /// anchor stay.
    ///
    /// # Errors
    ///
    /// Nothing or no scalar is at `path`, `value` is no scalar, or the place cannot hold it.
    pub fn set(&mut self, path: &NodePath, value: &Value) -> Result<(), EditError> {
        self.set_all(&[(path.clone(), value.clone())])
    }

    /// Replaces several scalars at once: all of them or none.
    ///
    /// # Errors
    ///
    /// As [`Document::set`], for the first that cannot be replaced.
    pub fn set_all(&mut self, edits: &[(NodePath, Value)]) -> Result<(), EditError> {
        let mut splices = Vec::with_capacity(edits.len());
        let mut expected = self.trees.clone();
        for (path, value) in edits {
            splices.push(self.splice(path, value)?);
            if let Some(node) = path.find_mut(&mut expected) {
                render::assign(node, value);
            }
        }
        splices.sort_by_key(|splice| splice.start);
        let mut text = String::with_capacity(self.text.len());
        let mut copied = 0;
        for splice in &splices {
            // The later of two edits of one place would overwrite the earlier one.
            if splice.start < copied {
                return Err(self.no_room(&splice.path));
            }
            text.push_str(&self.text[copied..splice.start]);
            text.push_str(&splice.text);
            copied = splice.end;
        }
        text.push_str(&self.text[copied..]);

        let trees = node::parse(text.as_bytes(), &self.budget).ok();
        match trees {
            Some(trees) if render::same_meaning(&trees, &expected) => {
                self.text = text;
                self.trees = trees;
                Ok(())
            }
            _ => Err(self.no_room(edits.first().map_or(&NodePath::new(), |(path, _)| path))),
        }
    }

    /// What to write where for one edit.
    fn splice(&self, path: &NodePath, value: &Value) -> Result<Splice, EditError> {
        if matches!(value, Value::Seq(_) | Value::Map(_)) {
            return Err(EditError::NotScalarValue {
                path: path.clone(),
                given: value.kind(),
            });
        }
        let Some(node) = self.get(path) else {
            return Err(EditError::NotFound { path: path.clone() });
        };
        let not_scalar = |found| EditError::NotScalar {
            path: path.clone(),
            line: node.span.line,
            found,
        };
        let style = match &node.content {
            Content::Scalar(_, style) => *style,
            Content::Alias(_) => return Err(not_scalar("an alias")),
            Content::Sequence(..) => return Err(not_scalar("a list")),
            Content::Mapping(..) => return Err(not_scalar("a map")),
        };
        let (start, end) = (node.span.content + self.offset, node.span.end + self.offset);
        let start = start.min(end);
        let old = &self.text[start..end];
        let place = render::Place {
            old,
            before: &self.text[..start],
            in_flow: path.is_in_flow(&self.trees),
        };
        Ok(Splice {
            path: path.clone(),
            start,
            end,
            text: render::render(value, node, style, place),
        })
    }

    fn no_room(&self, path: &NodePath) -> EditError {
        let line = self.get(path).map_or(0, |node| node.span.line);
        EditError::NoRoom {
            path: path.clone(),
            line,
        }
    }
}

/// A part of the text and what replaces it.
struct Splice {
    path: NodePath,
    start: usize,
    end: usize,
    text: String,
}

fn collect(node: &Node, path: &NodePath, found: &mut Vec<NodePath>) {
    match &node.content {
        Content::Scalar(..) => found.push(path.clone()),
        Content::Alias(_) => {}
        Content::Sequence(items, _) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, &path.clone().item(at), found);
            }
        }
        Content::Mapping(entries, _) => {
            for (key, value) in entries {
                if let Some(key) = key.as_str() {
                    collect(value, &path.clone().key(key), found);
                }
            }
        }
    }
}
