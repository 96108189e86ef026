//! Group `helm.toolkit.fluxcd.io`.

use crds::helm::HelmRelease;
use serde_json::json;

use crate::check::Kind;

#[tokio::test]
async fn helm_release() {
    let kind = Kind::new::<HelmRelease>(json!({
        "interval": "10m", "chartRef": { "kind": "OCIRepository", "name": "x" },
    }))
    .await;
    kind.requires(&["interval"]).await;
    let chart = json!({ "chartRef": null, "chart": { "spec": {
        "chart": "x", "sourceRef": { "kind": "HelmRepository", "name": "x" }, "verify": {},
    } } });
    let stored = json!({ "chart": { "spec": {
        "version": "*", "reconcileStrategy": "ChartVersion", "verify": { "provider": "cosign" },
    } } });
    kind.stores("chart", chart, stored).await;
    let stored = json!({ "uninstall": { "deletionPropagation": "background" } });
    kind.stores("uninstall", json!({ "uninstall": {} }), stored)
        .await;
    // Values are kept whole, nulls and empty maps included, at any depth.
    let values = json!({ "values": { "a": { "b": [1, "two", { "c": {} }] } } });
    kind.stores("values", values.clone(), values).await;
    kind.admits(&[
        (
            "retry of install",
            json!({ "install": { "strategy": {
            "name": "RetryOnFailure", "retryInterval": "1m" } } }),
        ),
        (
            "retries without end",
            json!({ "upgrade": { "remediation": { "retries": -1 } } }),
        ),
        ("values of any type", json!({ "values": [1] })),
        (
            "target path",
            json!({ "valuesFrom": [
            { "kind": "Secret", "name": "x", "targetPath": r"a.b\.c[0]" }] }),
        ),
        ("wait", json!({ "waitStrategy": { "name": "legacy" } })),
        (
            "drift",
            json!({ "driftDetection": { "mode": "warn", "ignore": [{ "paths": [""] }] } }),
        ),
    ])
    .await;
    let either = "either chart or chartRef must be set";
    let chart = json!({ "spec": { "chart": "x", "sourceRef": { "kind": "Bucket", "name": "x" } } });
    kind.refuses(&[
        ("no chart", json!({ "chartRef": null }), either),
        ("two charts", json!({ "chart": chart }), either),
        (
            "retry of a remediated install",
            json!({ "install": { "strategy": {
            "name": "RemediateOnFailure", "retryInterval": "1m" } } }),
            ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
        ),
        (
            "retry of a remediated upgrade",
            json!({ "upgrade": { "strategy": {
            "name": "RemediateOnFailure", "retryInterval": "1m" } } }),
            ".retryInterval can only be set when .name is 'RetryOnFailure'",
        ),
        (
            "crds",
            json!({ "install": { "crds": "Replace" } }),
            "spec.install.crds: Unsupported",
        ),
        (
            "release name",
            json!({ "releaseName": "a".repeat(54) }),
            "may not be more than 53",
        ),
        (
            "history",
            json!({ "maxHistory": "5" }),
            "must be of type integer",
        ),
        (
            "target path",
            json!({ "valuesFrom": [
            { "kind": "Secret", "name": "x", "targetPath": "a b" }] }),
            "targetPath in body should",
        ),
        (
            "propagation",
            json!({ "uninstall": { "deletionPropagation": "now" } }),
            "Unsupported",
        ),
        (
            "chart of another kind",
            json!({ "chartRef": { "kind": "GitRepository" } }),
            "spec.chartRef.kind: Unsupported value",
        ),
        (
            "server-side apply of an upgrade",
            json!({ "upgrade": { "serverSideApply": true } }),
            "must be of type string",
        ),
        (
            "test filter",
            json!({ "test": { "filters": [{}] } }),
            "filters[0].name: Required value",
        ),
    ])
    .await;
}
