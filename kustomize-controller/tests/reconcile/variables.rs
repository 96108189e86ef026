//! Variables (section 13).

use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube::Api;
use common::kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::support::{Fixture, config_map};

async fn vars(fixture: &Fixture, name: &str, data: Value) {
    let metadata = json!({"name": name, "labels": {"reconcile.fluxcd.io/watch": "Enabled"}});
    let map: ConfigMap =
        serde_json::from_value(json!({"metadata": metadata, "data": data})).unwrap();
    fixture
        .config_maps()
        .create(&PostParams::default(), &map)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_1_later_sources_win_and_inline_wins_over_all() {
    let fixture = Fixture::new("vars").await;
    vars(&fixture, "first", json!({"a": "1", "b": "1", "c": "1"})).await;
    let secret: Secret = serde_json::from_value(
        json!({"metadata": {"name": "second"}, "stringData": {"b": "2\n", "c": "2"}}),
    )
    .unwrap();
    Api::namespaced(fixture.client.clone(), &fixture.namespace)
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    let manifest = config_map("x", r#""${a}-${b}-${c}-${d:=dd}-$${e}""#);
    let revision = fixture.publish(&[("x.yaml", &manifest)]).await;
    let post_build = json!({
        "substituteFrom": [
            {"kind": "ConfigMap", "name": "first"}, {"kind": "Secret", "name": "second"},
            {"kind": "ConfigMap", "name": "absent", "optional": true},
        ],
        "substitute": {"c": "3"},
    });
    fixture
        .create("apps", json!({ "postBuild": post_build }))
        .await;
    fixture.ready("apps", &revision).await;
    assert_eq!(
        fixture.value("x", "key").await.as_deref(),
        Some("1-2-3-dd-${e}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k20_3_a_change_of_a_watched_source_of_variables_is_applied_at_once() {
    let fixture = Fixture::new("varwatch").await;
    vars(&fixture, "vars", json!({"a": "before"})).await;
    let revision = fixture
        .publish(&[("x.yaml", &config_map("x", "${a}"))])
        .await;
    fixture
        .create(
            "apps",
            json!({"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}}),
        )
        .await;
    fixture.ready("apps", &revision).await;
    let patch = Patch::Merge(json!({"data": {"a": "after"}}));
    fixture
        .config_maps()
        .patch("vars", &PatchParams::default(), &patch)
        .await
        .unwrap();
    fixture
        .config_map("x", "changed", |map| {
            map.is_some_and(|map| map.data.as_ref().unwrap()["key"] == "after")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_4_an_unset_variable_fails_the_build_and_names_it() {
    let fixture = Fixture::new("strict").await;
    fixture
        .publish(&[("x.yaml", &config_map("x", "${missing}"))])
        .await;
    fixture
        .create("apps", json!({"postBuild": {"substitute": {"a": "1"}}}))
        .await;
    let (_, message) = fixture.failed("apps", "BuildFailed").await;
    let expected = r#"post build failed for 'ConfigMap.v1.[noGrp]/x': envsubst error: variable substitution failed: variable not set (strict mode): "missing""#;
    assert!(message.starts_with(expected), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_4_without_the_gate_an_unset_variable_is_empty() {
    let fixture = Fixture::with_flags(
        "lenient",
        &["--feature-gates=StrictPostBuildSubstitutions=false"],
    )
    .await;
    let revision = fixture
        .publish(&[("x.yaml", &config_map("x", r#""[${missing}]""#))])
        .await;
    fixture
        .create("apps", json!({"postBuild": {"substitute": {"a": "1"}}}))
        .await;
    fixture.ready("apps", &revision).await;
    assert_eq!(fixture.value("x", "key").await.as_deref(), Some("[]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_1_a_missing_source_of_variables_is_named() {
    let fixture = Fixture::new("novars").await;
    fixture.publish_map("x", "y").await;
    fixture
        .create(
            "apps",
            json!({"postBuild": {"substituteFrom": [{"kind": "Secret", "name": "none"}]}}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "BuildFailed").await;
    assert!(
        message.ends_with(r#"substitute from 'Secret/none' error: secrets "none" not found"#),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k13_2_names_that_no_expression_can_use_are_refused() {
    let fixture = Fixture::new("names").await;
    fixture.publish_map("x", "y").await;
    fixture
        .create(
            "apps",
            json!({"postBuild": {"substitute": {"not-a-name": "1"}}}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "BuildFailed").await;
    assert!(
        message.contains("'not-a-name' var name is invalid, must match"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn k20_4_variables_are_read_anew_in_every_run_whatever_is_watched() {
    let fixture = Fixture::new("varlive").await;
    vars(&fixture, "vars", json!({"a": "before"})).await;
    // Without the label nobody is woken.
    let unlabelled = json!({"metadata": {"labels": {"reconcile.fluxcd.io/watch": null}}});
    let change = async |patch: Value| {
        fixture
            .config_maps()
            .patch("vars", &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    };
    change(unlabelled).await;
    let revision = fixture
        .publish(&[("x.yaml", &config_map("x", "${a}"))])
        .await;
    fixture
        .create(
            "apps",
            json!({"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}}),
        )
        .await;
    fixture.ready("apps", &revision).await;
    change(json!({"data": {"a": "after"}})).await;
    fixture.request("apps", "1").await;
    fixture
        .config_map("x", "changed", |map| {
            map.is_some_and(|map| map.data.as_ref().unwrap()["key"] == "after")
        })
        .await;
}
