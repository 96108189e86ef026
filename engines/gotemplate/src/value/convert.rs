//! From and to the trees that documents decode to, and the zero values of types.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Data, Kind, List, Map, Str, Type, Value};

/// What the numbers of a document become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// `int64`, `uint64` and `float64`, as they stand.
    Kept,
    /// All `float64`: what Go's JSON decoder makes of any number.
    Floats,
}

impl Value {
    /// The value of a decoded document: lists become `[]interface {}`, mappings `map[string]interface {}`. Nothing is shared with
    /// the document but its text.
    pub fn from_yaml(document: &yaml::Value, numbers: Numbers) -> Self {
        match document {
            yaml::Value::Null => Self::Nil,
            yaml::Value::Bool(value) => Self::Bool(*value),
            yaml::Value::Int(value) if numbers == Numbers::Kept => Self::int64(*value),
            yaml::Value::Uint(value) if numbers == Numbers::Kept => {
                Self::Uint(super::UintKind::Uint64, *value)
            }
            yaml::Value::Int(_) | yaml::Value::Uint(_) => {
                Self::Float(document.as_f64().unwrap_or_default())
            }
            yaml::Value::Float(value) => Self::Float(*value),
            yaml::Value::Str(text) => Self::Str(text.into()),
            yaml::Value::Seq(items) => Self::List(List::appended(
                items
                    .iter()
                    .map(|item| Self::from_yaml(item, numbers))
                    .collect(),
            )),
            yaml::Value::Map(map) => Self::Map(
                map.iter()
                    .map(|(key, value)| (Str::from(key), Self::from_yaml(value, numbers)))
                    .collect(),
            ),
        }
    }

    /// The tree that JSON and YAML encoders of Go would see, keys in their order, those of structs as well; nothing when it nests deeper than `depth` levels,
    /// as a map that was put into itself does.
    ///
    /// Text that is no UTF-8 gets U+FFFD where it is none; bytes become base64; nil lists and maps become null.
    pub fn to_yaml(&self, depth: usize) -> Option<yaml::Value> {
        let depth = depth.checked_sub(1)?;
        Some(match self {
            Self::Nil | Self::Complex(..) => yaml::Value::Null,
            Self::Bool(value) => yaml::Value::Bool(*value),
            Self::Int(_, value) => yaml::Value::Int(*value),
            Self::Uint(_, value) => yaml::Value::from(*value),
            Self::Float(value) => yaml::Value::Float(*value),
            Self::Str(text) => yaml::Value::Str(shared_text(text)),
            Self::Bytes(bytes) => yaml::Value::from(STANDARD.encode(bytes)),
            Self::List(list) if list.is_nil() => yaml::Value::Null,
            Self::List(list) => {
                let items: Option<Vec<_>> = list
                    .items()
                    .iter()
                    .map(|item| item.to_yaml(depth))
                    .collect();
                yaml::Value::from(items?)
            }
            Self::Map(map) if map.is_nil() => yaml::Value::Null,
            Self::Map(map) => {
                let entries = map.entries();
                let mut tree = yaml::Map::with_capacity(entries.len());
                for (key, value) in entries.iter() {
                    tree.insert(shared_text(key), value.to_yaml(depth)?);
                }
                yaml::Value::from(tree)
            }
            Self::Host(host) => match host.underlying() {
                Some(plain) => plain.to_yaml(depth)?,
                None => match host.data() {
                    Data::Plain(plain) => plain.to_yaml(depth)?,
                    Data::Fields(fields) => {
                        let map: Map = fields.into_iter().collect();
                        Self::Map(map).to_yaml(depth + 1)?
                    }
                },
            },
        })
    }
}

fn shared_text(text: &Str) -> yaml::Str {
    match text.as_utf8() {
        Some(text) => yaml::Str::from(text),
        None => yaml::Str::from(&*text.to_str_lossy()),
    }
}

impl Type {
    /// The zero value of the type. A host type has none here: it gives nil.
    pub fn zero(self) -> Value {
        match self {
            Self::Any | Self::Host(..) => Value::Nil,
            Self::Bool => Value::Bool(false),
            Self::Int(kind) => Value::Int(kind, 0),
            Self::Uint(kind) => Value::Uint(kind, 0),
            Self::Float64 => Value::Float(0.0),
            Self::Complex128 => Value::Complex(0.0, 0.0),
            Self::String => Value::Str(Str::default()),
            Self::Bytes => Value::Bytes(Str::default()),
            Self::List(list) => Value::List(List::nil(list)),
            Self::Map(map) => Value::Map(Map::nil(map)),
        }
    }

    /// Whether the untyped nil can stand for a value of the type.
    pub fn can_be_nil(self) -> bool {
        matches!(
            self.kind(),
            Kind::Interface | Kind::Slice | Kind::Map | Kind::Pointer
        )
    }
}
