//! A tenant gets what its service account may have, and nothing of its neighbours.

use e2e::manifests::config_map;
use e2e::{Scenario, Toolkit};
use serde_json::{Value, json};

async fn account(story: &Scenario, name: &str) {
    story.put("ServiceAccount", name, json!({})).await;
}

async fn allow_config_maps(story: &Scenario, account: &str) {
    let rules =
        json!({ "rules": [{ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"] }] });
    story.put("Role", account, rules).await;
    let binding = json!({
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": account },
        "subjects": [{ "kind": "ServiceAccount", "name": account, "namespace": story.namespace }],
    });
    story.put("RoleBinding", account, binding).await;
}

#[tokio::test]
async fn a_service_account_without_rights_applies_nothing_and_with_rights_all() {
    let story = Scenario::new("tenant").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story.source().await;
    account(&story, "tenant").await;
    story
        .unit("app", "./app", json!({ "serviceAccountName": "tenant" }))
        .await;
    let message = story
        .condition(
            "Kustomization",
            "app",
            ("Ready", "False", "ReconciliationFailed"),
        )
        .await;
    let user = format!("system:serviceaccount:{}:tenant", story.namespace);
    assert!(
        message.contains(&user) && message.contains("orbidden"),
        "{message}"
    );
    assert!(story.get("ConfigMap", "a").await.is_none());

    allow_config_maps(&story, "tenant").await;
    story.ready("Kustomization", "app", &revision).await;
    assert!(story.get("ConfigMap", "a").await.is_some());
}

#[tokio::test]
async fn a_tenant_cannot_reach_into_another_namespace() {
    let story = Scenario::new("reach").await;
    let neighbour = Scenario::new("neighbour").await;
    let reaching = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: reach\n  namespace: {}\n",
        neighbour.namespace
    );
    story.push(&[
        ("app/a.yaml", Some(&reaching)),
        ("app/b.yaml", Some(&config_map("own", "k", "v"))),
    ]);
    story.source().await;
    account(&story, "tenant").await;
    allow_config_maps(&story, "tenant").await;
    let more = json!({ "serviceAccountName": "tenant", "targetNamespace": Value::Null });
    story.unit("app", "./app", more).await;
    story
        .condition(
            "Kustomization",
            "app",
            ("Ready", "False", "ReconciliationFailed"),
        )
        .await;
    assert!(neighbour.get("ConfigMap", "reach").await.is_none());
    assert!(
        story.get("ConfigMap", "own").await.is_none(),
        "the stage is all or nothing"
    );
}

#[tokio::test]
async fn cross_namespace_sources_are_refused_when_the_flag_says_so() {
    let toolkit = Toolkit::sharded("no-cross", &["--no-cross-namespace-refs=true"]).await;
    let owner = Scenario::on(&toolkit, "owner").await;
    let revision = owner.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    owner.source().await;
    owner.ready("GitRepository", "repo", &revision).await;

    let guest = Scenario::on(&toolkit, "guest").await;
    let foreign = json!({ "kind": "GitRepository", "name": "repo", "namespace": owner.namespace });
    guest
        .unit("app", "./app", json!({ "sourceRef": foreign }))
        .await;
    let message = guest
        .condition("Kustomization", "app", ("Ready", "False", "AccessDenied"))
        .await;
    let expected = format!(
        "can't access 'GitRepository/{}/repo', cross-namespace references have been blocked",
        owner.namespace
    );
    assert_eq!(message, expected);
    guest
        .condition("Kustomization", "app", ("Stalled", "True", "AccessDenied"))
        .await;
    assert!(guest.get("ConfigMap", "a").await.is_none());

    owner.unit("app", "./app", json!({})).await;
    owner.ready("Kustomization", "app", &revision).await;
}

#[tokio::test]
async fn cross_namespace_sources_work_without_the_flag() {
    let owner = Scenario::new("giver").await;
    let revision = owner.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    owner.source().await;
    let guest = Scenario::new("taker").await;
    let foreign = json!({ "kind": "GitRepository", "name": "repo", "namespace": owner.namespace });
    guest
        .unit("app", "./app", json!({ "sourceRef": foreign }))
        .await;
    guest.ready("Kustomization", "app", &revision).await;
    assert!(guest.get("ConfigMap", "a").await.is_some());
}
