//! How Go's JSON encoding treats an absent, null or zero value, said once.
//!
//! A field marked `omitempty` upstream is left out when it holds its zero value, and a null or a
//! missing field decodes to that zero value. Three attributes carry this through the crate:
//!
//! - structs are `#[serde(default)]`: a missing field is its zero value, required or not, so that
//!   an object stored before a field became required still decodes;
//! - `deserialize_with = "go::null"` on plain values: null is the zero value too;
//! - `deserialize_with = "go::text"` on optional texts and enumerations: the empty text is unset.
//!
//! A field without `skip_serializing_if` is always written; the schema calls it required.

use serde::{Deserialize, Deserializer};

/// Whether `value` is its type's zero value, which `omitempty` leaves out.
pub(crate) fn zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Decodes a value, null being the zero value.
pub(crate) fn null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Decodes an optional text or enumeration, the empty text being absent.
pub(crate) fn text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + PartialEq + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.filter(|value| *value != T::default()))
}
