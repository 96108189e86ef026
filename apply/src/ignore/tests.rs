use super::*;
use serde_json::json;

fn rules(paths: &[&str]) -> IgnoreRules {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    IgnoreRules::compile(&[IgnoreRule {
        paths,
        target: None,
    }])
    .unwrap()
}

fn deployment(replicas: i64, managed_fields: &Value) -> Object {
    Object::from_response(json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "managedFields": managed_fields},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [
            {"name": "side", "image": "s"}, {"name": "app", "image": "a"},
        ]}}},
    }))
}

fn applied(manager: &str, fields: &Value) -> Value {
    json!({"manager": manager, "operation": "Apply", "fieldsV1": fields})
}

#[test]
fn k14_12_ignored_paths_are_stripped_from_the_comparison() {
    let mut object = deployment(3, &json!([]));
    let decisive = object.clone();
    rules(&["/spec/replicas", "/spec/nothing"]).strip(&decisive, &mut object);
    assert_eq!(object.as_value()["spec"].get("replicas"), None);
}

#[test]
fn k14_12_a_drifted_path_that_another_manager_applies_is_stripped() {
    let live = deployment(
        5,
        &json!([applied("scaler", &json!({"f:spec": {"f:replicas": {}}}))]),
    );
    let dry_run = deployment(1, &json!([]));
    let resolved = rules(&["/spec/replicas"]).resolve(&live, &dry_run, "us");
    let mut object = deployment(1, &json!([]));
    put_into(&mut object, &resolved);
    assert_eq!(object.as_value()["spec"].get("replicas"), None);
}

#[test]
fn k14_12_a_drifted_path_that_nobody_else_applies_keeps_the_live_value() {
    let live = deployment(
        5,
        &json!([applied("us", &json!({"f:spec": {"f:replicas": {}}}))]),
    );
    let dry_run = deployment(1, &json!([]));
    let resolved = rules(&["/spec/replicas"]).resolve(&live, &dry_run, "us");
    let mut object = deployment(1, &json!([]));
    put_into(&mut object, &resolved);
    assert_eq!(object.as_value()["spec"]["replicas"], json!(5));
    // What has not drifted is applied as it is.
    assert_eq!(rules(&["/spec/replicas"]).resolve(&live, &live, "us"), []);
}

#[test]
fn k14_12_a_list_index_finds_its_item_by_key() {
    let fields = json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {
        "k:{\"name\":\"app\"}": {".": {}, "f:image": {}},
    }}}}});
    let live = deployment(1, &json!([applied("pusher", &fields)]));
    let mut dry_run = deployment(1, &json!([]));
    let containers = "/spec/template/spec/containers";
    for index in 0..2 {
        let image = dry_run
            .value_mut()
            .pointer_mut(&format!("{containers}/{index}/image"));
        *image.unwrap() = json!("new");
    }
    let rules = rules(&[
        &format!("{containers}/1/image"),
        &format!("{containers}/0/image"),
    ]);
    let resolved = rules.resolve(&live, &dry_run, "us");
    assert!(matches!(resolved[0], Resolution::Strip(_)), "{resolved:?}");
    assert!(
        matches!(&resolved[1], Resolution::Adopt(_, Some(value)) if value == "s"),
        "{resolved:?}"
    );
}
