//! Whose rights count (section 19), and what may be referred to.

use common::k8s_openapi::api::core::v1::ServiceAccount;
use common::k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use common::kube::Api;
use common::kube::api::PostParams;
use serde_json::json;

use crate::support::{Fixture, condition, config_map};

/// An account that may do everything with ConfigMaps in its namespace, and nothing else.
async fn tenant(fixture: &Fixture, name: &str) {
    let (client, namespace) = (fixture.client.clone(), fixture.namespace.as_str());
    let account: ServiceAccount =
        serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    let role: Role = serde_json::from_value(json!({
        "metadata": {"name": name}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}],
    }))
    .unwrap();
    let binding: RoleBinding = serde_json::from_value(json!({
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }))
    .unwrap();
    let params = PostParams::default();
    Api::namespaced(client.clone(), namespace)
        .create(&params, &account)
        .await
        .unwrap();
    Api::namespaced(client.clone(), namespace)
        .create(&params, &role)
        .await
        .unwrap();
    Api::namespaced(client, namespace)
        .create(&params, &binding)
        .await
        .unwrap();
}

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: hunter2\n";

#[tokio::test(flavor = "multi_thread")]
async fn k19_1_objects_are_applied_with_the_rights_of_the_account() {
    let fixture = Fixture::new("tenant").await;
    tenant(&fixture, "tenant").await;
    let first = fixture
        .publish(&[("a.yaml", &config_map("a", "one"))])
        .await;
    fixture
        .create(
            "apps",
            json!({"serviceAccountName": "tenant", "wait": true}),
        )
        .await;
    fixture.ready("apps", &first).await;
    fixture
        .publish(&[("a.yaml", &config_map("a", "two")), ("s.yaml", SECRET)])
        .await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    assert!(
        message.contains("is forbidden") && message.contains("secrets"),
        "{message}"
    );
    assert!(!message.contains("hunter2"), "{message}");
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("one"));
    // What the account may do, it also prunes.
    let third = fixture
        .publish(&[("b.yaml", &config_map("b", "three"))])
        .await;
    fixture.ready("apps", &third).await;
    assert!(fixture.config_maps().get_opt("a").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn k19_1_an_account_without_rights_can_do_nothing() {
    let fixture = Fixture::with_flags("norights", &["--default-service-account=nobody"]).await;
    fixture
        .publish(&[("a.yaml", &config_map("a", "one"))])
        .await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let user = format!("system:serviceaccount:{}:nobody", fixture.namespace);
    assert!(
        message.contains("is forbidden") && message.contains(&user),
        "{message}"
    );
    assert!(fixture.config_maps().get_opt("a").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_cross_namespace_references_can_be_blocked() {
    let fixture = Fixture::with_flags("cross", &["--no-cross-namespace-refs"]).await;
    let reference = json!({"kind": "GitRepository", "name": "repo", "namespace": "default"});
    fixture
        .create("apps", json!({ "sourceRef": reference }))
        .await;
    let (object, message) = fixture.failed("apps", "AccessDenied").await;
    assert_eq!(
        message,
        "can't access 'GitRepository/default/repo', cross-namespace references have been blocked"
    );
    assert_eq!(condition(&object, "Stalled").unwrap().1, "AccessDenied");
    // The same namespace by name is no crossing.
    let revision = fixture
        .publish(&[("a.yaml", &config_map("a", "one"))])
        .await;
    fixture
        .patch(
            "apps",
            json!({"sourceRef": {"namespace": fixture.namespace}}),
        )
        .await;
    fixture.ready("apps", &revision).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn section_4_external_artifacts_need_their_gate() {
    let fixture = Fixture::new("external").await;
    fixture
        .create(
            "apps",
            json!({"sourceRef": {"kind": "ExternalArtifact", "name": "x"}}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "AccessDenied").await;
    let target = format!("ExternalArtifact/{}/x", fixture.namespace);
    assert_eq!(
        message,
        format!("can't access '{target}', ExternalArtifact feature gate is disabled")
    );
}
