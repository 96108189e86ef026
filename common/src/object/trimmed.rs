//! Objects as they come, without what others have noted on their fields.
//!
//! `managedFields` are more than half of many objects, in small pieces: reading them costs more than all the rest. Most readers
//! drop them, so they are passed over before anything is made of them.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The JSON form of an object without `metadata.managedFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trimmed(pub Value);

impl From<Trimmed> for Value {
    fn from(Trimmed(value): Trimmed) -> Self {
        value
    }
}

impl<'de> Deserialize<'de> for Trimmed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(Place::Top)).map(Self)
    }
}

/// Which mapping of an object is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Metadata,
}

#[derive(Clone, Copy)]
struct Members(Place);

impl<'de> DeserializeSeed<'de> for Members {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Members {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = match (self.0, name.as_str()) {
                (Place::Top, "metadata") => access.next_value_seed(Members(Place::Metadata))?,
                (Place::Metadata, "managedFields") => {
                    access.next_value::<IgnoredAny>()?;
                    continue;
                }
                _ => access.next_value()?,
            };
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }

    /// Metadata that are null are none.
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_fields_of_managers_are_left_out_and_nothing_else_is() {
        let text = r#"{"metadata": {"name": "a", "managedFields": [{"fieldsV1": {"f:x": {}}}], "labels": {"a": "b"}},
            "spec": {"managedFields": [1], "metadata": {"managedFields": 2}}, "managedFields": 3}"#;
        let Trimmed(value) = serde_json::from_str(text).unwrap();
        let wanted = json!({
            "metadata": {"name": "a", "labels": {"a": "b"}},
            "spec": {"managedFields": [1], "metadata": {"managedFields": 2}}, "managedFields": 3,
        });
        assert_eq!(value, wanted);
        let Trimmed(value) = serde_json::from_value(json!({"metadata": null})).unwrap();
        assert_eq!(value, json!({"metadata": null}));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in [
            "[1]",
            "7",
            r#"{"metadata": 7}"#,
            r#"{"metadata": {"managedFields": [}}"#,
        ] {
            assert!(serde_json::from_str::<Trimmed>(text).is_err(), "{text}");
        }
    }
}
