//! JSON patches, RFC 6902, with the leniency that users rely on: `replace` sets what is missing in
//! an object, and negative indices count from the end (`evanphx/json-patch` v4).

use yaml::{Budget, Dialect, Value};

use super::Transform;
use crate::config::Selector;
use crate::error::Error;
use crate::node;
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::select::select;

/// The operations of a patch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonPatch {
    operations: Vec<Operation>,
}

#[derive(Clone, Debug, PartialEq)]
struct Operation {
    op: String,
    path: Option<String>,
    from: Option<String>,
    value: Option<Value>,
}

impl JsonPatch {
    /// Reads a patch in JSON, or in YAML when it does not begin with `[`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let document = if text.starts_with('[') {
            let json: serde_json::Value = serde_json::from_str(text)
                .map_err(|error| format!("invalid JSON patch: {error}"))?;
            Value::from_json(json)
        } else {
            let budget = Budget::default();
            yaml::decode_first(text.as_bytes(), Dialect::Kubernetes, &budget)
                .map_err(|error| format!("error converting YAML to JSON: {error}"))?
                .unwrap_or(Value::Null)
        };
        let items = match &document {
            Value::Null => &[][..],
            Value::Seq(items) => items,
            other => {
                return Err(format!(
                    "json: cannot unmarshal {} into Go value of type jsonpatch.Patch",
                    type_name(other)
                ));
            }
        };
        let operations = items
            .iter()
            .map(Operation::read)
            .collect::<Result<_, _>>()?;
        Ok(Self { operations })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The document with all operations carried out.
    fn apply(&self, mut document: Value) -> Result<Value, String> {
        for operation in &self.operations {
            operation.apply(&mut document)?;
        }
        Ok(document)
    }

    /// Patches an object. What the build remembers of it stays.
    pub(crate) fn apply_to(&self, resource: &mut Resource) -> Result<(), Error> {
        let track = resource.track.clone();
        resource.with_track_annotations(|resource| {
            let document = node::to_object(&resource.node)
                .map_err(|error| Error::Resource(error.to_string()))?;
            let patched = self.apply(document).map_err(Error::Transform)?;
            if !patched.is_map() {
                return Err(Error::Transform(
                    "a JSON patch must leave an object; it left something else".into(),
                ));
            }
            resource.node = node::from_value(&with_json_numbers(patched));
            resource.forget_links();
            Ok(())
        })?;
        resource.track = track;
        let annotations = resource.annotations();
        resource.set_annotations(annotations)
    }
}

/// Whole numbers beyond 2⁵³ lose their last digits: they pass through a float.
fn with_json_numbers(value: Value) -> Value {
    const EXACT: i64 = 1 << 53;
    #[expect(clippy::cast_precision_loss, reason = "that loss is the point")]
    match value {
        Value::Int(int) if !(-EXACT..=EXACT).contains(&int) => Value::Float(int as f64),
        Value::Uint(int) => Value::Float(int as f64),
        Value::Seq(items) => items
            .iter()
            .map(|item| with_json_numbers(item.clone()))
            .collect::<Vec<_>>()
            .into(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), with_json_numbers(value.clone())))
            .collect::<yaml::Map>()
            .into(),
        other => other,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::Seq(_) => "array",
        Value::Map(_) => "object",
    }
}

const MISSING: &str = "missing value";

