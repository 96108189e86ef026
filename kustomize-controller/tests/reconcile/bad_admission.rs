//! Objects that rules of the cluster keep out: a quota, the pod security standards, an admission policy (section 14).

use common::k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use common::k8s_openapi::api::core::v1::{Namespace, ResourceQuota};
use common::kube::Api;
use common::kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use serde_json::json;
use testing::wait_for;

use crate::support::{Fixture, LONG};
use crate::table::{refused, row, run};

const APPLY: &str = "ReconciliationFailed";

#[tokio::test(flavor = "multi_thread")]
async fn k14_objects_that_rules_of_the_cluster_keep_out() {
    let fixture = Fixture::new("bad-admission").await;
    no_claims(&fixture).await;
    restrict_pods(&fixture).await;
    let policy = no_marked_config_maps(&fixture).await;
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, image: example.com/c}]\n";
    let marked =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: marked, labels: {policy: refuses}}\n";
    let rows = vec![
        row("quota").file("x.yaml", claim).fails(
            APPLY,
            "PersistentVolumeClaim/{ns}/c dry-run failed (Forbidden): persistentvolumeclaims \"c\" is forbidden: exceeded quota: no-claims, …",
        ),
        row("pod-security").file("x.yaml", pod).fails(
            APPLY,
            "Pod/{ns}/p dry-run failed (Forbidden): pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": …allowPrivilegeEscalation…",
        ),
        row("admission-policy").file("x.yaml", marked).fails(
            APPLY,
            "ConfigMap/{ns}/marked dry-run failed (Invalid): configmaps \"marked\" is forbidden: ValidatingAdmissionPolicy '…' denied request: marked objects stay out",
        ),
    ];
    run(&fixture, rows).await;
    policy.await;
}

/// A quota of no volume claims, in force when its controller has counted.
async fn no_claims(fixture: &Fixture) {
    let quota = json!({
        "metadata": { "name": "no-claims" },
        "spec": { "hard": { "persistentvolumeclaims": "0" } },
    });
    let quota: ResourceQuota = serde_json::from_value(quota).unwrap();
    let api: Api<ResourceQuota> = Api::namespaced(fixture.client.clone(), &fixture.namespace);
    api.create(&PostParams::default(), &quota).await.unwrap();
    let is_counted = |quota: Option<&ResourceQuota>| {
        let status = quota.and_then(|quota| quota.status.as_ref());
        status.is_some_and(|status| status.hard.is_some())
    };
    wait_for(&api, "no-claims", "counted", LONG, is_counted)
        .await
        .unwrap();
}

async fn restrict_pods(fixture: &Fixture) {
    let labels =
        json!({ "metadata": { "labels": { "pod-security.kubernetes.io/enforce": "restricted" } } });
    let api: Api<Namespace> = Api::all(fixture.client.clone());
    let params = PatchParams::default();
    api.patch(&fixture.namespace, &params, &Patch::Merge(&labels))
        .await
        .unwrap();
}

/// A policy against marked ConfigMaps in the namespace of the test. The future removes it.
async fn no_marked_config_maps(fixture: &Fixture) -> impl Future<Output = ()> {
    let name = format!("stay-out-{}", fixture.namespace);
    let rules = json!([{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"] }]);
    let policy = json!({
        "metadata": { "name": name },
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": fixture.namespace } },
                "objectSelector": { "matchLabels": { "policy": "refuses" } },
                "resourceRules": rules,
            },
            "validations": [{ "expression": "false", "message": "marked objects stay out" }],
        },
    });
    let binding = json!({
        "metadata": { "name": name },
        "spec": { "policyName": name, "validationActions": ["Deny"] },
    });
    let policies: Api<ValidatingAdmissionPolicy> = Api::all(fixture.client.clone());
    let bindings: Api<ValidatingAdmissionPolicyBinding> = Api::all(fixture.client.clone());
    let params = PostParams::default();
    let policy = serde_json::from_value(policy).unwrap();
    policies.create(&params, &policy).await.unwrap();
    let binding = serde_json::from_value(binding).unwrap();
    bindings.create(&params, &binding).await.unwrap();
    refused(fixture, json!({ "policy": "refuses" })).await;
    async move {
        let params = DeleteParams::default();
        bindings.delete(&name, &params).await.unwrap();
        policies.delete(&name, &params).await.unwrap();
    }
}
