//! Values that fill a schema: every property is there, every list and map has one entry.

use serde_json::{Value, json};

/// A value with everything that `schema` knows. Rules across fields do not count here.
pub fn fill(schema: &Value) -> Value {
    if schema["x-kubernetes-preserve-unknown-fields"] == true {
        return json!({ "any": { "depth": [null, 1, "x", {}] } });
    }
    if let Some(listed) = schema["enum"].as_array() {
        return listed.last().unwrap().clone();
    }
    match schema["type"].as_str() {
        Some("object") => object(schema),
        Some("array") => json!([fill(&schema["items"])]),
        Some("string") => text(schema),
        Some("integer") => json!(7),
        Some("boolean") => json!(true),
        other => panic!("a type that no definition uses: {other:?}"),
    }
}

fn object(schema: &Value) -> Value {
    if schema["additionalProperties"].is_object() {
        return json!({ "key": fill(&schema["additionalProperties"]) });
    }
    let properties = schema["properties"].as_object().unwrap();
    properties
        .iter()
        .map(|(name, property)| (name.clone(), fill(property)))
        .collect()
}

fn text(schema: &Value) -> Value {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    if schema["format"] == "date-time" {
        json!("2026-01-02T03:04:05Z")
    } else if pattern.contains("(ms|s|m") {
        json!("1m30s")
    } else {
        json!("text")
    }
}
