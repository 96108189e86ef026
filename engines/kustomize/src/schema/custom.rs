//! The schema of `openapi.path`: an OpenAPI v2 document in JSON or YAML.

use std::collections::HashMap;
use std::sync::Arc;

use yaml::Value;

use super::table::Fields;
use super::{Scope, Shape, Table};
use crate::error::Error;

/// Reads a document. With a `base`, its definitions count too, and before those of the document.
pub(crate) fn parse(bytes: &[u8], base: Option<&Table>) -> Result<Table, Error> {
    let document = yaml::decode_first(bytes, yaml::Dialect::Kubernetes, &yaml::Budget::default())
        .map_err(|error| Error::Config(format!("invalid schema file: {error}")))?;
    let document = document.unwrap_or(Value::Null);
    let mut table = base.cloned().unwrap_or_default();
    let definitions = document.get("definitions").and_then(Value::as_map);
    let entries = || definitions.into_iter().flat_map(|map| map.iter());
    let mut own = HashMap::new();
    for (name, _) in entries() {
        if table.find(name).is_none() {
            own.insert(name.as_str(), table.push(HashMap::new()));
        }
    }
    let index = Index { own };
    for (name, definition) in entries() {
        let Some(at) = index.own.get(name.as_str()).copied() else {
            continue;
        };
        let fields = fields(definition, &index, &mut table);
        table.set(at, fields);
        for (api_version, kind) in kinds(definition.get("x-kubernetes-group-version-kind")) {
            if table.kind(&api_version, &kind).is_none() {
                table.set_kind(&api_version, &kind, at);
            }
        }
    }
    for (path, item) in document
        .get("paths")
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(|map| map.iter())
    {
        let gvk = item
            .get("get")
            .and_then(|get| get.get("x-kubernetes-group-version-kind"));
        let Some((api_version, kind)) = gvk.and_then(type_of) else {
            continue;
        };
        if path.contains("namespaces/{namespace}") {
            table.set_scope(&api_version, &kind, Scope::Namespaced);
        } else if table.scope(&api_version, &kind).is_none() {
            table.set_scope(&api_version, &kind, Scope::Cluster);
        }
    }
    Ok(table)
}

/// Reads the schema of one field; its references are to definitions of `table`.
pub(super) fn field(text: &str, table: &Table) -> Option<Shape> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let index = Index {
        own: HashMap::new(),
    };
    let mut scratch = table.clone();
    let shape = shape(&Value::from_json(json), &index, &mut scratch)?;
    // What is described in place would be known to nobody but the copy.
    (scratch.len() == table.len()).then_some(shape)
}

/// The definitions of the document by their names.
struct Index<'a> {
    own: HashMap<&'a str, usize>,
}

fn kinds(extension: Option<&Value>) -> Vec<(String, String)> {
    let items = extension.and_then(Value::as_seq).unwrap_or_default();
    items.iter().filter_map(type_of).collect()
}

fn type_of(value: &Value) -> Option<(String, String)> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let version = text("version")?;
    let api_version = match text("group") {
        None | Some("") => version.to_owned(),
        Some(group) => format!("{group}/{version}"),
    };
    Some((api_version, text("kind")?.to_owned()))
}

fn fields(definition: &Value, index: &Index<'_>, table: &mut Table) -> Fields {
    let properties = definition.get("properties").and_then(Value::as_map);
    properties
        .into_iter()
        .flat_map(|map| map.iter())
        .filter_map(|(name, schema)| Some((name.as_str().into(), shape(schema, index, table)?)))
        .collect()
}

fn shape(schema: &Value, index: &Index<'_>, table: &mut Table) -> Option<Shape> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let name = reference.strip_prefix("#/definitions/")?;
        let at = index.own.get(name).copied().or_else(|| table.find(name));
        return at.map(Shape::Definition);
    }
    if schema.get("properties").is_some() {
        let fields = fields(schema, index, table);
        return Some(Shape::Definition(table.push(fields)));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => list_shape(schema, index, table),
        Some("object") => {
            let values = schema
                .get("additionalProperties")
                .and_then(|values| shape(values, index, table));
            Some(values.map_or(Shape::Opaque, |values| Shape::Map(Arc::new(values))))
        }
        _ => None,
    }
}

fn list_shape(schema: &Value, index: &Index<'_>, table: &mut Table) -> Option<Shape> {
    let strategy = schema.get("x-kubernetes-patch-strategy")?.as_str()?;
    if !strategy.split(',').any(|word| word == "merge") {
        return None;
    }
    let keys = match schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_seq)
    {
        Some(keys) => keys
            .iter()
            .filter_map(Value::as_str)
            .map(Into::into)
            .collect(),
        None => schema
            .get("x-kubernetes-patch-merge-key")
            .and_then(Value::as_str)
            .into_iter()
            .map(Into::into)
            .collect(),
    };
    let item = schema
        .get("items")
        .and_then(|items| shape(items, index, table))
        .map(Arc::new);
    Some(Shape::MergeList { keys, item })
}
