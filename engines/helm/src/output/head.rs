//! What the sorter needs to know of a manifest.

use yaml::Value;

use super::plain;
use crate::chart::entries;
use crate::chart::fields::{Fields, Place, known};

/// Version, kind, name and annotations of a manifest; empty where they are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.annotations`.
    pub annotations: Vec<(String, String)>,
}

/// What the sorter reads of a manifest.
const KEYS: [&str; 3] = ["apiVersion", "kind", "metadata"];

const METADATA: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";

impl Head {
    /// Reads the first document of `text`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        plain::read(text).map_or_else(|| Self::decode(text), Ok)
    }

    /// Reads it as a whole.
    pub(super) fn decode(text: &str) -> Result<Self, String> {
        let value = entries(text.as_bytes(), &KEYS)?;
        let mut head = Self::default();
        let mut fields = Fields::default();
        let top = Place::default();
        for (key, value) in fields.entries(&value, &top, "util.SimpleHead") {
            let Some(name) = known(key, &KEYS) else {
                continue;
            };
            let place = top.field("SimpleHead", name);
            match name {
                "apiVersion" => fields.text(value, &place, &mut head.api_version),
                "kind" => fields.text(value, &place, &mut head.kind),
                _ => head.metadata(&mut fields, &place, value),
            }
        }
        fields.finish().map(|()| head)
    }

    fn metadata(&mut self, fields: &mut Fields, place: &Place, value: &Value) {
        for (key, value) in fields.entries(value, place, METADATA) {
            let Some(name) = known(key, &["name", "annotations"]) else {
                continue;
            };
            // The struct has no name of its own.
            let place = place.field("", name);
            if name == "name" {
                fields.text(value, &place, &mut self.name);
                continue;
            }
            self.annotations = Vec::new();
            for (key, value) in fields.entries(value, &place, "map[string]string") {
                let mut text = String::new();
                fields.text(value, &place, &mut text);
                self.annotations.push((key.to_owned(), text));
            }
        }
    }

    /// The annotation of this name.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let found = self.annotations.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_for_text_and_other_kinds_refused() {
        let head =
            Head::read("kind: A\nmetadata: {name: 5, annotations: {w: 7, x: null}}").unwrap();
        assert_eq!(head.name, "5");
        assert_eq!(head.annotation("w"), Some("7"));
        assert_eq!(head.annotation("x"), Some(""));
        for (text, problem) in [
            (
                "metadata: {annotations: {a: [1]}}",
                "json: cannot unmarshal array into Go struct field .metadata.annotations of type string",
            ),
            (
                "just text",
                "json: cannot unmarshal string into Go value of type util.SimpleHead",
            ),
            (
                "kind: [a]",
                "json: cannot unmarshal array into Go struct field SimpleHead.kind of type string",
            ),
        ] {
            let expected = format!("error unmarshaling JSON: while decoding JSON: {problem}");
            assert_eq!(Head::read(text).unwrap_err(), expected);
        }
    }
}
