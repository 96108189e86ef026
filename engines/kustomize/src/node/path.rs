//! Paths into a tree: splitting, looking up, creating on the way, setting.
//!
//! A part of a path is a field name, an index, `-` for the last element, or `[field=value]` for
//! the element with that field (`kyaml/yaml/fns.go`, `kyaml/utils/pathsplitter.go`).

use yaml::Str;

use super::{Kind, Map, Node, NodeError, Scalar, Style};

/// One part of a path, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathPart<'a> {
    Index(usize),
    Last,
    /// `[field=value]`; the field is empty for lists of scalars.
    Element {
        field: &'a str,
        value: &'a str,
    },
    Wildcard,
    Field(&'a str),
}

impl<'a> PathPart<'a> {
    /// Reads one part.
    pub(crate) fn parse(part: &'a str) -> Result<Self, NodeError> {
        if let Some(index) = go_atoi(part) {
            return usize::try_from(index)
                .map(Self::Index)
                .map_err(|_| NodeError::NegativeIndex(index));
        }
        match part {
            "-" => Ok(Self::Last),
            "*" => Ok(Self::Wildcard),
            _ if is_list_index(part) => {
                let (field, value) = list_index_parts(part)?;
                Ok(Self::Element { field, value })
            }
            _ => Ok(Self::Field(part)),
        }
    }
}

/// A decimal number as `strconv.Atoi` reads it.
fn go_atoi(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Has the form of `[…]`.
pub(crate) fn is_list_index(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// Whether a part names a field and nothing else.
pub(crate) fn is_plain_field(part: &str) -> bool {
    part.trim() == part
        && !matches!(part, "" | "-" | "*")
        && !is_list_index(part)
        && go_atoi(part).is_none()
}

fn is_number(part: &str) -> bool {
    go_atoi(part).is_some_and(|index| index >= 0)
}

/// Field and value of `[field=value]`.
pub(crate) fn list_index_parts(part: &str) -> Result<(&str, &str), NodeError> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or(NodeError::ListIndex)
}

/// Splits at the delimiter unless a backslash stands before it; a leading delimiter is ignored.
pub(crate) fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = path.split(delimiter).peekable();
    let mut first = parts.next().unwrap_or_default();
    if first.is_empty() && parts.peek().is_some() {
        first = parts.next().unwrap_or_default();
    }
    let mut out = vec![first.to_owned()];
    for part in parts {
        match out.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            _ => out.push(part.to_owned()),
        }
    }
    out
}

/// Like [`split_path`], but a part in brackets may contain the delimiter.
pub(crate) fn split_path_smart(path: &str, delimiter: char) -> Vec<String> {
    let mut out = Vec::new();
    let mut parts = split_path(path, delimiter).into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            out.push(part);
            continue;
        }
        let mut bracketed = part;
        for more in parts.by_ref() {
            bracketed.push(delimiter);
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        if bracketed.contains('=') {
            out.push(bracketed);
        } else {
            out.push(bracketed.trim_matches(['[', ']']).to_owned());
        }
    }
    out
}

/// Where one part leads from `node`: the position among its children.
fn position(node: &Node, part: &PathPart<'_>) -> Result<Option<usize>, NodeError> {
    match part {
        PathPart::Field(name) => {
            node.expect(Kind::Map)?;
            Ok(node.as_map().and_then(|map| map.position(name)))
        }
        PathPart::Index(index) => {
            node.expect(Kind::Seq)?;
            let len = node.as_seq().map_or(0, <[Node]>::len);
            Ok((*index < len).then_some(*index))
        }
        PathPart::Last => {
            node.expect(Kind::Seq)?;
            Ok(node.as_seq().and_then(|items| items.len().checked_sub(1)))
        }
        PathPart::Element { field, value } => {
            node.expect(Kind::Seq)?;
            let items = node.as_seq().unwrap_or_default();
            Ok(items.iter().position(|item| {
                if field.is_empty() {
                    item.text() == *value
                } else {
                    item.get(field).is_some_and(|found| found.text() == *value)
                }
            }))
        }
        PathPart::Wildcard => Err(NodeError::Wildcard),
    }
}

