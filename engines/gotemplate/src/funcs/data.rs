//! Documents: JSON and YAML, to text and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yaml::node::{Content, Node, SequenceIndent, encode_v3};
use yaml::{Budget, Dialect, ScalarStyle};

use super::json::{self, JsonError};
use super::{Duration, Time};
use crate::exec::{FuncError, Functions};
use crate::value::{Data, List, ListType, Map, MapType, Numbers, Str, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("toJson", |value: Value| {
        json::text(&value).unwrap_or_default()
    });
    functions.add("mustToJson", |value: Value| json::text(&value));
    functions.add("toPrettyJson", |value: Value| {
        json::indented(&value).unwrap_or_default()
    });
    functions.add("mustToPrettyJson", |value: Value| json::indented(&value));
    functions.add("toRawJson", |value: Value| json::plain(&value));
    functions.add("mustToRawJson", |value: Value| json::plain(&value));
    functions.add("fromJson", |text: Str| match json_as(&text, Wanted::Map) {
        (Value::Map(map), None) => Ok(map),
        (found, error) => with_error(found, error),
    });
    functions.add("fromJsonArray", |text: Str| {
        list_or_error(json_as(&text, Wanted::List))
    });
    functions.add("mustFromJson", |text: Str| {
        let decoded = json::decode(&text)?;
        decoded
            .error
            .map_or(Ok(decoded.value), |error| Err(FuncError::from(error)))
    });
    functions.add("toYaml", |value: Value| to_yaml(&value).unwrap_or_default());
    functions.add("mustToYaml", |value: Value| to_yaml(&value));
    functions.add("toYamlPretty", |value: Value| to_yaml_pretty(&value));
    functions.add("fromYaml", |text: Str| {
        match from_yaml(&text, Wanted::Map) {
            (Value::Map(map), None) => Ok(map),
            (found, error) => with_error(found, error),
        }
    });
    functions.add("fromYamlArray", |text: Str| {
        list_or_error(from_yaml(&text, Wanted::List))
    });
}

impl From<JsonError> for FuncError {
    fn from(error: JsonError) -> Self {
        Self::new(error.to_string())
    }
}

/// What a document is decoded into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Map,
    List,
}

impl Wanted {
    fn go_type(self) -> &'static str {
        match self {
            Self::Map => MapType::ANY.name,
            Self::List => ListType::ANY.name,
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Map => matches!(value, Value::Map(_)),
            Self::List => matches!(value, Value::List(_)),
        }
    }
}

/// The map that was decoded so far, with the error under `Error`.
fn with_error(found: Value, error: Option<String>) -> Result<Map, FuncError> {
    let map = match found {
        Value::Map(map) => map,
        Value::Nil if error.is_none() => return Ok(Map::nil(MapType::ANY)),
        _ => Map::new(),
    };
    if let Some(error) = error {
        map.insert("Error", error)?;
    }
    Ok(map)
}

/// The list, or a list of nothing but the error.
fn list_or_error((found, error): (Value, Option<String>)) -> List {
    match (found, error) {
        (_, Some(error)) => List::new(vec![Value::from(error)]),
        (Value::List(list), None) => list,
        _ => List::nil(ListType::ANY),
    }
}

/// JSON as a map or a list; `null` gives nil.
fn json_as(text: &[u8], wanted: Wanted) -> (Value, Option<String>) {
    let decoded = match json::decode(text) {
        Ok(decoded) => decoded,
        Err(error) => return (empty(wanted), Some(error.to_string())),
    };
    match decoded.value {
        Value::Nil if decoded.error.is_none() => (Value::Nil, None),
        value if wanted.fits(&value) => (value, decoded.error.map(|error| error.to_string())),
        value => {
            let error = json::mismatch(&value, wanted.go_type());
            (empty(wanted), Some(error.to_string()))
        }
    }
}

fn empty(wanted: Wanted) -> Value {
    match wanted {
        Wanted::Map => Value::Map(Map::new()),
        Wanted::List => Value::list(Vec::new()),
    }
}

/// The first YAML document as a map or a list. Numbers take the way over JSON, so all are floats; `null` leaves things empty.
fn from_yaml(text: &[u8], wanted: Wanted) -> (Value, Option<String>) {
    let document = match yaml::decode_first(text, Dialect::Kubernetes, &Budget::default()) {
        Ok(document) => document.unwrap_or_default(),
        Err(error) => {
            let error = format!("error converting YAML to JSON: {error}");
            return (empty(wanted), Some(error));
        }
    };
    let value = Value::from_yaml(&document, Numbers::Floats);
    if value.is_nil() {
        return (empty(wanted), None);
    }
    if wanted.fits(&value) {
        return (value, None);
    }
    let error = json::mismatch(&value, wanted.go_type());
    let error = format!("error unmarshaling JSON: while decoding JSON: {error}");
    (empty(wanted), Some(error))
}

/// Values nest no deeper than this unless they hold themselves.
const MAX_DEPTH: usize = 1000;

