//! Go's dynamic values, as far as templates can tell them apart.
//!
//! A [`Value`] is what Go keeps in an `interface{}`: nothing, or a value with a type. Numbers keep their Go type, because
//! comparisons, `%T` and error texts show it; strings are bytes; lists and maps are handles on shared storage, so that what one
//! function changes in place (`set`, `sortAlpha`) is seen by everyone who holds the same map or list. Values belong to one render
//! on one thread; parsed templates are what threads share.
//!
//! | type | what it is |
//! |---|---|
//! | [`Value`] | any value |
//! | [`Str`] | immutable bytes, cheap to clone |
//! | [`List`], [`Map`] | handles on shared storage, with their Go type |
//! | [`Host`] | an object of the program that renders: its fields, methods and text |
//! | [`Type`], [`Kind`] | what Go's reflection says about a value or a parameter |
//! | [`Numbers`] | how numbers of a document become Go numbers |

mod convert;
mod host;
mod list;
mod map;
mod text;
mod types;

use std::rc::Rc;

pub use convert::Numbers;
pub use host::{Data, Field, Host};
pub use list::List;
pub use map::Map;
pub use text::Str;
pub use types::{IntKind, Kind, ListType, MapType, Type, UintKind, no_methods};

/// A Go value, or nothing.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// The untyped nil: an empty interface.
    #[default]
    Nil,
    /// `bool`
    Bool(bool),
    /// `int` to `int64`
    Int(IntKind, i64),
    /// `uint` to `uint64`
    Uint(UintKind, u64),
    /// `float64`
    Float(f64),
    /// `complex128`
    Complex(f64, f64),
    /// `string`
    Str(Str),
    /// `[]byte`
    Bytes(Str),
    /// A slice of anything but bytes.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A struct, a pointer or a named scalar of the program that renders.
    Host(Rc<dyn Host>),
}

impl Value {
    /// Go's `int`.
    pub fn int(value: i64) -> Self {
        Self::Int(IntKind::Int, value)
    }

    /// Go's `int64`.
    pub fn int64(value: i64) -> Self {
        Self::Int(IntKind::Int64, value)
    }

    /// Text, which need not be UTF-8.
    pub fn text(text: impl Into<Str>) -> Self {
        Self::Str(text.into())
    }

    /// A `[]interface {}`.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// A `[]string`.
    pub fn strings<S: Into<Str>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::List(List::strings(items))
    }

    /// An object of the program.
    pub fn host(host: impl Host) -> Self {
        Self::Host(Rc::new(host))
    }

    /// The bytes of a string (not of a `[]byte`).
    pub fn as_str(&self) -> Option<&Str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The map, when this is one (also one with a name of its own, and one that a host stands for).
    pub fn as_map(&self) -> Option<Map> {
        match self {
            Self::Map(map) => Some(map.clone()),
            Self::Host(host) => host.underlying()?.as_map(),
            _ => None,
        }
    }

    /// The list, when this is one (also one with a name of its own, and one that a host stands for).
    pub fn as_list(&self) -> Option<List> {
        match self {
            Self::List(list) => Some(list.clone()),
            Self::Host(host) => host.underlying()?.as_list(),
            _ => None,
        }
    }

    /// The host object of type `T`.
    pub fn as_host<T: Host>(&self) -> Option<&T> {
        match self {
            Self::Host(host) => (host.as_ref() as &dyn std::any::Any).downcast_ref(),
            _ => None,
        }
    }

    /// Whether this is the untyped nil.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The type, as `%T` shows it; nothing for nil.
    pub fn type_of(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => Type::Bool,
            Self::Int(kind, _) => Type::Int(*kind),
            Self::Uint(kind, _) => Type::Uint(*kind),
            Self::Float(_) => Type::Float64,
            Self::Complex(..) => Type::Complex128,
            Self::Str(_) => Type::String,
            Self::Bytes(_) => Type::Bytes,
            Self::List(list) => Type::List(list.list_type()),
            Self::Map(map) => Type::Map(map.map_type()),
            Self::Host(host) => Type::Host(host.type_name(), host.kind()),
        })
    }

    /// The kind, as reflection names it; [`Kind::Invalid`] for nil.
    pub fn kind(&self) -> Kind {
        self.type_of().map_or(Kind::Invalid, Type::kind)
    }

    /// The plain value behind a host object that stands for a number, a string, a list or a map; any other value is itself.
    #[must_use]
    pub fn underlying(&self) -> Self {
        match self {
            Self::Host(host) => host.underlying().unwrap_or_else(|| self.clone()),
            other => other.clone(),
        }
    }

    /// Whether `if` takes it for true: not the zero value of its type, and not empty.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(_, value) => *value != 0,
            Self::Uint(_, value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Complex(re, im) => *re != 0.0 || *im != 0.0,
            Self::Str(text) | Self::Bytes(text) => !text.is_empty(),
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Host(host) => host.underlying().is_none_or(|plain| plain.is_true()),
        }
    }

    /// What the type of a value is called in errors: the type's name, or `<nil>`.
    pub fn type_name(&self) -> String {
        self.type_of()
            .map_or_else(|| "<nil>".to_owned(), |shown| shown.to_string())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}
