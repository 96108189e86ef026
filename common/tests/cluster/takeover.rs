//! Taking over objects of kubectl and of an upstream controller (compat K14.8, K24).

use crate::fixture::Fixture;
use serde_json::{Value, json};

fn managers(live: &apply::Object) -> Vec<(String, String)> {
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    live.as_value()["metadata"]["managedFields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (text(entry, "manager"), text(entry, "operation")))
        .collect()
}

#[tokio::test]
async fn k24_3_fields_that_kubectl_set_and_the_source_does_not_hold_go_exactly_once() {
    let fixture = Fixture::new("kubectl").await;
    let last_applied = "kubectl.kubernetes.io/last-applied-configuration";
    let theirs = fixture.config("a", json!({"k": "old", "stale": "x"}));
    let mut value = theirs.into_value();
    value["metadata"]["annotations"] = json!({last_applied: "{}", "keep": "me"});
    let params = kube::api::PostParams {
        field_manager: Some("kubectl-client-side-apply".into()),
        ..kube::api::PostParams::default()
    };
    let object = serde_json::from_value(value).unwrap();
    fixture
        .api("v1", "ConfigMap")
        .create(&params, &object)
        .await
        .unwrap();

    let set = || vec![fixture.config("a", json!({"k": "new"}))];
    assert_eq!(fixture.lines(set()).await, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "new"}));
    assert_eq!(live.annotation(last_applied), None);
    assert_eq!(
        managers(&live),
        [("kustomize-controller".to_owned(), "Apply".to_owned())]
    );
    let version = live.resource_version().to_owned();
    assert_eq!(fixture.lines(set()).await, ["ConfigMap/ns/a unchanged"]);
    assert_eq!(
        fixture.get("v1", "ConfigMap", "a").await.resource_version(),
        version
    );
}

#[tokio::test]
async fn k14_8_an_edit_with_kubectl_is_undone_and_its_manager_goes() {
    let fixture = Fixture::new("kubectl-edit").await;
    let set = || vec![fixture.config("a", json!({"k": "v"}))];
    fixture.lines(set()).await;
    fixture
        .edit(
            "v1",
            "ConfigMap",
            "a",
            "kubectl-edit",
            json!({"data": {"extra": "x"}}),
        )
        .await;
    assert_eq!(fixture.lines(set()).await, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "v"}));
    assert_eq!(managers(&live).len(), 1);
}

#[tokio::test]
async fn k8_2_ssa_merge_leaves_what_kubectl_set() {
    let fixture = Fixture::new("merge").await;
    let merged = || {
        let mut object = fixture.config("a", json!({"k": "v"}));
        object.set_annotation("kustomize.toolkit.fluxcd.io/ssa", "Merge");
        vec![object]
    };
    fixture.lines(merged()).await;
    fixture
        .edit(
            "v1",
            "ConfigMap",
            "a",
            "kubectl-edit",
            json!({"data": {"extra": "x"}}),
        )
        .await;
    assert_eq!(fixture.lines(merged()).await, ["ConfigMap/ns/a unchanged"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "v", "extra": "x"}));
}

#[tokio::test]
async fn k14_8_an_overridden_manager_is_taken_over_and_others_keep_their_fields() {
    let mut fixture = Fixture::new("override").await;
    let theirs = |name: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {name: "x"}});
    fixture
        .lines(vec![fixture.config("a", json!({"k": "v"}))])
        .await;
    fixture.apply_as("argocd-controller", theirs("argo")).await;
    fixture
        .apply_as("flux-client-side-apply", theirs("flux"))
        .await;
    fixture.options = apply::ApplyOptions::for_owner(&crate::fixture::owner(), &["argocd".into()]);
    let lines = fixture
        .lines(vec![fixture.config("a", json!({"k": "v"}))])
        .await;
    assert_eq!(lines, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "v", "flux": "x"}));
}

#[tokio::test]
async fn k14_12_an_ignored_field_is_left_to_its_owner() {
    let mut fixture = Fixture::new("ignore").await;
    let rule = apply::IgnoreRule {
        paths: vec!["/data/size".into()],
        target: None,
    };
    fixture.options.ignore = apply::IgnoreRules::compile(&[rule]).unwrap();
    let set = |k: &str| vec![fixture.config("a", json!({"k": k, "size": "1"}))];
    fixture.lines(set("v")).await;
    fixture
        .edit(
            "v1",
            "ConfigMap",
            "a",
            "somebody",
            json!({"data": {"size": "9"}}),
        )
        .await;
    assert_eq!(fixture.lines(set("v")).await, ["ConfigMap/ns/a unchanged"]);
    // Another change forces an apply: the live value is adopted.
    assert_eq!(fixture.lines(set("w")).await, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "w", "size": "9"}));
    // A manager that applies the field keeps it.
    fixture
        .apply_as("scaler", json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"size": "5"},
        }))
        .await;
    assert_eq!(fixture.lines(set("x")).await, ["ConfigMap/ns/a configured"]);
    let live = fixture.get("v1", "ConfigMap", "a").await;
    assert_eq!(live.as_value()["data"], json!({"k": "x", "size": "5"}));
}