fn child(node: &Node, at: usize) -> Option<&Node> {
    match node {
        Node::Map(map) => map.entries.get(at).map(|entry| &entry.value),
        Node::Seq(items) => items.get(at),
        Node::Scalar(_) => None,
    }
}

fn cleaned<S: AsRef<str>>(path: &[S]) -> impl Iterator<Item = &str> {
    path.iter()
        .map(|part| part.as_ref().trim())
        .filter(|part| !part.is_empty())
}

/// The node at the end of a path, when there is one.
///
/// # Errors
///
/// When a node on the way is of another kind than its part needs.
pub(crate) fn lookup<'n, S: AsRef<str>>(
    node: &'n Node,
    path: &[S],
) -> Result<Option<&'n Node>, NodeError> {
    let mut current = node;
    for part in cleaned(path) {
        let part = PathPart::parse(part)?;
        let next = position(current, &part)?.and_then(|at| child(current, at));
        let Some(next) = next else {
            return Ok(None);
        };
        current = next;
    }
    Ok(Some(current))
}

/// [`lookup`] for writing. Nothing is copied when the path leads nowhere.
pub(crate) fn lookup_mut<'n, S: AsRef<str>>(
    node: &'n mut Node,
    path: &[S],
) -> Result<Option<&'n mut Node>, NodeError> {
    if lookup(node, path)?.is_none() {
        return Ok(None);
    }
    let mut current = node;
    for part in cleaned(path) {
        let part = PathPart::parse(part)?;
        let at = position(current, &part)?;
        let Some(next) = at.and_then(|at| current.child_mut(at)) else {
            return Ok(None);
        };
        current = next;
    }
    Ok(Some(current))
}

/// The node at the end of a path, made with everything on the way when it is missing.
///
/// Nothing is created below a null, or for an index out of range: the answer is `None` then.
pub(crate) fn lookup_create<'n, S: AsRef<str>>(
    node: &'n mut Node,
    kind: Kind,
    path: &[S],
) -> Result<Option<&'n mut Node>, NodeError> {
    let parts: Vec<&str> = cleaned(path).collect();
    let mut current = node;
    for (at, text) in parts.iter().enumerate() {
        let part = PathPart::parse(text)?;
        let found = match position(current, &part)? {
            Some(found) => found,
            None if current.is_null() => return Ok(None),
            None => match &part {
                PathPart::Field(name) => {
                    let made = Node::empty(kind_for(parts.get(at + 1).copied(), kind));
                    append_entry(current, name, made)?
                }
                PathPart::Element { field, value } => append_item(current, element(field, value))?,
                _ => return Ok(None),
            },
        };
        let Some(next) = current.child_mut(found) else {
            return Ok(None);
        };
        current = next;
    }
    Ok(Some(current))
}

/// What a missing field becomes, given the part after it.
pub(crate) fn kind_for(next: Option<&str>, last: Kind) -> Kind {
    match next {
        None | Some("") => last,
        Some(part) if is_list_index(part) || is_number(part) => Kind::Seq,
        Some(_) => Kind::Map,
    }
}

/// The element that `[field=value]` asks for.
pub(crate) fn element(field: &str, value: &str) -> Node {
    if field.is_empty() {
        return Node::untagged(value);
    }
    let mut map = Map::new();
    map.push(Scalar::untagged(field), Node::untagged(value));
    map.into()
}

fn append_entry(node: &mut Node, name: &str, value: Node) -> Result<usize, NodeError> {
    node.expect(Kind::Map)?;
    let Some(map) = node.as_map_mut() else {
        return Err(NodeError::NotACollection);
    };
    map.push(Scalar::untagged(name), value);
    Ok(map.len() - 1)
}

