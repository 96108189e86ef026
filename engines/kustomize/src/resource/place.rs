//! Places in an object that builds share, to write texts into.

use std::ops::Range;
use std::sync::OnceLock;

use yaml::Str;
use yaml::node::Layout;

use super::Reach;
use super::marks::Marks;
use super::sheet::{Block, Sheet, header, indentation};
use super::writes::Written;
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
    /// Itself, among the places of the object.
    pub(super) mark: Marks,
    /// Those found before it that it leads through, or that lead through it.
    pub(super) rivals: Marks,
    /// What stands there.
    pub(super) scalar: Option<Scalar>,
    /// How many bytes the names of the fields that are made have.
    made: usize,
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
    /// Where a word comes, when the line is simple.
    word: Option<Word>,
    depth: usize,
    name: Str,
    layout: Layout,
}

/// A word in place of a part of the text.
#[derive(Debug)]
struct Word {
    range: Range<usize>,
    front: String,
    behind: &'static str,
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
            mark: Marks::default(),
            rivals: Marks::default(),
            made: missing.iter().map(|name| name.len()).sum(),
            names: all,
            scalar,
            spot: OnceLock::new(),
            in_reach: OnceLock::new(),
        }
    }

    /// Tells it apart from the other places of its object.
    pub(super) fn marked(self, mark: Marks, rivals: Marks) -> Self {
        Self {
            mark,
            rivals,
            ..self
        }
    }

    /// What stands there as builds share it.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        self.scalar.as_ref()
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
        let gone = self.scalar.as_ref().map_or(0, |scalar| scalar.text.len());
        (self.made + scalar.text.len(), gone)
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
            Some(at) => Self::of_field(&sheet.text, block, at),
            None => Self::of_missing(block, &place.missing),
        }
    }

    fn of_field(text: &str, block: &Block, at: usize) -> Option<Self> {
        let part = block.parts.get(at).filter(|part| !part.is_item())?;
        let columns = indentation(block.depth);
        let word = front(block.depth, &part.name)
            .map(|front| Word::in_place(text, part.place.clone(), &front[columns..]));
        Some(Self {
            range: part.place.clone(),
            columns,
            headers: String::new(),
            word,
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
        let word = front(depth, name).map(|front| Word {
            range: line..line,
            front: format!("{headers}{front}"),
            behind: "\n",
        });
        Some(Self {
            range: line..line,
            columns: 0,
            headers,
            word,
            depth,
            name: name.clone(),
            layout,
        })
    }

    /// Appends the text from some point on, with a scalar in this place, and tells how far it came.
    pub(super) fn print(
        &self,
        new: &Written,
        text: &str,
        from: usize,
        out: &mut String,
    ) -> Result<usize, NotJson> {
        let scalar = &new.scalar;
        if let Some(word) = self.word.as_ref().filter(|_| new.is_word) {
            out.push_str(&text[from..word.range.start]);
            if !word.front.is_empty() {
                out.push_str(&word.front);
            }
            out.push_str(&scalar.text);
            if !word.behind.is_empty() {
                out.push_str(word.behind);
            }
            return Ok(word.range.end);
        }
        out.push_str(&text[from..self.range.start]);
        out.push_str(&self.headers);
        let value = to_value_in(&Node::Scalar(scalar.clone()), self.layout)?;
        let start = out.len();
        yaml::encode_entry(out, self.depth, &self.name, &value);
        out.replace_range(start..start + self.columns, "");
        Ok(self.range.end)
    }
}

impl Word {
    /// In place of what stands in a field with this in front: of the scalar alone where the field is
    /// one line.
    fn in_place(text: &str, field: Range<usize>, front: &str) -> Self {
        let line = text[field.clone()].strip_prefix(front);
        let scalar = line.and_then(|line| line.strip_suffix('\n'));
        match scalar.filter(|scalar| !scalar.contains('\n')) {
            Some(_) => Self {
                range: field.start + front.len()..field.end - 1,
                front: String::new(),
                behind: "",
            },
            None => Self {
                range: field,
                front: front.to_owned(),
                behind: "\n",
            },
        }
    }
}

/// What stands in front of a word in a field.
fn front(depth: usize, name: &str) -> Option<String> {
    let header = header(depth, name)?;
    header.strip_suffix('\n').map(|line| format!("{line} "))
}
