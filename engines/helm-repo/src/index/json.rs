//! Reading an index that is JSON, entry by entry.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::{IndexError, Part};

/// Takes what is found; an error ends the reading.
type Sink<'a> = dyn FnMut(Part<'_>) -> Result<(), String> + 'a;

/// Whether the bytes are JSON as a whole.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'{') && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Reads everything.
pub(super) fn read(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), IndexError> {
    run(bytes, None, sink)
}

/// Reads the entries of one chart, and skips the rest.
pub(super) fn read_only(bytes: &[u8], chart: &str, sink: &mut Sink<'_>) -> Result<(), IndexError> {
    run(bytes, Some(chart), sink)
}

fn run(bytes: &[u8], only: Option<&str>, sink: &mut Sink<'_>) -> Result<(), IndexError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let top = Top { only, sink };
    top.deserialize(&mut deserializer)
        .map_err(|error| IndexError::Syntax(error.to_string()))
}

/// The whole index.
struct Top<'a, 'b> {
    only: Option<&'a str>,
    sink: &'a mut Sink<'b>,
}

/// The field `entries`.
struct Entries<'a, 'b> {
    only: Option<&'a str>,
    sink: &'a mut Sink<'b>,
}

/// The versions of a chart.
struct Versions<'a, 'b> {
    name: &'a str,
    sink: &'a mut Sink<'b>,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an index of charts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "entries" {
                map.next_value_seed(Entries {
                    only: self.only,
                    sink: &mut *self.sink,
                })?;
            } else if self.only.is_some() {
                map.next_value::<IgnoredAny>()?;
            } else {
                let value: Value = map.next_value()?;
                (self.sink)(Part::Field(&name, value)).map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping of chart names")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.only.is_some_and(|only| only != name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            (self.sink)(Part::Chart(&name)).map_err(A::Error::custom)?;
            map.next_value_seed(Versions {
                name: &name,
                sink: &mut *self.sink,
            })?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Versions<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Versions<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of versions of chart '{}'", self.name)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            (self.sink)(Part::Entry(self.name, value)).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