/// Appends to a sequence.
pub(crate) fn append_item(node: &mut Node, item: Node) -> Result<usize, NodeError> {
    node.expect(Kind::Seq)?;
    let Some(items) = node.as_seq_mut() else {
        return Err(NodeError::NotACollection);
    };
    items.push(item);
    Ok(items.len() - 1)
}

/// Takes a field away.
pub(crate) fn clear(node: &mut Node, name: &str) -> Result<Option<Node>, NodeError> {
    node.expect(Kind::Map)?;
    if node.get(name).is_none() {
        return Ok(None);
    }
    Ok(node.as_map_mut().and_then(|map| map.remove(name)))
}

/// Sets a field. A null value clears it; an existing scalar passes its style on.
pub(crate) fn set_field(node: &mut Node, name: &str, mut value: Node) -> Result<(), NodeError> {
    if value.is_null() {
        clear(node, name)?;
        return Ok(());
    }
    node.expect(Kind::Map)?;
    if let Some(existing) = node.get_mut(name) {
        if let (Node::Scalar(new), Node::Scalar(old)) = (&mut value, &*existing) {
            new.style = old.style;
            new.link = old.link;
        }
        *existing = value;
        return Ok(());
    }
    if let Node::Scalar(new) = &mut value {
        new.quote_if_ambiguous();
    }
    let Some(map) = node.as_map_mut() else {
        return Ok(());
    };
    map.push(Scalar::untagged(name), value);
    Ok(())
}

/// Sets a field as [`set_field`] does to text, which has the style that it gets where it is new.
pub(crate) fn set_text(node: &mut Node, name: &Str, mut text: Scalar) -> Result<(), NodeError> {
    node.expect(Kind::Map)?;
    if let Some(existing) = node.get_mut(name) {
        match existing {
            Node::Scalar(old) => (text.style, text.link) = (old.style, old.link),
            _ => text.style = Style::Plain,
        }
        *existing = Node::Scalar(text);
    } else if let Some(map) = node.as_map_mut() {
        map.push(Scalar::untagged(name), Node::Scalar(text));
    }
    Ok(())
}

/// Sets a field to untagged text.
pub(crate) fn set_field_str(node: &mut Node, name: &str, text: &str) -> Result<(), NodeError> {
    set_field(node, name, Node::untagged(text))
}

/// Replaces a scalar, keeping its style.
pub(crate) fn set_scalar(node: &mut Node, mut value: Scalar) -> Result<(), NodeError> {
    node.expect(Kind::Scalar)?;
    if let Node::Scalar(old) = &*node {
        value.style = old.style;
        value.link = old.link;
    }
    *node = Node::Scalar(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_split_at_unescaped_delimiters() {
        assert_eq!(split_path("a/b\\/c/d", '/'), ["a", "b/c", "d"]);
        assert_eq!(split_path("/a", '/'), ["a"]);
        assert_eq!(split_path("", '/'), [""]);
    }

    #[test]
    fn brackets_hold_delimiters_together() {
        assert_eq!(
            split_path_smart("spec.c.[name=a.b].image", '.'),
            ["spec", "c", "[name=a.b]", "image"]
        );
        assert_eq!(
            split_path_smart("metadata.annotations.[a.b/c]", '.'),
            ["metadata", "annotations", "a.b/c"]
        );
    }

    #[test]
    fn creation_makes_lists_for_element_selectors() {
        let mut node = Node::map();
        let made = lookup_create(&mut node, Kind::Scalar, &["spec", "c", "[name=x]", "image"]);
        *made.unwrap().unwrap() = Node::string("i");
        let found = lookup(&node, &["spec", "c", "0", "image"]).unwrap();
        assert_eq!(found.map(Node::text), Some("i"));
    }

    #[test]
    fn a_field_below_a_scalar_is_an_error() {
        let mut node = Node::map();
        set_field(&mut node, "a", Node::string("x")).unwrap();
        assert!(matches!(
            lookup(&node, &["a", "b"]),
            Err(NodeError::WrongKind { .. })
        ));
    }
}
