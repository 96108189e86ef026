//! One Kubernetes object as JSON, with access to what every object has.

use crate::id::{Gvk, ObjectId, ObjectRef};
use serde_json::{Map, Value};

/// A JSON object with at least the shape of a Kubernetes object. Fields that are absent or of another type
/// read as empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object(Value);

/// The value is no JSON object, or names no kind, version or name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a Kubernetes object: {field} is missing")]
pub struct NotAnObject {
    pub field: &'static str,
}

impl Object {
    /// Takes a desired object. `apiVersion`, `kind` and `metadata.name` must be there (compat K11.4).
    pub fn new(value: Value) -> Result<Self, NotAnObject> {
        let object = Self(value);
        for (field, text) in [
            ("apiVersion", object.api_version()),
            ("kind", object.kind()),
            ("metadata.name", object.name()),
        ] {
            if text.is_empty() {
                return Err(NotAnObject { field });
            }
        }
        Ok(object)
    }

    /// Takes what the API server answered, as it is.
    pub fn from_response(value: Value) -> Self {
        Self(value)
    }

    pub fn as_value(&self) -> &Value {
        &self.0
    }

    pub fn into_value(self) -> Value {
        self.0
    }

    pub fn value_mut(&mut self) -> &mut Value {
        &mut self.0
    }

    fn text(&self, pointer: &str) -> &str {
        self.0
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub fn api_version(&self) -> &str {
        self.text("/apiVersion")
    }

    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// Empty when there is none.
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    pub fn uid(&self) -> &str {
        self.text("/metadata/uid")
    }

    /// Empty for an object that the server has not stored.
    pub fn resource_version(&self) -> &str {
        self.text("/metadata/resourceVersion")
    }

    pub fn is_terminating(&self) -> bool {
        !self.text("/metadata/deletionTimestamp").is_empty()
    }

    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// The group part of `apiVersion`.
    pub fn group(&self) -> &str {
        self.api_version()
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    pub fn id(&self) -> ObjectId {
        ObjectId::new(self.namespace(), self.name(), self.group(), self.kind())
    }

    pub fn object_ref(&self) -> ObjectRef {
        ObjectRef {
            gvk: self.gvk(),
            namespace: self.namespace().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// `Kind/namespace/name`; see [`ObjectId::subject`].
    pub fn subject(&self) -> String {
        self.id().subject()
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        self.metadata_map("labels")?.get(key)?.as_str()
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata_map("annotations")?.get(key)?.as_str()
    }

    pub(crate) fn metadata_map(&self, field: &str) -> Option<&Map<String, Value>> {
        self.0.get("metadata")?.get(field)?.as_object()
    }

    /// Sets one label (compat K8.1), making room for it where `metadata.labels` is absent.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.set_metadata("labels", key, value);
    }

    /// Sets one annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        self.set_metadata("annotations", key, value);
    }

    /// Sets one entry of a map of texts. Entries without a value become empty, and a map in which a value is no text is
    /// replaced as a whole (apimachinery `unstructured.go`, `GetLabels`).
    fn set_metadata(&mut self, field: &str, key: &str, value: &str) {
        let entries =
            child(&mut self.0, "metadata").and_then(|metadata| map_child(metadata, field));
        let Some(entries) = entries else { return };
        if entries
            .values()
            .any(|value| !value.is_string() && !value.is_null())
        {
            entries.clear();
        }
        for value in entries.values_mut().filter(|value| value.is_null()) {
            *value = Value::String(String::new());
        }
        entries.insert(key.to_owned(), Value::String(value.to_owned()));
    }

    /// A `Secret` of the core group, whatever the case of its kind.
    pub fn is_secret(&self) -> bool {
        self.kind().eq_ignore_ascii_case("secret") && self.api_version() == "v1"
    }

    pub(crate) fn is_custom_resource_definition(&self) -> bool {
        self.kind().eq_ignore_ascii_case("customresourcedefinition")
            && self.group() == "apiextensions.k8s.io"
    }

    /// A `Job` that deletes itself some time after it has ended (compat K16.4).
    pub fn is_job_with_ttl(&self) -> bool {
        self.kind() == "Job"
            && self.group() == "batch"
            && self
                .0
                .pointer("/spec/ttlSecondsAfterFinished")
                .is_some_and(Value::is_i64)
    }
}

/// The JSON object under `field`, created where there is none.
fn child<'a>(value: &'a mut Value, field: &str) -> Option<&'a mut Map<String, Value>> {
    map_child(value.as_object_mut()?, field)
}

fn map_child<'a>(
    map: &'a mut Map<String, Value>,
    field: &str,
) -> Option<&'a mut Map<String, Value>> {
    let entry = map.entry(field).or_insert(Value::Null);
    if !entry.is_object() {
        *entry = Value::Object(Map::new());
    }
    entry.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn k11_4_an_object_needs_version_kind_and_name() {
        for (value, field) in [
            (json!({}), "apiVersion"),
            (json!("text"), "apiVersion"),
            (json!({"apiVersion": "v1"}), "kind"),
            (json!({"apiVersion": "v1", "kind": "Pod"}), "metadata.name"),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 3}}),
                "metadata.name",
            ),
        ] {
            assert_eq!(Object::new(value), Err(NotAnObject { field }));
        }
    }

    #[test]
    fn k8_1_a_label_is_set_where_there_was_no_map() {
        let mut object = Object::from_response(json!({"metadata": {"name": "a", "labels": null}}));
        object.set_label("team", "x");
        object.set_annotation("note", "y");
        assert_eq!(object.label("team"), Some("x"));
        assert_eq!(object.annotation("note"), Some("y"));
        assert_eq!(object.label("note"), None);
    }

    #[test]
    fn k8_1_labels_that_are_no_texts_do_not_survive_the_owner_labels() {
        let labels = |labels: Value| {
            let mut object = Object::from_response(json!({"metadata": {"labels": labels}}));
            object.set_label("team", "x");
            object.into_value()["metadata"]["labels"].take()
        };
        assert_eq!(
            labels(json!({"a": null, "b": "c"})),
            json!({"a": "", "b": "c", "team": "x"})
        );
        assert_eq!(labels(json!({"a": true, "b": "c"})), json!({"team": "x"}));
    }

    #[test]
    fn k16_4_a_job_with_any_ttl_deletes_itself() {
        let job = |ttl: Value| {
            Object::from_response(json!({
                "apiVersion": "batch/v1", "kind": "Job", "spec": {"ttlSecondsAfterFinished": ttl}
            }))
        };
        assert!(job(json!(0)).is_job_with_ttl());
        assert!(!job(json!(null)).is_job_with_ttl());
    }
}
