//! The objects of a release as the cluster should have them (H18.1, H14.3).

use apply::Object;
use helm::release::Release;
use yaml::{Budget, Dialect, Value};

/// Label by which Helm knows its objects.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Annotation with the name of the release.
pub const RELEASE_NAME: &str = "meta.helm.sh/release-name";
/// Annotation with the namespace of the release.
pub const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// The manifest of a record cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("failed to read objects from release manifest: {0}")]
pub struct ReadError(String);

/// The objects in the manifest of a record, normalised, with Helm's own metadata. Where one names no namespace it
/// is up to the caller, who knows the scopes of kinds.
///
/// Lists stand for their items; what has no kind, version or name is left out.
///
/// # Errors
///
/// A document that does not parse.
pub fn objects(release: &Release) -> Result<Vec<Object>, ReadError> {
    let documents = yaml::decode(
        release.manifest.as_bytes(),
        Dialect::Kubernetes,
        &Budget::default(),
    )
    .map_err(|error| ReadError(error.to_string()))?;
    let mut objects = Vec::new();
    for document in &documents {
        collect(document, &mut objects);
    }
    for object in &mut objects {
        apply::normalize(object);
        mark(object, release);
    }
    Ok(objects)
}

fn collect(document: &Value, objects: &mut Vec<Object>) {
    let is_list = document
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.ends_with("List"));
    match document.get("items").and_then(Value::as_seq) {
        Some(items) if is_list => objects.extend(items.iter().filter_map(object)),
        _ => objects.extend(object(document)),
    }
}

fn object(document: &Value) -> Option<Object> {
    Object::new(document.to_json()).ok()
}

/// Sets what tells that Helm manages an object (H14.3).
pub fn mark(object: &mut Object, release: &Release) {
    object.set_label(MANAGED_BY, "Helm");
    object.set_annotation(RELEASE_NAME, &release.name);
    object.set_annotation(RELEASE_NAMESPACE, &release.namespace);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(manifest: &str) -> Result<Vec<Object>, ReadError> {
        objects(&Release {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
            manifest: manifest.to_owned(),
            ..Release::default()
        })
    }

    #[test]
    fn h18_1_objects_carry_the_metadata_that_helm_sets() {
        let manifest = "---\n# Source: a\napiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n  labels:\n    \
                        app.kubernetes.io/managed-by: me\n---\n# nothing\n---\nkind: NoName\n";
        let objects = read(manifest).unwrap();
        assert_eq!(objects.len(), 1);
        assert_eq!(
            objects[0].as_value()["metadata"],
            json!({
                "name": "a", "creationTimestamp": null,
                "labels": {"app.kubernetes.io/managed-by": "Helm"},
                "annotations": {
                    "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "prod",
                },
            })
        );
    }

    #[test]
    fn h18_1_lists_stand_for_their_items_and_quantities_are_canonical() {
        let manifest = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: PersistentVolumeClaim\n  \
                        metadata: {name: a}\n  spec: {resources: {requests: {storage: 1024Mi}}}\n\
                        - apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n";
        let objects = read(manifest).unwrap();
        let subjects: Vec<_> = objects.iter().map(Object::subject).collect();
        assert_eq!(subjects, ["PersistentVolumeClaim/a", "ConfigMap/b"]);
        let storage = objects[0]
            .as_value()
            .pointer("/spec/resources/requests/storage");
        assert_eq!(storage, Some(&json!("1Gi")));
    }

    #[test]
    fn h18_1_a_manifest_that_does_not_parse_is_an_error() {
        let error = read("a: b: c\n").unwrap_err().to_string();
        assert!(
            error.starts_with("failed to read objects from release manifest: "),
            "{error}"
        );
    }
}