/// As `sigs.k8s.io/yaml` prints it, without the last line end.
fn to_yaml(value: &Value) -> Result<String, FuncError> {
    let Some(tree) = value.to_yaml(MAX_DEPTH) else {
        return Err(FuncError::new(
            "error marshaling into JSON: the value holds itself",
        ));
    };
    if let Some(number) = not_finite(&tree) {
        return Err(FuncError::new(format!(
            "error marshaling into JSON: json: unsupported value: {number}"
        )));
    }
    let mut text = yaml::encode(&tree);
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

/// The first number that JSON has no spelling for.
fn not_finite(tree: &yaml::Value) -> Option<&'static str> {
    match tree {
        yaml::Value::Float(value) if value.is_nan() => Some("NaN"),
        yaml::Value::Float(value) if value.is_infinite() && *value > 0.0 => Some("+Inf"),
        yaml::Value::Float(value) if value.is_infinite() => Some("-Inf"),
        yaml::Value::Seq(items) => items.iter().find_map(not_finite),
        yaml::Value::Map(map) => map.values().find_map(not_finite),
        _ => None,
    }
}

/// As go-yaml v3 prints it with an indentation of two, without the last line end.
fn to_yaml_pretty(value: &Value) -> String {
    let Some(tree) = pretty(value, MAX_DEPTH) else {
        return String::new();
    };
    let mut text = encode_v3(tree, SequenceIndent::Wide);
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

/// The value as go-yaml v3 sees it: structs with the fields' names in lower case, bytes as numbers, durations as text, times as such, empty lists
/// and maps for nil ones; nothing when it nests too deep.
fn pretty(value: &Value, depth: usize) -> Option<Node> {
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Value::List(list) => {
            let items = list.items();
            let items: Option<Vec<Node>> = items.iter().map(|item| pretty(item, depth)).collect();
            Node::sequence(items?)
        }
        Value::Bytes(bytes) => Node::sequence(
            bytes
                .iter()
                .map(|byte| Node::from(&yaml::Value::from(u64::from(*byte))))
                .collect(),
        ),
        Value::Map(map) => {
            let entries = map.entries();
            let shown: Option<Vec<_>> = entries
                .iter()
                .map(|(name, item)| {
                    Some((yaml::Str::from(&*name.to_str_lossy()), pretty(item, depth)?))
                })
                .collect();
            let binaries = entries.iter().map(|(name, _)| name);
            with_binary_keys(
                Node::sorted_mapping(shown?),
                binaries.filter(|name| name.as_utf8().is_none()),
            )
        }
        Value::Host(host) => {
            if let Some(duration) = value.as_host::<Duration>() {
                return Some(Node::from(&yaml::Value::from(duration.to_string())));
            }
            if let (Some(_), Data::Plain(Value::Str(text))) = (value.as_host::<Time>(), host.data())
            {
                return Some(timestamp(&text.to_str_lossy()));
            }
            match host.underlying().map_or_else(|| host.data(), Data::Plain) {
                Data::Plain(plain) => pretty(&plain, depth)?,
                Data::Fields(_) => {
                    let fields = host.fields();
                    let exported = fields.iter().filter(|(name, _)| is_exported(name));
                    let entries: Option<Vec<_>> = exported
                        .map(|(name, field)| {
                            Some((name.to_lowercase().into(), pretty(field, depth)?))
                        })
                        .collect();
                    Node::mapping(entries?)
                }
            }
        }
        Value::Str(text) if text.as_utf8().is_none() => binary(text),
        scalar => Node::from(&scalar.to_yaml(1)?),
    })
}

/// The mapping with these keys in base64, which stand in it as they are sorted: with replacement characters.
fn with_binary_keys<'a>(mut mapping: Node, keys: impl Iterator<Item = &'a Str>) -> Node {
    if let Content::Mapping(entries, _) = &mut mapping.content {
        for name in keys {
            let shown = Node::from(&yaml::Value::from(&*name.to_str_lossy()));
            if let Some((key, _)) = entries.iter_mut().find(|(key, _)| *key == shown) {
                *key = binary(name);
            }
        }
    }
    mapping
}

/// A time, which needs no quotes to be read as one.
fn timestamp(text: &str) -> Node {
    Node {
        content: Content::Scalar(text.into(), ScalarStyle::Plain),
        tag: "!!timestamp".into(),
        ..Node::from(&yaml::Value::Null)
    }
}

/// Text that is no UTF-8, in base64: on one line when it is short.
fn binary(bytes: &[u8]) -> Node {
    const LINE: usize = 70;
    let mut text = STANDARD.encode(bytes);
    let mut style = ScalarStyle::Plain;
    if text.len() >= LINE {
        let mut lines = String::new();
        for line in text.as_bytes().chunks(LINE) {
            lines.push_str(&String::from_utf8_lossy(line));
            lines.push('\n');
        }
        text = lines;
        style = ScalarStyle::Literal;
    }
    Node {
        content: Content::Scalar(text.into(), style),
        tag: "!!binary".into(),
        tagged: true,
        ..Node::from(&yaml::Value::Null)
    }
}

/// Whether Go shows a field to encoders.
pub(super) fn is_exported(name: &str) -> bool {
    name.starts_with(|first: char| first.is_uppercase())
}
