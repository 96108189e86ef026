//! Nodes to values and back.

use std::collections::HashSet;

use yaml::{JsonEscape, Str, Value};

use super::{Entry, Map, Node, Scalar, Style, Tag};

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
}

/// The value that a node is when it is printed.
pub(crate) fn to_value(node: &Node) -> Result<Value, NotJson> {
    match node {
        Node::Scalar(scalar) => scalar_value(scalar),
        Node::Seq(items) => items
            .iter()
            .map(to_value)
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from),
        Node::Map(map) => map_value(map, key_text),
    }
}

fn scalar_value(scalar: &Scalar) -> Result<Value, NotJson> {
    match scalar.value().map_err(NotJson::Tag)? {
        Value::Float(number) if number.is_nan() => Err(NotJson::Number("NaN")),
        Value::Float(number) if number == f64::INFINITY => Err(NotJson::Number("+Inf")),
        Value::Float(number) if number == f64::NEG_INFINITY => Err(NotJson::Number("-Inf")),
        value => Ok(value),
    }
}

/// The value of a whole document. The names of its own fields are taken as written, whatever type
/// they would have further down.
pub(crate) fn to_object(node: &Node) -> Result<Value, NotJson> {
    match node {
        Node::Map(map) => map_value(map, |key| Ok(key.text.clone())),
        other => to_value(other),
    }
}

fn map_value(
    map: &Map,
    name_of: impl Fn(&Scalar) -> Result<Str, NotJson>,
) -> Result<Value, NotJson> {
    let mut out = yaml::Map::with_capacity(map.len());
    let mut seen: HashSet<&str> = HashSet::new();
    for Entry { key, value, .. } in map.entries() {
        let name = name_of(key)?;
        let known = if map.len() > 16 {
            !seen.insert(&key.text)
        } else {
            out.contains_key(&name)
        };
        if known {
            return Err(NotJson::DuplicateKey(name));
        }
        out.insert(name, to_value(value)?);
    }
    Ok(out.into())
}

/// The name of a field. Numbers become text, truth values and null are no names.
fn key_text(key: &Scalar) -> Result<Str, NotJson> {
    if key.tag == Tag::Str {
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
    fn equal_keys_and_infinity_cannot_be_printed() {
        assert!(matches!(
            printed("a: 1\na: 2\n"),
            Err(NotJson::DuplicateKey(_))
        ));
        assert!(matches!(printed("a: .inf\n"), Err(NotJson::Number("+Inf"))));
    }
}
