//! Differences between two definitions by JSON path, prose aside.

use std::fmt;

use serde_json::{Map, Value};

/// Annotation that only names the tool that made a definition.
const GENERATOR: &str = "controller-gen.kubebuilder.io/version";

/// One place where two definitions differ.
#[derive(Debug, PartialEq)]
pub struct Difference {
    path: String,
    kind: Kind,
}

#[derive(Debug, PartialEq)]
enum Kind {
    Missing(Value),
    Extra(Value),
    Changed { actual: Value, expected: Value },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.kind {
            Kind::Missing(expected) => write!(f, "{path} is missing, expected {expected}"),
            Kind::Extra(actual) => write!(f, "{path} is not expected: {actual}"),
            Kind::Changed { actual, expected } => {
                write!(f, "{path} is {actual}, expected {expected}")
            }
        }
    }
}

/// What differs, descriptions and the name of the generating tool aside.
pub fn differences(actual: &Value, expected: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(
        "$",
        &without_prose(actual),
        &without_prose(expected),
        &mut found,
    );
    found
}

fn compare(path: &str, actual: &Value, expected: &Value, found: &mut Vec<Difference>) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (key, expected) in expected {
                let path = format!("{path}.{key}");
                match actual.get(key) {
                    Some(actual) => compare(&path, actual, expected, found),
                    None => found.push(Difference {
                        path,
                        kind: Kind::Missing(expected.clone()),
                    }),
                }
            }
            for (key, actual) in actual
                .iter()
                .filter(|(key, _)| !expected.contains_key(*key))
            {
                let path = format!("{path}.{key}");
                found.push(Difference {
                    path,
                    kind: Kind::Extra(actual.clone()),
                });
            }
        }
        // Order counts: columns, enumerations and rules show in it.
        (Value::Array(actual), Value::Array(expected)) if actual.len() == expected.len() => {
            for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
                compare(&format!("{path}[{index}]"), actual, expected, found);
            }
        }
        _ if actual == expected => {}
        _ => found.push(Difference {
            path: path.to_owned(),
            kind: Kind::Changed {
                actual: actual.clone(),
                expected: expected.clone(),
            },
        }),
    }
}

fn without_prose(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields_without_prose(fields)),
        Value::Array(items) => items.iter().map(without_prose).collect(),
        other => other.clone(),
    }
}

fn fields_without_prose(fields: &Map<String, Value>) -> Map<String, Value> {
    fields
        .iter()
        // A property that is called `description` is an object; prose is a text.
        .filter(|(key, value)| !(*key == "description" && value.is_string()) && *key != GENERATOR)
        .map(|(key, value)| (key.clone(), without_prose(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_is_ignored_and_every_other_difference_has_its_path() {
        let actual = json!({
            "description": "Ours.",
            "properties": { "description": { "type": "string" }, "more": { "type": "string" } },
            "enum": ["b", "a"],
            "annotations": { GENERATOR: "v0" },
        });
        let expected = json!({
            "description": "Theirs.",
            "properties": { "description": { "type": "integer" }, "less": { "type": "string" } },
            "enum": ["a", "b"],
            "annotations": {},
        });
        let found: Vec<String> = differences(&actual, &expected)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                r#"$.properties.description.type is "string", expected "integer""#,
                r#"$.properties.less is missing, expected {"type":"string"}"#,
                r#"$.properties.more is not expected: {"type":"string"}"#,
                r#"$.enum[0] is "b", expected "a""#,
                r#"$.enum[1] is "a", expected "b""#,
            ]
        );
    }
}
