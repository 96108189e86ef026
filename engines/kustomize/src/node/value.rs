//! Nodes to values and back.

use std::collections::HashSet;

use yaml::node::Layout;
use yaml::{JsonEscape, Str, Value};

use super::{Entry, Map, Node, Scalar, Style, Tag, document};

/// Why a tree cannot be printed. The way leads through JSON, which has fewer things than YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotJson {
    #[error("object member name must be a string: key `{0}`; quote it")]
    Key(Str),
    #[error("mapping key \"{0}\" already defined")]
    DuplicateKey(Str),
    #[error("json: unsupported value: {0}")]
    Number(&'static str),
    #[error("yaml: unmarshal errors:\n  {0}")]
    Tag(String),
    #[error("yaml: control characters are not allowed")]
    Control,
    #[error("yaml: map merge requires map or sequence of maps as the value")]
    Merge,
    #[error(transparent)]
    Block(#[from] yaml::Error),
}

/// The value that a node is when it is printed.
pub(crate) fn to_value(node: &Node) -> Result<Value, NotJson> {
    to_value_in(node, Layout::Block)
}

/// [`to_value`] of a node that stands in something that is written so.
pub(crate) fn to_value_in(node: &Node, layout: Layout) -> Result<Value, NotJson> {
    match node {
        Node::Scalar(scalar) => scalar_value(scalar, layout),
        Node::Seq(items) => {
            let layout = items.layout_in(layout);
            let items = items.iter().map(|item| to_value_in(item, layout));
            items.collect::<Result<Vec<_>, _>>().map(Value::from)
        }
        Node::Map(map) => map_value(map, map.layout_in(layout), key_text),
    }
}

/// The value of a whole document. The names of its own fields are taken as written, whatever type
/// they would have further down.
pub(crate) fn to_object(node: &Node) -> Result<Value, NotJson> {
    match node {
        Node::Map(map) => {
            let layout = map.layout_in(Layout::Block);
            map_value(map, layout, |key| Ok(key.text.clone()))
        }
        other => to_value(other),
    }
}

fn scalar_value(scalar: &Scalar, layout: Layout) -> Result<Value, NotJson> {
    let flow = layout == Layout::Flow;
    if flow && scalar.is_quoted_in_brackets() {
        return Ok(Value::Str(scalar.text.clone()));
    }
    match scalar.value().map_err(NotJson::Tag)? {
        Value::Str(text) if has_control_characters(&text) => Err(NotJson::Control),
        Value::Str(text) if !flow && scalar.may_change_in_a_block() => {
            Ok(Value::Str(document::read_again(scalar)?.unwrap_or(text)))
        }
        Value::Float(number) if number.is_nan() => Err(NotJson::Number("NaN")),
        Value::Float(number) if number == f64::INFINITY => Err(NotJson::Number("+Inf")),
        Value::Float(number) if number == f64::NEG_INFINITY => Err(NotJson::Number("-Inf")),
        value => Ok(value),
    }
}

/// Characters that JSON does not escape and YAML does not allow.
fn has_control_characters(text: &str) -> bool {
    // Hardly any text has a byte beyond ASCII.
    let unusual = text.bytes().any(|byte| byte >= 0x7F);
    let forbidden =
        |char| matches!(char, '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
    unusual && text.contains(forbidden)
}

fn map_value(
    map: &Map,
    layout: Layout,
    name_of: impl Fn(&Scalar) -> Result<Str, NotJson>,
) -> Result<Value, NotJson> {
    let mut out = yaml::Map::with_capacity(map.len());
    let mut seen: HashSet<&str> = HashSet::new();
    let mut merges = None;
    for Entry { key, value, .. } in map.entries() {
        if key.is_merge_key() {
            merges = Some(value);
            continue;
        }
        let name = name_of(key)?;
        if !is_printable_name(&name) {
            return Err(NotJson::Control);
        }
        let known = if map.len() > 16 {
            !seen.insert(&key.text)
        } else {
            out.contains_key(&name)
        };
        if known {
            return Err(NotJson::DuplicateKey(name));
        }
        let value = to_value_in(value, layout)?;
        out.insert(name, value);
    }
    if let Some(merges) = merges {
        merge_into(&mut out, merges)?;
    }
    Ok(out.into())
}

/// Adds what a merge key names; what is there already stays.
fn merge_into(out: &mut yaml::Map, from: &Node) -> Result<(), NotJson> {
    match from {
        Node::Map(_) => {
            let Value::Map(map) = to_value(from)? else {
                return Err(NotJson::Merge);
            };
            for (key, value) in map.iter() {
                out.get_or_insert(key, || value.clone());
            }
            Ok(())
        }
        Node::Seq(items) if items.iter().all(|item| item.as_map().is_some()) => {
            items.iter().try_for_each(|item| merge_into(out, item))
        }
        _ => Err(NotJson::Merge),
    }
}

fn is_printable_name(name: &str) -> bool {
    !has_control_characters(name) && !name.contains('\u{85}')
}

/// The name of a field of a document. None when it cannot be printed, or means something else.
pub(crate) fn name_as_written(key: &Scalar) -> Option<Str> {
    (!key.is_merge_key() && is_printable_name(&key.text)).then(|| key.text.clone())
}

/// The name of a field further down. None when it cannot be printed, or means something else.
pub(crate) fn name_as_resolved(key: &Scalar) -> Option<Str> {
    if key.is_merge_key() {
        return None;
    }
    key_text(key).ok().filter(|name| is_printable_name(name))
}

/// The name of a field. Numbers become text, truth values and null are no names.
fn key_text(key: &Scalar) -> Result<Str, NotJson> {
    // No word that means something else is so long.
    let is_word =
        |text: &str| text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if key.tag == Tag::Str || (key.tag == Tag::Unset && is_word(&key.text)) {
        return Ok(key.text.clone());
    }
    match key.value().map_err(NotJson::Tag)? {
        Value::Str(text) => Ok(text),
        number @ (Value::Int(_) | Value::Uint(_) | Value::Float(_)) => {
            Ok(number.to_go_json(JsonEscape::Plain).into())
        }
        _ => Err(NotJson::Key(key.text.clone())),
    }
}

/// A value as it is read from a file in which it was written with the fewest quotes.
pub(crate) fn from_value(value: &Value) -> Node {
    match value {
        Value::Null => Node::null(),
        Value::Bool(value) => scalar(value.to_string(), Tag::Bool),
        Value::Int(value) => scalar(value.to_string(), Tag::Int),
        Value::Uint(value) => scalar(value.to_string(), Tag::Int),
        Value::Float(_) => scalar(value.to_go_json(JsonEscape::Plain), Tag::Float),
        Value::Str(text) => Node::Scalar(text_scalar(text.clone())),
        Value::Seq(items) => items.iter().map(from_value).collect::<Vec<_>>().into(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (text_scalar(key.clone()), from_value(value)))
            .collect::<Map>()
            .into(),
    }
}

/// A value as it is read from JSON: all text is in quotes.
pub(crate) fn from_json(value: &Value) -> Node {
    let quoted = |text: &Str| Scalar {
        style: Style::DoubleQuoted,
        ..Scalar::string(text.clone())
    };
    match value {
        Value::Str(text) => Node::Scalar(quoted(text)),
        Value::Seq(items) => items.iter().map(from_json).collect::<Vec<_>>().into(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (quoted(key), from_json(value)))
            .collect::<Map>()
            .into(),
        plain => from_value(plain),
    }
}

fn scalar(text: String, tag: Tag) -> Node {
    Node::Scalar(Scalar::new(text, tag))
}

fn text_scalar(text: Str) -> Scalar {
    let mut scalar = Scalar::string(text);
    if scalar.text.contains('\n') {
        scalar.style = Style::Literal;
    }
    if scalar.text.is_empty() {
        scalar.style = Style::DoubleQuoted;
    }
    scalar.quote_if_ambiguous();
    scalar
}

/// The node as JSON on one line, keys sorted, as Go prints it.
pub(crate) fn to_go_json(node: &Node) -> Result<String, NotJson> {
    Ok(to_value(node)?.to_go_json(JsonEscape::Html))
}

/// The node for a message.
pub(super) fn to_display(node: &Node) -> String {
    to_value(node).map_or_else(|error| error.to_string(), |value| yaml::encode(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Result<String, NotJson> {
        let node = super::super::read_first(text.as_bytes()).unwrap().unwrap();
        to_go_json(&node)
    }

    #[test]
    fn keys_that_are_numbers_become_text_and_others_fail() {
        assert_eq!(
            printed("0x10: a\n1.50: b\n").unwrap(),
            r#"{"1.5":"b","16":"a"}"#
        );
        assert!(matches!(printed("true: a\n"), Err(NotJson::Key(_))));
        assert_eq!(printed("\"true\": a\n").unwrap(), r#"{"true":"a"}"#);
    }

    #[test]
    fn fields_of_a_document_itself_are_taken_as_written() {
        let node = super::super::read_first(b"true: {a: 1}\n")
            .unwrap()
            .unwrap();
        let value = to_object(&node).unwrap();
        assert_eq!(value.to_go_json(JsonEscape::Html), r#"{"true":{"a":1}}"#);
    }

    #[test]
    fn a_folded_text_gains_a_line_break_before_lines_that_are_indented_more() {
        assert_eq!(
            printed("a: >\n  one\n    two\n  three\n").unwrap(),
            r#"{"a":"one\n\n  two\nthree\n"}"#
        );
    }

    #[test]
    fn a_block_that_starts_with_a_tab_cannot_be_read_again() {
        let mut scalar = Scalar::string("\tx\ny");
        let error = to_value(&Node::Scalar(scalar.clone())).unwrap_err();
        assert!(error.to_string().contains("found a tab character"));
        scalar.style = Style::DoubleQuoted;
        assert!(to_value(&Node::Scalar(scalar)).is_ok());
    }

    #[test]
    fn a_merge_key_that_was_written_into_the_tree_merges() {
        let mut inner = Map::new();
        inner.push(Scalar::untagged("a"), Node::string("1"));
        inner.push(Scalar::untagged("b"), Node::string("2"));
        let mut map = Map::new();
        map.push(Scalar::untagged("a"), Node::string("own"));
        map.push(Scalar::untagged("<<"), inner.into());
        assert_eq!(to_go_json(&map.into()).unwrap(), r#"{"a":"own","b":"2"}"#);
        let mut map = Map::new();
        map.push(Scalar::untagged("<<"), Node::string("text"));
        assert!(matches!(to_value(&map.into()), Err(NotJson::Merge)));
    }

    #[test]
    fn equal_keys_and_infinity_cannot_be_printed() {
        assert!(matches!(
            printed("a: 1\na: 2\n"),
            Err(NotJson::DuplicateKey(_))
        ));
        assert!(matches!(printed("a: .inf\n"), Err(NotJson::Number("+Inf"))));
    }
}
