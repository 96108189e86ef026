//! The document of a CustomResourceDefinition.

use serde_json::{Map, Value, json};

use super::schema::tidy_description;
use super::{Column, CrdFile, Definition, InitialStatus};

const API_VERSION: &str = "Group and version of the schema that the object is written in; the \
    server converts what it knows and may refuse the rest.";
const KIND: &str = "The REST resource that the object stands for, in CamelCase; it cannot be \
    changed.";

/// Wraps the schemas of spec and status. A kind without a status has no subresource for it.
pub(super) fn crd_file(definition: &Definition, spec: Value, status: Option<Value>) -> CrdFile {
    let subresources = if status.is_some() {
        json!({ "status": {} })
    } else {
        json!({})
    };
    let name = format!("{}.{}", definition.plural, definition.group);
    let document = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata(&name, definition),
        "spec": {
            "group": definition.group,
            "names": names(definition),
            "scope": "Namespaced",
            "versions": [{
                "additionalPrinterColumns":
                    definition.columns.iter().map(column).collect::<Vec<_>>(),
                "name": definition.version,
                "schema": { "openAPIV3Schema": object_schema(definition, spec, status) },
                "served": true,
                "storage": true,
                "subresources": subresources,
            }],
        },
    });
    CrdFile {
        name: format!("{}_{}.yaml", definition.group, definition.plural),
        document,
    }
}

fn metadata(name: &str, definition: &Definition) -> Value {
    let mut metadata = json!({ "name": name });
    if !definition.annotations.is_empty() {
        metadata["annotations"] = definition
            .annotations
            .iter()
            .map(|(key, value)| (*key, *value))
            .collect();
    }
    metadata
}

fn names(definition: &Definition) -> Value {
    let mut names = json!({
        "categories": definition.categories,
        "kind": definition.kind,
        "listKind": format!("{}List", definition.kind),
        "plural": definition.plural,
        "singular": definition.kind.to_lowercase(),
    });
    if !definition.short_names.is_empty() {
        names["shortNames"] = definition.short_names.into();
    }
    names
}

fn column(column: &Column) -> Value {
    let mut object =
        json!({ "jsonPath": column.json_path, "name": column.name, "type": column.r#type });
    if column.priority > 0 {
        object["priority"] = column.priority.into();
    }
    object
}

fn object_schema(definition: &Definition, spec: Value, status: Option<Value>) -> Value {
    let mut properties = Map::new();
    properties.insert(
        "apiVersion".into(),
        json!({ "description": API_VERSION, "type": "string" }),
    );
    properties.insert(
        "kind".into(),
        json!({ "description": KIND, "type": "string" }),
    );
    properties.insert("metadata".into(), json!({ "type": "object" }));
    properties.insert("spec".into(), spec);
    if let Some(mut status) = status {
        if definition.initial_status == InitialStatus::Unobserved {
            status["default"] = json!({ "observedGeneration": -1 });
        }
        properties.insert("status".into(), status);
    }
    json!({
        "description": tidy_description(definition.description),
        "properties": properties,
        "type": "object",
    })
}
