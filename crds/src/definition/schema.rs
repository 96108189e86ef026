//! Structural schemas from the types.
//!
//! `schemars` speaks JSON Schema; the API server takes a structural subset. The differences are
//! few and mechanical: no nulls (an absent field is absent), no Rust defaults, no titles, sorted
//! `required`, and descriptions as running text.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

/// Key in the types for a default of the schema. `schemars` writes Rust defaults under `default`,
/// and those say what a reader assumes, not what the server stores.
const DEFAULT: &str = "x-default";

/// The structural schema of a spec or status.
pub(super) fn of<T: JsonSchema>() -> Value {
    // The schema of what is written: there a field is required unless it can be left out.
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
            settings.transforms = Vec::new();
        });
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    make_structural(&mut schema);
    schema
}

/// An integer without a format, for fields that are `int` upstream.
pub(crate) fn integer(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "integer" })
}

fn make_structural(schema: &mut Value) {
    let Value::Object(schema) = schema else {
        return;
    };
    drop_null(schema);
    schema.remove("title");
    schema.remove("default");
    if let Some(default) = schema.remove(DEFAULT) {
        schema.insert("default".into(), default);
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = tidy_description(description);
    }
    if let Some(Value::Array(mut required)) = schema.remove("required")
        && !required.is_empty()
    {
        required.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        schema.insert("required".into(), required.into());
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(make_structural);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(schema) = schema.get_mut(key) {
            make_structural(schema);
        }
    }
}

/// Takes the null out of an optional field, which `schemars` writes as one more type, one more
/// value of the enumeration, or one more alternative.
fn drop_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(alternatives)) = schema.remove("anyOf") {
        let is_null = |schema: &Value| schema["type"] == "null";
        if let Some(Value::Object(inner)) = alternatives.into_iter().find(|one| !is_null(one)) {
            for (key, value) in inner {
                // The field's own description wins over its type's.
                schema.entry(key).or_insert(value);
            }
        }
    }
    if let Some(types) = schema.get_mut("type")
        && let Some(one) = types
            .as_array()
            .and_then(|all| all.iter().find(|one| *one != "null"))
    {
        *types = one.clone();
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
}

/// A docstring as running text: lines joined within a paragraph, and without what only readers of
/// the code need, the sources of a rule in parentheses and the marks of links and code.
pub(super) fn tidy_description(docs: &str) -> String {
    let paragraphs = docs.trim().split("\n\n").map(|paragraph| {
        let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        without_sources(&text)
            .replace("[`", "")
            .replace("`]", "")
            .replace('`', "")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Cuts ` (K4, T1)` out of a text.
fn without_sources(text: &str) -> String {
    let mut rest = text;
    let mut result = String::with_capacity(text.len());
    while let Some((before, from)) = rest.split_once(" (") {
        result.push_str(before);
        match from.split_once(')') {
            Some((inside, after)) if inside.split(", ").all(is_source) => rest = after,
            _ => {
                result.push_str(" (");
                rest = from;
            }
        }
    }
    result + rest
}

/// Whether `word` is the name of a rule: capitals, then numbers with dots.
fn is_source(word: &str) -> bool {
    let number = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    number.len() < word.len()
        && number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn descriptions_are_running_text_without_sources() {
        let docs = " One line,\nand [`Another`] one (K4.1, S3).\n\nThe rest (of it) (R1).\n";
        assert_eq!(
            tidy_description(docs),
            "One line, and Another one.\n\nThe rest (of it)."
        );
    }

    #[test]
    fn optional_fields_lose_their_null_in_every_form() {
        let mut schema = json!({ "properties": {
            "text": { "type": ["string", "null"], "default": null },
            "choice": { "type": ["string", "null"], "enum": ["a", null], "x-default": "a" },
            "object": {
                "description": "The field.",
                "anyOf": [{ "type": "object", "description": "The type." }, { "type": "null" }],
            },
        } });
        make_structural(&mut schema);
        assert_eq!(
            schema,
            json!({ "properties": {
                "text": { "type": "string" },
                "choice": { "type": "string", "enum": ["a"], "default": "a" },
                "object": { "description": "The field.", "type": "object" },
            } })
        );
    }
}
