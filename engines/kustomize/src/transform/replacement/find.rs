//! All fields that a path means: with wildcards, and elements selected by pattern
//! (`PathMatcher` of `kyaml/yaml/match.go`).

use super::path_error;
use crate::error::Error;
use crate::node::{self, Kind, Map, Node, NodeError, PathPart, Scalar, Style};
use crate::select::compile;

/// Why a path could not be followed, or a field not be set.
pub(super) enum Failure {
    Path(NodeError),
    Set(Error),
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Self {
        Self::Path(error)
    }
}

/// Called on every field that is found.
type Set<'f> = &'f mut dyn FnMut(&mut Node) -> Result<(), Error>;

/// Calls `set` on every field at `path`, and tells how many there are. With `create`, what is
/// missing is made, the field itself of that kind.
pub(super) fn each(
    node: &mut Node,
    path: &[String],
    create: Option<Kind>,
    set: Set<'_>,
) -> Result<usize, Failure> {
    let Some((first, rest)) = path.split_first() else {
        set(node).map_err(Failure::Set)?;
        return Ok(1);
    };
    match PathPart::parse(first) {
        Ok(PathPart::Index(index)) => at_index(node, index, rest, create, set),
        _ if node::is_list_index(first) => {
            let (field, value) = node::list_index_parts(first)?;
            let found = in_list(node, field, value, rest, create, set)?;
            if found > 0 || create.is_none() {
                return Ok(found);
            }
            append(node, element(field, value))?;
            in_list(node, field, value, rest, create, set)
        }
        Ok(PathPart::Wildcard) => {
            node.expect(Kind::Seq)?;
            let mut found = 0;
            for item in node.as_seq_mut().into_iter().flatten() {
                found += each(item, rest, create, set)?;
            }
            Ok(found)
        }
        _ => in_field(node, first, rest, create, set),
    }
}

fn kind_after(rest: &[String], last: Kind) -> Kind {
    match rest.first().map(String::as_str) {
        None | Some("") => last,
        Some(part) if node::is_list_index(part) => Kind::Seq,
        Some(part) if matches!(PathPart::parse(part), Ok(PathPart::Index(_))) => Kind::Seq,
        Some(_) => Kind::Map,
    }
}

fn append(list: &mut Node, item: Node) -> Result<(), NodeError> {
    list.expect(Kind::Seq)?;
    match list.as_seq_mut() {
        Some(items) => items.push(item),
        None => *list = vec![item].into(),
    }
    Ok(())
}

fn element(field: &str, value: &str) -> Node {
    if field.is_empty() {
        return Node::untagged(value);
    }
    let mut map = Map::new();
    map.push(Scalar::untagged(field), Node::untagged(value));
    map.into()
}

fn at_index(
    list: &mut Node,
    index: usize,
    rest: &[String],
    create: Option<Kind>,
    set: Set<'_>,
) -> Result<usize, Failure> {
    list.expect(Kind::Seq)?;
    let len = list.as_seq().map_or(0, <[Node]>::len);
    if let (true, Some(kind)) = (len == index, create) {
        append(list, Node::empty(kind_after(rest, kind)))?;
    }
    match list.as_seq_mut().and_then(|items| items.get_mut(index)) {
        Some(item) => each(item, rest, create, set),
        None => Err(NodeError::IndexOutOfRange { index, len }.into()),
    }
}

/// The elements whose field, as it is written, matches a pattern.
fn in_list(
    list: &mut Node,
    field: &str,
    pattern: &str,
    rest: &[String],
    create: Option<Kind>,
    set: Set<'_>,
) -> Result<usize, Failure> {
    list.expect(Kind::Seq)?;
    let pattern = compile(pattern).map_err(path_error)?;
    let mut found = 0;
    for item in list.as_seq_mut().into_iter().flatten() {
        if field.is_empty() {
            if pattern.is_match(&written(item)) {
                set(item).map_err(Failure::Set)?;
                found += 1;
            }
            continue;
        }
        let matches = item
            .get(field)
            .is_some_and(|value| pattern.is_match(&written(value)));
        if matches {
            found += each(item, rest, create, set)?;
        }
    }
    Ok(found)
}

/// A scalar with its quotes.
fn written(node: &Node) -> String {
    let Some(scalar) = node.as_scalar() else {
        return node::to_go_json(node).unwrap_or_default();
    };
    match scalar.style {
        Style::DoubleQuoted => format!("\"{}\"", scalar.text),
        Style::SingleQuoted => format!("'{}'", scalar.text),
        _ => scalar.text.trim().to_owned(),
    }
}

fn in_field(
    node: &mut Node,
    name: &str,
    rest: &[String],
    create: Option<Kind>,
    set: Set<'_>,
) -> Result<usize, Failure> {
    node.expect(Kind::Map)?;
    if node.get(name).is_none() {
        let Some(kind) = create else {
            return Ok(0);
        };
        if node.is_null() {
            *node = Node::map();
        }
        node::set_field(node, name, Node::empty(kind_after(rest, kind)))?;
    }
    let Some(field) = node.get_mut(name) else {
        return Ok(0);
    };
    if field.as_scalar().is_some() && !rest.is_empty() {
        // Text may hold a document of its own; what is set in it does not come back from here.
        let mut inner = super::structured::parse(field.text())
            .ok_or_else(|| path_error(format!("field {name:?} holds no document")))?;
        return each(&mut inner, rest, create, set);
    }
    each(field, rest, create, set)
}
