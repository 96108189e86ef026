//! Places in an object that builds share, to write texts into.

use std::ops::Range;
use std::sync::OnceLock;

use yaml::Str;
use yaml::node::Layout;

use super::Reach;
use super::sheet::{Block, Sheet, header, indentation};
use crate::config::FieldSpec;
use crate::node::{Map, Node, NotJson, Scalar, to_value_in};

/// A scalar in a tree, or where there will be one.
#[derive(Debug)]
pub(crate) struct Place {
    /// Fields and items on the way, by their number, as far as there are any.
    path: Vec<usize>,
    /// Fields that are made behind them.
    missing: Vec<Str>,
    /// All fields on the way, by name.
    names: Vec<Str>,
    pub(super) role: Role,
    /// What stands there.
    pub(super) scalar: Option<Scalar>,
    spot: OnceLock<Option<Spot>>,
    in_reach: OnceLock<bool>,
}

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Name,
    Namespace,
    Annotation,
    Other,
}

impl Role {
    fn of(names: &[Str]) -> Self {
        let names: Vec<&str> = names.iter().map(Str::as_str).collect();
        match names[..] {
            ["metadata", "name"] => Self::Name,
            ["metadata", "namespace"] => Self::Namespace,
            ["metadata", "annotations", ..] => Self::Annotation,
            _ => Self::Other,
        }
    }
}

/// Where a place is in the text.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) range: Range<usize>,
    /// Columns of the line that stand there already.
    columns: usize,
    /// The lines above fields that are made.
    headers: String,
    /// The line in front of a scalar, when it is simple.
    front: Option<String>,
    depth: usize,
    name: Str,
    layout: Layout,
}

impl Place {
    /// A scalar that is there.
    pub(crate) fn of_scalar(path: &[usize], names: &[&Str], scalar: &Scalar) -> Self {
        Self::new(path, names, &[], Some(scalar.clone()))
    }

    /// A field that is made in the mapping at the end of a path, with those that lead to it.
    pub(crate) fn of_missing(path: &[usize], names: &[&Str], missing: &[&Str]) -> Self {
        Self::new(path, names, missing, None)
    }

    fn new(path: &[usize], names: &[&Str], missing: &[&Str], scalar: Option<Scalar>) -> Self {
        let list = |names: &[&Str]| -> Vec<Str> { names.iter().copied().cloned().collect() };
        let all = list(&[names, missing].concat());
        Self {
            path: path.to_vec(),
            missing: list(missing),
            role: Role::of(&all),
            names: all,
            scalar,
            spot: OnceLock::new(),
            in_reach: OnceLock::new(),
        }
    }

    /// Whether it is a field of the object itself, as its kind is.
    pub(super) fn is_at_the_top(&self) -> bool {
        self.names.len() < 2
    }

    /// The field that it is itself.
    pub(super) fn key(&self) -> Option<&Str> {
        self.names.last()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.path == other.path && self.missing == other.missing
    }

    /// Whether one leads through the other.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.missing.len() != other.missing.len()
            && self.path == other.path
            && (self.missing.starts_with(&other.missing)
                || other.missing.starts_with(&self.missing))
    }

    /// Whether it is at a field, on the way there, or behind.
    pub(super) fn is_along(&self, field: &FieldSpec) -> bool {
        let path = field.segments.iter().map(|segment| &segment.name);
        self.names
            .iter()
            .zip(path)
            .all(|(name, other)| name == other)
    }

    /// Whether a field with some name leads there.
    pub(super) fn is_below(&self, is_name: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|name| is_name(name))
    }

    /// Whether something of `reach` leads here. An object has one reach.
    pub(super) fn is_in(&self, reach: &Reach) -> bool {
        *self.in_reach.get_or_init(|| reach.meets(&self.names))
    }

    /// Puts a scalar there.
    pub(super) fn set(&self, tree: &mut Node, scalar: &Scalar) {
        let mut at = Some(tree);
        for step in &self.path {
            at = at.and_then(|node| node.child_mut(*step));
        }
        for name in &self.missing {
            at = at.and_then(|node| node.get_or_push(name, Node::map));
        }
        if let Some(node) = at {
            *node = Node::Scalar(scalar.clone());
        }
    }

    /// Where it is in the text. None when only the tree can be printed.
    pub(super) fn spot(&self, sheet: &Sheet) -> Option<&Spot> {
        let spot = self.spot.get_or_init(|| Spot::of(self, sheet));
        spot.as_ref()
    }

    /// How many bytes of text come into the object with a scalar, and how many go.
    pub(super) fn sizes(&self, scalar: &Scalar) -> (usize, usize) {
        let made: usize = self.missing.iter().map(|name| name.len()).sum();
        let gone = self.scalar.as_ref().map_or(0, |scalar| scalar.text.len());
        (made + scalar.text.len(), gone)
    }
}

impl Spot {
    fn of(place: &Place, sheet: &Sheet) -> Option<Self> {
        let mut block = &sheet.root;
        let (last, way) = match &place.missing[..] {
            [] => {
                let (last, way) = place.path.split_last()?;
                (Some(*last), way)
            }
            _ => (None, &place.path[..]),
        };
        for step in way {
            block = block.parts.get(*step)?.inner.as_ref()?;
        }
        match last {
            Some(at) => Self::of_field(block, at),
            None => Self::of_missing(block, &place.missing),
        }
    }

    fn of_field(block: &Block, at: usize) -> Option<Self> {
        let part = block.parts.get(at).filter(|part| !part.is_item())?;
        let columns = indentation(block.depth);
        let front = front(block.depth, &part.name);
        Some(Self {
            range: part.place.clone(),
            columns,
            headers: String::new(),
            front: front.map(|front| front[columns..].to_owned()),
            depth: block.depth,
            name: part.name.clone(),
            layout: block.layout,
        })
    }

    fn of_missing(block: &Block, missing: &[Str]) -> Option<Self> {
        let mut names = Vec::with_capacity(missing.len());
        for name in missing {
            names.push(block.names.of(&Scalar::untagged(name))?);
        }
        let (name, above) = names.split_last()?;
        let line = block.line_of_new(names.first()?)?;
        let mut headers = String::new();
        for (name, depth) in above.iter().zip(block.depth..) {
            headers.push_str(&header(depth, name)?);
        }
        let depth = block.depth + above.len();
        // Mappings that are made are written in blocks, unless they stand in brackets.
        let layout = match above {
            [] => block.layout,
            _ => Map::new().layout_in(block.layout),
        };
        Some(Self {
            range: line..line,
            columns: 0,
            headers,
            front: front(depth, name),
            depth,
            name: name.clone(),
            layout,
        })
    }

    /// Appends the lines with a scalar, but for the columns that are there.
    pub(super) fn encode(&self, scalar: &Scalar, out: &mut String) -> Result<(), NotJson> {
        out.push_str(&self.headers);
        if let Some(front) = self.front.as_ref().filter(|_| scalar.is_word()) {
            for text in [front, " ", &scalar.text, "\n"] {
                out.push_str(text);
            }
            return Ok(());
        }
        let value = to_value_in(&Node::Scalar(scalar.clone()), self.layout)?;
        let start = out.len();
        yaml::encode_entry(out, self.depth, &self.name, &value);
        out.replace_range(start..start + self.columns, "");
        Ok(())
    }
}

fn front(depth: usize, name: &str) -> Option<String> {
    let header = header(depth, name)?;
    header.strip_suffix('\n').map(str::to_owned)
}
