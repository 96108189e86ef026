//! Objects that the cluster does not take (section 14).

use common::k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use common::k8s_openapi::api::core::v1::ConfigMap;
use common::kube::Api;
use common::kube::api::{DeleteParams, PostParams};
use serde_json::json;

use crate::support::Fixture;
use crate::table::{refused, row, run};

const APPLY: &str = "ReconciliationFailed";

#[tokio::test(flavor = "multi_thread")]
async fn k14_objects_that_the_cluster_refuses() {
    let fixture = Fixture::new("bad-objects").await;
    let params = PostParams::default();
    let fixed =
        json!({ "metadata": { "name": "fixed" }, "data": { "key": "old" }, "immutable": true });
    let fixed: ConfigMap = serde_json::from_value(fixed).unwrap();
    fixture.config_maps().create(&params, &fixed).await.unwrap();
    let webhook = refuse_everything_marked(&fixture).await;
    let map = |name: &str, more: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{more}\n")
    };
    let rows = vec![
        row("kind-unknown")
            .file("x.yaml", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n")
            .fails(APPLY, "Widget/{ns}/w dry-run failed: no matches for kind \"Widget\" in version \"example.com/v1\""),
        row("version-unknown")
            .file("x.yaml", "apiVersion: apps/v9\nkind: Deployment\nmetadata: {name: d}\n")
            .fails(APPLY, "Deployment/{ns}/d dry-run failed: no matches for kind \"Deployment\" in version \"apps/v9\""),
        row("field-invalid")
            .file("x.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 99999}]}\n")
            .fails(APPLY, "Service/{ns}/s dry-run failed (Invalid): …spec.ports[0].port: Invalid value…"),
        row("field-of-another-type")
            .file("x.yaml", map("typed", "data: [1, 2]"))
            .fails(APPLY, "ConfigMap/{ns}/typed dry-run failed: failed to create typed patch object …: .data: expected map, got …"),
        row("name-invalid")
            .file("x.yaml", map("Not_A_Name", "data: {}"))
            .fails(APPLY, "ConfigMap/{ns}/Not_A_Name dry-run failed (Invalid): …metadata.name: Invalid value…"),
        row("name-with-slash")
            .file("x.yaml", map("a/b", "data: {}"))
            .fails(APPLY, "ConfigMap/{ns}/a/b not found: the server could not find the requested resource"),
        row("label-invalid")
            .file("x.yaml", map("labelled", "  labels: {a: 'b c'}"))
            .fails(APPLY, "ConfigMap/{ns}/labelled dry-run failed (Invalid): …metadata.labels: Invalid value…"),
        row("immutable")
            .file("x.yaml", map("fixed", "data: {key: new}\nimmutable: true"))
            .fails(APPLY, "ConfigMap/{ns}/fixed dry-run failed (Invalid): …field is immutable when `immutable` is set"),
        row("webhook")
            .file("x.yaml", map("refused", "  labels: {refuse: me}"))
            .fails(APPLY, "ConfigMap/{ns}/refused dry-run failed (InternalError): …failed calling webhook…"),
        row("secret-payload")
            .file("x.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: 'not-base64-hush'}\n")
            .fails(APPLY, "Secret/{ns}/s dry-run failed: …illegal base64 data at input byte 3"),
        row("secret-encrypted")
            .file("x.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: 'ENC[x]'}\nsops: {mac: 'ENC[y]'}\n")
            .fails(APPLY, "Secret/{ns}/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled"),
    ];
    run(&fixture, rows).await;
    webhook.await;
    let (object, _) = fixture.failed("secret-payload", APPLY).await;
    let status = serde_json::to_string(&object.status).unwrap();
    assert!(!status.contains("hush"), "{status}");
}

/// A webhook that cannot be asked, for marked ConfigMaps in the namespace of the test. The future removes it.
async fn refuse_everything_marked(fixture: &Fixture) -> impl Future<Output = ()> {
    let name = format!("refuse-{}", fixture.namespace);
    let webhook = json!({
        "metadata": { "name": name },
        "webhooks": [{
            "name": "refuse.example.com",
            "admissionReviewVersions": ["v1"],
            "clientConfig": { "url": "https://127.0.0.1:1/" },
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "timeoutSeconds": 5,
            "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": fixture.namespace } },
            "objectSelector": { "matchLabels": { "refuse": "me" } },
            "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"] }],
        }],
    });
    let webhook: ValidatingWebhookConfiguration = serde_json::from_value(webhook).unwrap();
    let api: Api<ValidatingWebhookConfiguration> = Api::all(fixture.client.clone());
    api.create(&PostParams::default(), &webhook).await.unwrap();
    refused(fixture, json!({ "refuse": "me" })).await;
    async move {
        api.delete(&name, &DeleteParams::default()).await.unwrap();
    }
}
