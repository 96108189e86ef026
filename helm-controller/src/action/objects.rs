//! Manifests as objects that the server knows.

use apply::cluster::Scope;
use apply::{ApiError, Cluster, Inventory, InventoryEntry, Object};
use yaml::{Budget, Dialect, Value};

use super::{ActionError, ReleaseId};

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const HELM: &str = "Helm";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// The objects of a manifest, in its order, lists taken apart. Those of namespaced kinds without a namespace get that of
/// the release, those of other kinds lose theirs.
///
/// # Errors
/// A document that is no object, or of a kind that the server does not serve.
pub async fn objects(
    cluster: &dyn Cluster,
    manifest: &str,
    namespace: &str,
    what: &'static str,
) -> Result<Vec<Object>, ActionError> {
    let failed = |cause: String| ActionError::Objects { what, cause };
    let mut objects = parse(manifest).map_err(failed)?;
    for object in &mut objects {
        let mapping = cluster.mapping(&object.gvk()).await;
        let mapping = mapping.map_err(|error| failed(unmapped(object, &error)))?;
        place(object, mapping.scope, namespace);
    }
    Ok(objects)
}

/// The objects of a manifest as they stand in it.
pub(super) fn parse(manifest: &str) -> Result<Vec<Object>, String> {
    let mut objects = Vec::new();
    for document in helm::output::split(manifest) {
        let values = yaml::decode(document.as_bytes(), Dialect::Kubernetes, &Budget::default())
            .map_err(|error| format!("error parsing : {error}"))?;
        for value in values {
            if !matches!(value, Value::Null) {
                collect(&value, &mut objects)?;
            }
        }
    }
    Ok(objects)
}

fn collect(value: &Value, objects: &mut Vec<Object>) -> Result<(), String> {
    let kind = value.get("kind").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind.ends_with("List"))
        && let Some(Value::Seq(items)) = value.get("items")
    {
        return items.iter().try_for_each(|item| collect(item, objects));
    }
    let object = Object::new(value.to_json()).map_err(|error| error.to_string())?;
    objects.push(object);
    Ok(())
}

fn unmapped(object: &Object, error: &ApiError) -> String {
    match error {
        ApiError::NoMatch(_) => format!(
            "resource mapping not found for name: {:?} namespace: {:?} from \"\": {error}\nensure CRDs are installed first",
            object.name(),
            object.namespace()
        ),
        other => other.to_string(),
    }
}

fn place(object: &mut Object, scope: Scope, namespace: &str) {
    let metadata = object.value_mut().get_mut("metadata");
    let Some(metadata) = metadata.and_then(serde_json::Value::as_object_mut) else {
        return;
    };
    match scope {
        Scope::Cluster => {
            metadata.remove("namespace");
        }
        Scope::Namespaced => {
            let given = metadata
                .get("namespace")
                .and_then(serde_json::Value::as_str);
            if given.is_none_or(str::is_empty) {
                metadata.insert("namespace".to_owned(), namespace.into());
            }
        }
    }
}

/// Marks objects as those of the release, whatever they say themselves (H14.3).
pub(super) fn own(objects: &mut [Object], release: &ReleaseId) {
    for object in objects {
        object.set_label(MANAGED_BY, HELM);
        object.set_annotation(RELEASE_NAME, &release.name);
        object.set_annotation(RELEASE_NAMESPACE, &release.namespace);
    }
}

/// What an object lacks to be one of the release; nothing when it is.
pub(super) fn foreign(live: &Object, release: &ReleaseId) -> Option<String> {
    let mut lacking = Vec::new();
    let mut check = |found: Option<&str>, kind: &str, key: &str, wanted: &str| {
        let problem = match found {
            None => format!("missing key {key:?}: must be set to {wanted:?}"),
            Some(found) if found != wanted => {
                format!("key {key:?} must equal {wanted:?}: current value is {found:?}")
            }
            Some(_) => return,
        };
        lacking.push(format!("{kind} validation error: {problem}"));
    };
    check(live.label(MANAGED_BY), "label", MANAGED_BY, HELM);
    let name = live.annotation(RELEASE_NAME);
    check(name, "annotation", RELEASE_NAME, &release.name);
    let namespace = live.annotation(RELEASE_NAMESPACE);
    check(
        namespace,
        "annotation",
        RELEASE_NAMESPACE,
        &release.namespace,
    );
    (!lacking.is_empty()).then(|| format!("invalid ownership metadata; {}", lacking.join("; ")))
}

/// `Kind "name" in namespace "ns"`, as Helm names objects in messages.
pub(super) fn described(object: &Object) -> String {
    format!(
        "{} {:?} in namespace {:?}",
        object.kind(),
        object.name(),
        object.namespace()
    )
}

/// The inventory of a release: its objects, then the definitions of its chart (H13.4).
pub fn inventory_of(objects: &[Object], definitions: &[Object]) -> Inventory {
    let entry = |object: &Object| InventoryEntry {
        id: object.id().to_string(),
        version: object.gvk().version,
    };
    Inventory {
        entries: objects.iter().chain(definitions).map(entry).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release() -> ReleaseId {
        ReleaseId {
            name: "web".to_owned(),
            namespace: "prod".to_owned(),
        }
    }

    #[test]
    fn h16_7_documents_and_lists_become_objects_in_order() {
        let manifest = "---\n# Source: a/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
            ---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n\
            - {apiVersion: v1, kind: Service, metadata: {name: b}}\n\
            - {apiVersion: v1, kind: Service, metadata: {name: c}}\n";
        let names: Vec<String> = parse(manifest)
            .unwrap()
            .iter()
            .map(|object| object.name().to_owned())
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn a_document_that_is_no_object_says_what_it_lacks() {
        let error = parse("apiVersion: v1\nkind: ConfigMap\n").unwrap_err();
        assert_eq!(error, "not a Kubernetes object: metadata.name is missing");
        assert!(parse("a: b: c\n").unwrap_err().starts_with("error parsing"));
    }

    #[test]
    fn h14_3_objects_are_marked_as_the_releases_own() {
        let mut objects = vec![Object::from_response(json!({
            "metadata": {"name": "a", "annotations": {"meta.helm.sh/release-name": "other"}},
        }))];
        let foreign_text = foreign(&objects[0], &release()).unwrap();
        assert!(
            foreign_text.contains("current value is \"other\"")
                && foreign_text.contains("label validation error: missing key"),
            "{foreign_text}"
        );
        own(&mut objects, &release());
        assert_eq!(foreign(&objects[0], &release()), None);
    }

    #[test]
    fn h17_6_namespaces_follow_the_scope_of_the_kind() {
        let object = |namespace: &str| {
            Object::from_response(json!({"metadata": {"name": "a", "namespace": namespace}}))
        };
        let mut given = object("other");
        place(&mut given, Scope::Namespaced, "prod");
        assert_eq!(given.namespace(), "other");
        let mut empty = object("");
        place(&mut empty, Scope::Namespaced, "prod");
        assert_eq!(empty.namespace(), "prod");
        let mut wide = object("other");
        place(&mut wide, Scope::Cluster, "prod");
        assert_eq!(wide.namespace(), "");
    }
}
