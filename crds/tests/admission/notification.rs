//! Group `notification.toolkit.fluxcd.io`.

use crds::notification::{Alert, Provider, Receiver};
use serde_json::json;

use crate::check::Kind;

#[tokio::test]
async fn alert() {
    let kind = Kind::new::<Alert>(json!({
        "providerRef": { "name": "x" }, "eventSources": [{ "kind": "Kustomization", "name": "*" }],
    }))
    .await;
    kind.requires(&["providerRef", "eventSources"]).await;
    kind.stores("default", json!({}), json!({ "eventSeverity": "info" }))
        .await;
    kind.refuses(&[
        (
            "severity",
            json!({ "eventSeverity": "trace" }),
            "spec.eventSeverity: Unsupported value",
        ),
        (
            "kind",
            json!({ "eventSources": [{ "kind": "Pod", "name": "x" }] }),
            "Unsupported value",
        ),
        (
            "name",
            json!({ "eventSources": [{ "kind": "Bucket", "name": "" }] }),
            "spec.eventSources[0].name in body should be at least 1 chars long",
        ),
        (
            "summary",
            json!({ "summary": "a".repeat(256) }),
            "may not be more than 255",
        ),
    ])
    .await;
}

#[tokio::test]
async fn provider() {
    let kind = Kind::new::<Provider>(json!({ "type": "github" })).await;
    kind.requires(&["type"]).await;
    kind.admits(&[
        ("id of a status", json!({ "commitStatusExpr": "'x'" })),
        ("dotted type", json!({ "type": "incident.io" })),
        ("proxy", json!({ "proxy": "http://x" })),
    ])
    .await;
    kind.refuses(&[
        (
            "type",
            json!({ "type": "irc" }),
            "spec.type: Unsupported value: \"irc\"",
        ),
        (
            "id of no status",
            json!({ "type": "slack", "commitStatusExpr": "'x'" }),
            "spec.commitStatusExpr is only supported for the 'github', 'gitlab', 'gitea', \
             'bitbucketserver', 'bitbucket', 'azuredevops' provider types",
        ),
        (
            "proxy",
            json!({ "proxy": "socks5://x" }),
            "spec.proxy in body should match",
        ),
        (
            "timeout in hours",
            json!({ "timeout": "1h" }),
            "spec.timeout in body should match",
        ),
        (
            "address",
            json!({ "address": "a".repeat(2049) }),
            "may not be more than 2048",
        ),
    ])
    .await;
}

#[tokio::test]
async fn receiver() {
    let kind = Kind::new::<Receiver>(json!({
        "type": "github",
        "resources": [{ "kind": "GitRepository", "name": "x" }],
        "secretRef": { "name": "x" },
    }))
    .await;
    kind.requires(&["type", "resources"]).await;
    kind.stores("default", json!({}), json!({ "interval": "10m" }))
        .await;
    let issuer = |url: &str| json!({ "issuerURL": url, "validations": [{ "expression": "x", "message": "y" }] });
    let oidc = |issuers: serde_json::Value| json!({ "type": "generic-oidc", "secretRef": null, "oidcProviders": issuers });
    kind.admits(&[
        (
            "issuers",
            oidc(json!([issuer("https://a"), issuer("https://b")])),
        ),
        (
            "filters",
            json!({ "resourceFilter": "true", "resources": [
            { "kind": "Bucket", "name": "x", "filter": "true" }] }),
        ),
    ])
    .await;
    let mut with_secret = oidc(json!([issuer("https://a")]));
    with_secret["secretRef"] = json!({ "name": "x" });
    kind.refuses(&[
        (
            "no issuer",
            oidc(json!([])),
            "generic-oidc receivers must define at least one oidcProvider",
        ),
        (
            "issuer of github",
            json!({ "oidcProviders": [issuer("https://a")] }),
            "oidcProviders can only be set when type is generic-oidc",
        ),
        (
            "secret of an issuer",
            with_secret,
            "secretRef cannot be set when type is generic-oidc",
        ),
        (
            "no secret",
            json!({ "secretRef": null }),
            "secretRef is required when type is not generic-oidc",
        ),
        (
            "twice the same",
            oidc(json!([issuer("https://a"), issuer("https://a")])),
            "spec.oidcProviders[1]: Duplicate value",
        ),
        (
            "issuer",
            oidc(json!([issuer("a")])),
            "issuerURL in body should match",
        ),
        (
            "no validation",
            oidc(json!([{ "issuerURL": "https://a", "validations": [] }])),
            "should have at least 1 items",
        ),
        (
            "type",
            json!({ "type": "gitea" }),
            "spec.type: Unsupported value",
        ),
        (
            "kind",
            json!({ "resources": [{ "kind": "Pod", "name": "x" }] }),
            "Unsupported value",
        ),
    ])
    .await;
}
