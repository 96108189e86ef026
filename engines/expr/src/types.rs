//! The types that checking infers.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Known only when it runs.
    Dyn,
    /// The element type of an empty literal, until something is added to it.
    Unknown,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Null,
    Duration,
    Timestamp,
    /// The type of a type.
    Meta,
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Optional(Box<Type>),
}

impl Type {
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Box::new(key), Box::new(value))
    }

    pub fn optional(value: Self) -> Self {
        Self::Optional(Box::new(value))
    }

    /// A JSON object.
    pub fn object() -> Self {
        Self::map(Self::String, Self::Dyn)
    }

    /// The type of a value that may be either; `None` if nothing is both. What is dynamic makes the other dynamic.
    pub fn join(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Unknown, known) | (known, Self::Unknown) => Some(known),
            (Self::Dyn, _) | (_, Self::Dyn) => Some(Self::Dyn),
            (Self::List(a), Self::List(b)) => Some(Self::list(a.join(*b)?)),
            (Self::Optional(a), Self::Optional(b)) => Some(Self::optional(a.join(*b)?)),
            (Self::Map(a, c), Self::Map(b, d)) => Some(Self::map(a.join(*b)?, c.join(*d)?)),
            // Null stands in for the values that a message field may lack.
            (Self::Null, t @ (Self::Duration | Self::Timestamp | Self::Optional(_)))
            | (t @ (Self::Duration | Self::Timestamp | Self::Optional(_)), Self::Null) => Some(t),
            (a, b) if a == b => Some(a),
            _ => None,
        }
    }

    /// May a value of this type stand where `Bool` is wanted?
    pub fn may_be_bool(&self) -> bool {
        matches!(self, Self::Bool | Self::Dyn | Self::Unknown)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn | Self::Unknown => f.write_str("dyn"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::String => f.write_str("string"),
            Self::Bytes => f.write_str("bytes"),
            Self::Null => f.write_str("null"),
            Self::Duration => f.write_str("google.protobuf.Duration"),
            Self::Timestamp => f.write_str("google.protobuf.Timestamp"),
            Self::Meta => f.write_str("type"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(value) => write!(f, "optional_type({value})"),
        }
    }
}