impl Operation {
    fn read(value: &Value) -> Result<Self, String> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        match value {
            Value::Null => Ok(Self {
                op: "unknown".into(),
                path: None,
                from: None,
                value: None,
            }),
            Value::Map(_) => Ok(Self {
                op: text("op").unwrap_or_else(|| "unknown".into()),
                path: text("path"),
                from: text("from"),
                value: value.get("value").cloned(),
            }),
            other => Err(format!(
                "json: cannot unmarshal {} into Go value of type jsonpatch.Operation",
                type_name(other)
            )),
        }
    }

    fn path(&self) -> Result<&str, String> {
        self.path
            .as_deref()
            .ok_or_else(|| format!("{} operation failed to decode path: {MISSING}", self.op))
    }

    fn from(&self) -> Result<&str, String> {
        self.from
            .as_deref()
            .ok_or_else(|| format!("{} operation failed to decode from: {MISSING}", self.op))
    }

    fn apply(&self, document: &mut Value) -> Result<(), String> {
        match self.op.as_str() {
            "add" => {
                let path = self.path()?;
                let value = self.value.clone().unwrap_or(Value::Null);
                add(document, path, value, "add", path)
            }
            "remove" => {
                let path = self.path()?;
                let (parent, key) = parent(document, path).ok_or_else(|| {
                    format!(
                        "remove operation does not apply: doc is missing path: \"{path}\": {MISSING}"
                    )
                })?;
                remove(parent, &key)
                    .map(drop)
                    .map_err(|error| format!("error in remove for path: '{path}': {error}"))
            }
            "replace" => self.replace(document),
            "move" => self.move_value(document),
            "copy" => self.copy_value(document),
            "test" => self.test(document),
            other => Err(format!("Unexpected kind: {other}")),
        }
    }

    fn replace(&self, document: &mut Value) -> Result<(), String> {
        let path = self.path()?;
        let value = self.value.clone().unwrap_or(Value::Null);
        if path.is_empty() {
            if !value.is_map() && !value.is_seq() {
                return Err("replace operation value must be object or array".into());
            }
            *document = value;
            return Ok(());
        }
        let (parent, key) = parent(document, path).ok_or_else(|| {
            format!("replace operation does not apply: doc is missing path: {path}: {MISSING}")
        })?;
        if parent.is_map() {
            insert(parent, &key, value);
            return Ok(());
        }
        let at = index(parent, &key).map_err(|_| {
            format!("replace operation does not apply: doc is missing key: {path}: {MISSING}")
        })?;
        if let Some(items) = parent.as_seq_mut() {
            items[at] = value;
        }
        Ok(())
    }

    fn move_value(&self, document: &mut Value) -> Result<(), String> {
        let from = self.from()?;
        let (parent, key) = parent(document, from).ok_or_else(|| {
            format!("move operation does not apply: doc is missing from path: {from}: {MISSING}")
        })?;
        let value = remove(parent, &key)
            .map_err(|error| format!("error in move for path: '{key}': {error}"))?;
        let path = self.path()?;
        add(document, path, value, "move", path)
    }

    fn copy_value(&self, document: &mut Value) -> Result<(), String> {
        let from = self.from()?;
        let (parent, key) = parent(document, from).ok_or_else(|| {
            format!("copy operation does not apply: doc is missing from path: {from}: {MISSING}")
        })?;
        let value = get(parent, &key)
            .map_err(|error| format!("error in copy for from: '{from}': {error}"))?
            .unwrap_or(Value::Null);
        let path = self.path()?;
        add(document, path, value, "copy", path)
    }

    fn test(&self, document: &mut Value) -> Result<(), String> {
        let path = self.path()?;
        let wanted = self.value.clone().unwrap_or(Value::Null);
        let failed = || format!("testing value {path} failed: test failed");
        if path.is_empty() {
            return if same(document, &wanted) {
                Ok(())
            } else {
                Err(failed())
            };
        }
        let (parent, key) = parent(document, path).ok_or_else(|| {
            format!("test operation does not apply: is missing path: {path}: {MISSING}")
        })?;
        let found = get(parent, &key)
            .map_err(|error| format!("error in test for path: '{path}': {error}"))?
            .unwrap_or(Value::Null);
        if same(&found, &wanted) {
            Ok(())
        } else {
            Err(failed())
        }
    }
}

/// Equal as JSON: numbers by value, mappings without order.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Seq(a), Value::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        // A whole number may be written as a float.
        _ => {
            a == b
                || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a.total_cmp(&b).is_eq())
        }
    }
}

fn decode_key(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The collection that the last part of a pointer is about, and that part.
fn parent<'v>(document: &'v mut Value, path: &str) -> Option<(&'v mut Value, String)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.len() < 2 {
        return None;
    }
    let key = decode_key(parts.pop()?);
    let mut current = document;
    for part in &parts[1..] {
        let part = decode_key(part);
        current = match current {
            Value::Map(_) => current.get_mut(&part)?,
            Value::Seq(_) => {
                let at = index(current, &part).ok()?;
                current.as_seq_mut()?.get_mut(at)?
            }
            _ => return None,
        };
    }
    (current.is_map() || current.is_seq()).then_some((current, key))
}

/// The place of an existing element.
fn index(list: &Value, key: &str) -> Result<usize, String> {
    let len = list.as_seq().map_or(0, <[Value]>::len);
    let wanted: i64 = key
        .parse()
        .map_err(|_| format!("value was not a proper array index: '{key}'"))?;
    let at = if wanted < 0 {
        len.checked_add_signed(isize::try_from(wanted).unwrap_or(isize::MIN))
    } else {
        usize::try_from(wanted).ok()
    };
    at.filter(|at| *at < len).ok_or_else(|| {
        format!("Unable to access invalid index: {wanted}: invalid index referenced")
    })
}

fn get(parent: &Value, key: &str) -> Result<Option<Value>, String> {
    if let Some(map) = parent.as_map() {
        return Ok(map.get(key).cloned());
    }
    let at = index(parent, key)?;
    Ok(parent.as_seq().and_then(|items| items.get(at)).cloned())
}

