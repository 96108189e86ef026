//! JSON patches, RFC 6902, with the leniency that users rely on: `replace` sets what is missing in
//! an object, and negative indices count from the end (`evanphx/json-patch` v4).

mod operation;

use std::borrow::Cow;

use yaml::{Budget, Dialect, Value};

use super::Transform;
use crate::config::Selector;
use crate::error::Error;
use crate::node;
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::select::select;
use operation::{Operation, type_name};

/// The operations of a patch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JsonPatch {
    operations: Vec<Operation>,
}

impl JsonPatch {
    /// Reads a patch in JSON, or in YAML when it does not begin with `[`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = match String::from_utf8_lossy(bytes) {
            // JSON replaces bytes that are no text, YAML has none.
            Cow::Owned(text) if !text.starts_with('[') => {
                return Err("yaml: invalid UTF-8".to_owned());
            }
            text => text,
        };
        let document = if text.starts_with('[') {
            let json: serde_json::Value = serde_json::from_str(&text)
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
            *resource.node = node::from_value(&with_json_numbers(patched));
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
        let patched = JsonPatch::parse(patch.as_bytes())?.apply(Value::from_json(document))?;
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
        assert!(JsonPatch::parse(b"[{op: replace, path: /a, value: 1}]").is_err());
        assert!(JsonPatch::parse(b"thisIsNotAPatch").is_err());
    }
}
