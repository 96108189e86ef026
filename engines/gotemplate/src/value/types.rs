//! Types and kinds, as reflection reports them.

use std::fmt;

use crate::exec::Function;

/// Which signed integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "Go's own names")]
pub enum IntKind {
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
}

/// Which unsigned integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "Go's own names")]
pub enum UintKind {
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
}

impl IntKind {
    /// The number with the bits that the type has no room for cut off, as Go converts.
    #[expect(clippy::cast_possible_truncation, reason = "that is the point")]
    pub fn wrap(self, number: i64) -> i64 {
        match self {
            Self::Int | Self::Int64 => number,
            Self::Int8 => i64::from(number as i8),
            Self::Int16 => i64::from(number as i16),
            Self::Int32 => i64::from(number as i32),
        }
    }
}

impl UintKind {
    /// The number with the bits that the type has no room for cut off, as Go converts.
    #[expect(clippy::cast_possible_truncation, reason = "that is the point")]
    pub fn wrap(self, number: u64) -> u64 {
        match self {
            Self::Uint | Self::Uint64 => number,
            Self::Uint8 => u64::from(number as u8),
            Self::Uint16 => u64::from(number as u16),
            Self::Uint32 => u64::from(number as u32),
        }
    }
}

/// Go's `reflect.Kind`, by the names that it prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "Go's own names")]
pub enum Kind {
    Invalid,
    Bool,
    Int(IntKind),
    Uint(UintKind),
    Float64,
    Complex128,
    String,
    Slice,
    Map,
    Pointer,
    Struct,
    Interface,
}

/// A type: of a value, of an element, of a parameter.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `interface {}`
    Any,
    /// `bool`
    Bool,
    /// A signed integer.
    Int(IntKind),
    /// An unsigned integer.
    Uint(UintKind),
    /// `float64`
    Float64,
    /// `complex128`
    Complex128,
    /// `string`
    String,
    /// `[]uint8`
    Bytes,
    /// Any other slice.
    List(&'static ListType),
    /// A map with string keys.
    Map(&'static MapType),
    /// A type of the program, by name and kind.
    Host(&'static str, Kind),
}

/// A slice type: its name, its element and its methods.
pub struct ListType {
    /// As `%T` prints it: `[]interface {}`, `common.VersionSet`.
    pub name: &'static str,
    /// The type of the elements.
    pub element: Type,
    /// The methods by name, which take the list as their first argument; [`no_methods`] for most.
    pub methods: fn(&str) -> Option<&'static Function>,
}

/// A map type with string keys: its name, its element and its methods.
pub struct MapType {
    /// As `%T` prints it: `map[string]interface {}`, `common.Values`.
    pub name: &'static str,
    /// The type of the elements.
    pub element: Type,
    /// The methods by name, which take the map as their first argument; [`no_methods`] for most.
    pub methods: fn(&str) -> Option<&'static Function>,
}

/// For types without methods.
pub fn no_methods(_: &str) -> Option<&'static Function> {
    None
}

impl ListType {
    /// `[]interface {}`
    pub const ANY: &'static Self = &Self::plain("[]interface {}", Type::Any);
    /// `[]string`
    pub const STRINGS: &'static Self = &Self::plain("[]string", Type::String);
    /// `[]int`
    pub const INTS: &'static Self = &Self::plain("[]int", Type::Int(IntKind::Int));
    /// `[]map[string]interface {}`
    pub const MAPS: &'static Self =
        &Self::plain("[]map[string]interface {}", Type::Map(MapType::ANY));
    /// `[][]interface {}`
    pub const LISTS: &'static Self = &Self::plain("[][]interface {}", Type::List(Self::ANY));

    /// A type that has no name of its own; `name` is its notation.
    pub const fn plain(name: &'static str, element: Type) -> Self {
        Self {
            name,
            element,
            methods: no_methods,
        }
    }

    /// Whether it was given a name of its own, so that it converts to nothing but its notation.
    pub fn is_named(&self) -> bool {
        !self.name.starts_with("[]")
    }
}

impl MapType {
    /// `map[string]interface {}`
    pub const ANY: &'static Self = &Self::plain("map[string]interface {}", Type::Any);
    /// `map[string]string`
    pub const STRINGS: &'static Self = &Self::plain("map[string]string", Type::String);

    /// A type that has no name of its own; `name` is its notation.
    pub const fn plain(name: &'static str, element: Type) -> Self {
        Self {
            name,
            element,
            methods: no_methods,
        }
    }

    /// Whether it was given a name of its own, so that it converts to nothing but its notation.
    pub fn is_named(&self) -> bool {
        !self.name.starts_with("map[")
    }
}

impl fmt::Debug for ListType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for MapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Type {
    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Self::Any => Kind::Interface,
            Self::Bool => Kind::Bool,
            Self::Int(kind) => Kind::Int(kind),
            Self::Uint(kind) => Kind::Uint(kind),
            Self::Float64 => Kind::Float64,
            Self::Complex128 => Kind::Complex128,
            Self::String => Kind::String,
            Self::Bytes | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Host(_, kind) => kind,
        }
    }
}

/// Types are the same when they have the same name.
impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, Self::Any)
            | (Self::Bool, Self::Bool)
            | (Self::Float64, Self::Float64)
            | (Self::Complex128, Self::Complex128)
            | (Self::String, Self::String)
            | (Self::Bytes, Self::Bytes) => true,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Uint(a), Self::Uint(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.name == b.name,
            (Self::Map(a), Self::Map(b)) => a.name == b.name,
            (Self::Host(a, _), Self::Host(b, _)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("interface {}"),
            Self::Bytes => f.write_str("[]uint8"),
            Self::List(list) => f.write_str(list.name),
            Self::Map(map) => f.write_str(map.name),
            Self::Host(name, _) => f.write_str(name),
            scalar => scalar.kind().fmt(f),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(IntKind::Int) => "int",
            Self::Int(IntKind::Int8) => "int8",
            Self::Int(IntKind::Int16) => "int16",
            Self::Int(IntKind::Int32) => "int32",
            Self::Int(IntKind::Int64) => "int64",
            Self::Uint(UintKind::Uint) => "uint",
            Self::Uint(UintKind::Uint8) => "uint8",
            Self::Uint(UintKind::Uint16) => "uint16",
            Self::Uint(UintKind::Uint32) => "uint32",
            Self::Uint(UintKind::Uint64) => "uint64",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Pointer => "ptr",
            Self::Struct => "struct",
            Self::Interface => "interface",
        })
    }
}