fn insert(parent: &mut Value, key: &str, value: Value) {
    if let Some(map) = parent.as_map_mut() {
        map.insert(key, value);
    }
}

fn remove(parent: &mut Value, key: &str) -> Result<Value, String> {
    if let Some(map) = parent.as_map_mut() {
        return map
            .remove(key)
            .ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"));
    }
    let at = index(parent, key)?;
    Ok(parent
        .as_seq_mut()
        .map_or(Value::Null, |items| items.remove(at)))
}

fn add(
    document: &mut Value,
    path: &str,
    value: Value,
    operation: &str,
    shown: &str,
) -> Result<(), String> {
    let what = if operation == "add" {
        format!("path: \"{shown}\"")
    } else {
        format!("destination path: {shown}")
    };
    let (parent, key) = parent(document, path).ok_or_else(|| {
        format!("{operation} operation does not apply: doc is missing {what}: {MISSING}")
    })?;
    let Some(items) = parent.as_seq_mut() else {
        insert(parent, &key, value);
        return Ok(());
    };
    if key == "-" {
        items.push(value);
        return Ok(());
    }
    let wrap = |problem: String| format!("error in {operation} for path: '{shown}': {problem}");
    let wanted: i64 = key
        .parse()
        .map_err(|_| wrap(format!("value was not a proper array index: '{key}'")))?;
    let slots = items.len() + 1;
    let at = if wanted < 0 {
        slots.checked_add_signed(isize::try_from(wanted).unwrap_or(isize::MIN))
    } else {
        usize::try_from(wanted).ok()
    };
    match at.filter(|at| *at < slots) {
        Some(at) => {
            items.insert(at, value);
            Ok(())
        }
        None => Err(wrap(format!(
            "Unable to access invalid index: {wanted}: invalid index referenced"
        ))),
    }
}

/// `patchesJson6902`, and the transformer of that name.
#[derive(Clone, Debug)]
pub(crate) struct Json6902 {
    pub(crate) target: Selector,
    pub(crate) patch: JsonPatch,
}

impl Transform for Json6902 {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        for at in select(objects, &self.target, schemas)? {
            self.patch.apply_to(objects.get_mut(at))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(document: &str, patch: &str) -> Result<String, String> {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let patched = JsonPatch::parse(patch)?.apply(Value::from_json(document))?;
        Ok(patched.to_json().to_string())
    }

    #[test]
    fn replace_sets_what_is_missing_in_an_object_but_not_in_a_list() {
        let patch = r#"[{"op":"replace","path":"/b","value":1}]"#;
        assert_eq!(patched(r#"{"a":0}"#, patch).unwrap(), r#"{"a":0,"b":1}"#);
        let patch = r#"[{"op":"replace","path":"/a/3","value":1}]"#;
        assert!(patched(r#"{"a":[0]}"#, patch).is_err());
    }

    #[test]
    fn lists_take_elements_at_any_place() {
        let at = |index: &str| {
            let patch = format!(r#"[{{"op":"add","path":"/a/{index}","value":9}}]"#);
            patched(r#"{"a":[1,2]}"#, &patch)
        };
        assert_eq!(at("0").unwrap(), r#"{"a":[9,1,2]}"#);
        assert_eq!(at("-").unwrap(), r#"{"a":[1,2,9]}"#);
        assert_eq!(at("-1").unwrap(), r#"{"a":[1,2,9]}"#);
        assert!(at("3").unwrap_err().contains("invalid index"));
    }

    #[test]
    fn escapes_in_pointers_are_decoded() {
        let patch = "- op: remove\n  path: /a~1b/c~0d\n";
        assert_eq!(
            patched(r#"{"a/b":{"c~d":1}}"#, patch).unwrap(),
            r#"{"a/b":{}}"#
        );
    }

    #[test]
    fn a_failed_test_and_a_missing_parent_stop_the_patch() {
        let test = r#"[{"op":"test","path":"/a","value":2}]"#;
        assert_eq!(
            patched(r#"{"a":1}"#, test).unwrap_err(),
            "testing value /a failed: test failed"
        );
        let add = r#"[{"op":"add","path":"/x/y","value":2}]"#;
        assert_eq!(
            patched(r#"{"a":1}"#, add).unwrap_err(),
            "add operation does not apply: doc is missing path: \"/x/y\": missing value"
        );
    }

    #[test]
    fn flow_yaml_that_looks_like_json_is_refused() {
        assert!(JsonPatch::parse("[{op: replace, path: /a, value: 1}]").is_err());
        assert!(JsonPatch::parse("thisIsNotAPatch").is_err());
    }
}
