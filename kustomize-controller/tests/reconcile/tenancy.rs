//! Whose rights count (section 19), and what may be referred to.

use common::k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use common::k8s_openapi::api::rbac::v1::{Role, RoleBinding};
use common::kube::Api;
use common::kube::api::PostParams;
use serde_json::json;

use crate::support::{Fixture, condition, config_map, inventory};

/// An account that may do everything with ConfigMaps in its namespace, and nothing else.
async fn tenant(fixture: &Fixture, name: &str) {
    tenant_who_may(fixture, name, &["*"]).await;
}

/// An account that may do this with ConfigMaps in its namespace, and nothing else.
async fn tenant_who_may(fixture: &Fixture, name: &str, verbs: &[&str]) {
    let (client, namespace) = (fixture.client.clone(), fixture.namespace.as_str());
    let account: ServiceAccount =
        serde_json::from_value(json!({"metadata": {"name": name}})).unwrap();
    let role: Role = serde_json::from_value(json!({
        "metadata": {"name": name}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}],
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
    let user = format!("system:serviceaccount:{namespace}:{name}");
    testing::ControlPlane::shared()
        .await
        .wait_allowed(&user, namespace, "patch", "configmaps")
        .await
        .unwrap();
}

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: hunter2\n";

#[tokio::test(flavor = "multi_thread")]
async fn k19_1_objects_are_applied_with_the_rights_of_the_account() {
    let fixture = Fixture::new("tenant").await;
    tenant(&fixture, "tenant").await;
    let first = fixture.publish_map("a", "one").await;
    fixture
        .create(
            "apps",
            json!({"serviceAccountName": "tenant", "wait": true}),
        )
        .await;
    fixture.ready("apps", &first).await;
    fixture
        .publish(&[
            ("a.yaml", config_map("a", "two").as_str()),
            ("s.yaml", SECRET),
        ])
        .await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    assert!(
        message.contains("is forbidden") && message.contains("secrets"),
        "{message}"
    );
    assert!(!message.contains("hunter2"), "{message}");
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("one"));
    // What the account may do, it also prunes.
    let third = fixture.publish_map("b", "three").await;
    fixture.ready("apps", &third).await;
    assert!(!fixture.exists("a").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k15_6_what_could_not_be_deleted_stays_in_the_inventory() {
    let fixture = Fixture::new("noprune").await;
    let verbs = ["get", "list", "watch", "create", "update", "patch"];
    tenant_who_may(&fixture, "tenant", &verbs).await;
    let files = ["a", "b"].map(|name| (format!("{name}.yaml"), config_map(name, "one")));
    let first = fixture.publish(&files).await;
    fixture
        .create("apps", json!({"serviceAccountName": "tenant"}))
        .await;
    fixture.ready("apps", &first).await;
    fixture.publish_map("a", "two").await;
    let (object, message) = fixture.failed("apps", "PruneFailed").await;
    let ns = &fixture.namespace;
    assert!(
        message.starts_with("delete failed, errors: ")
            && message.contains(&format!("ConfigMap/{ns}/b")),
        "{message}"
    );
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("two"));
    assert!(fixture.exists("b").await);
    let survivors = [format!("{ns}_a__ConfigMap"), format!("{ns}_b__ConfigMap")];
    assert_eq!(inventory(&object), survivors);
    let last = &object.status.history[0];
    assert_eq!(last.last_reconciled_status, "PruneFailed");
    // With the right to do so it is made up for.
    fixture
        .patch("apps", json!({"serviceAccountName": null}))
        .await;
    fixture
        .wait("apps", "pruned", |object| inventory(object).len() == 1)
        .await;
    assert!(!fixture.exists("b").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn k19_1_an_account_without_rights_can_do_nothing() {
    let fixture = Fixture::with_flags("norights", &["--default-service-account=nobody"]).await;
    fixture.publish_map("a", "one").await;
    fixture.create("apps", json!({})).await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let user = format!("system:serviceaccount:{}:nobody", fixture.namespace);
    assert!(
        message.contains("is forbidden") && message.contains(&user),
        "{message}"
    );
    assert!(!fixture.exists("a").await);
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
    let revision = fixture.publish_map("a", "one").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn k19_2_objects_are_applied_with_the_kubeconfig_of_a_secret() {
    let fixture = Fixture::new("kubeconfig").await;
    tenant(&fixture, "tenant").await;
    let plane = testing::ControlPlane::shared().await;
    let token = plane
        .service_account_token(&fixture.namespace, "tenant")
        .await
        .unwrap();
    let secret: Secret = serde_json::from_value(json!({
        "metadata": {"name": "remote"}, "stringData": {"value": plane.kubeconfig_with_token(&token)},
    }))
    .unwrap();
    let revision = fixture
        .publish(&[
            ("a.yaml", config_map("a", "one").as_str()),
            ("s.yaml", SECRET),
        ])
        .await;
    fixture
        .create(
            "apps",
            json!({"kubeConfig": {"secretRef": {"name": "remote"}}}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let missing = format!(
        "unable to read KubeConfig secret '{}/remote' error: secrets \"remote\" not found",
        fixture.namespace
    );
    assert_eq!(message, missing);
    Api::namespaced(fixture.client.clone(), &fixture.namespace)
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    fixture.request("apps", "now").await;
    // The rights are those of the kubeconfig.
    fixture
        .wait("apps", "refused", |object| {
            condition(object, "Ready").is_some_and(|ready| ready.2.contains("is forbidden"))
        })
        .await;
    let second = fixture.publish_map("a", "two").await;
    fixture.ready("apps", &second).await;
    assert_ne!(revision, second);
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("two"));
}

#[tokio::test(flavor = "multi_thread")]
async fn k23_24_impersonation_is_kept_on_another_cluster() {
    let fixture = Fixture::new("both").await;
    tenant(&fixture, "tenant").await;
    let plane = testing::ControlPlane::shared().await;
    // The kubeconfig is an administrator's, the rights are the account's.
    let kubeconfig = std::fs::read_to_string(plane.kubeconfig_path()).unwrap();
    let secret: Secret = serde_json::from_value(json!({
        "metadata": {"name": "remote"}, "stringData": {"value": kubeconfig},
    }))
    .unwrap();
    Api::namespaced(fixture.client.clone(), &fixture.namespace)
        .create(&PostParams::default(), &secret)
        .await
        .unwrap();
    fixture
        .publish(&[
            ("a.yaml", config_map("a", "one").as_str()),
            ("s.yaml", SECRET),
        ])
        .await;
    let remote = json!({"secretRef": {"name": "remote"}});
    fixture
        .create(
            "apps",
            json!({"kubeConfig": remote, "serviceAccountName": "tenant"}),
        )
        .await;
    let (_, message) = fixture.failed("apps", "ReconciliationFailed").await;
    let user = format!("system:serviceaccount:{}:tenant", fixture.namespace);
    assert!(
        message.contains("is forbidden") && message.contains(&user),
        "{message}"
    );
    let second = fixture.publish_map("a", "two").await;
    fixture.ready("apps", &second).await;
    assert_eq!(fixture.value("a", "key").await.as_deref(), Some("two"));
}
