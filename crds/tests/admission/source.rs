//! Group `source.toolkit.fluxcd.io`.

use crds::source::{
    Bucket, ExternalArtifact, GitRepository, HelmChart, HelmRepository, OciRepository,
};
use serde_json::json;

use crate::check::Kind;

#[tokio::test]
async fn k3_git_repository() {
    let kind = Kind::new::<GitRepository>(json!({ "url": "https://x/y", "interval": "1m" })).await;
    kind.requires(&["url", "interval"]).await;
    kind.stores(
        "defaults",
        json!({}),
        json!({ "timeout": "60s", "provider": null }),
    )
    .await;
    let verify = json!({ "verify": { "secretRef": { "name": "keys" } } });
    kind.stores(
        "default mode",
        verify,
        json!({ "verify": { "mode": "HEAD" } }),
    )
    .await;
    kind.admits(&[
        ("ssh", json!({ "url": "ssh://git@x/y" })),
        ("parts of hours", json!({ "interval": "1h30m0.5s10ms" })),
        (
            "azure identity",
            json!({ "provider": "azure", "serviceAccountName": "x" }),
        ),
        (
            "aws identity",
            json!({ "provider": "aws", "serviceAccountName": "x" }),
        ),
        (
            "every reference at once",
            json!({ "ref": { "branch": "b", "tag": "t", "semver": "*",
            "name": "refs/heads/b", "commit": "c" } }),
        ),
        (
            "head in lower case",
            json!({ "verify": { "mode": "head", "secretRef": { "name": "k" } } }),
        ),
        (
            "an include",
            json!({ "include": [{ "repository": { "name": "x" } }] }),
        ),
    ])
    .await;
    let identity = "serviceAccountName can only be set when provider is 'azure' or 'aws'";
    kind.refuses(&[
        (
            "scp form",
            json!({ "url": "git@x:y" }),
            "spec.url: Invalid value",
        ),
        (
            "git protocol",
            json!({ "url": "git://x/y" }),
            "spec.url in body should match",
        ),
        (
            "negative interval",
            json!({ "interval": "-1m" }),
            "spec.interval: Invalid value",
        ),
        (
            "days",
            json!({ "interval": "1d" }),
            "spec.interval in body should match",
        ),
        (
            "microseconds",
            json!({ "interval": "5us" }),
            "spec.interval in body should match",
        ),
        (
            "empty interval",
            json!({ "interval": "" }),
            "spec.interval in body should match",
        ),
        (
            "interval of a number",
            json!({ "interval": 60 }),
            "must be of type string",
        ),
        (
            "timeout in hours",
            json!({ "timeout": "1h" }),
            "spec.timeout in body should match",
        ),
        (
            "unknown provider",
            json!({ "provider": "gitlab" }),
            r#"Unsupported value: "gitlab""#,
        ),
        (
            "identity of nothing",
            json!({ "serviceAccountName": "x" }),
            identity,
        ),
        (
            "identity of github",
            json!({ "provider": "github", "serviceAccountName": "x" }),
            identity,
        ),
        (
            "mode",
            json!({ "verify": { "mode": "tag", "secretRef": { "name": "k" } } }),
            "spec.verify.mode: Unsupported value",
        ),
        (
            "keys",
            json!({ "verify": { "mode": "Tag" } }),
            "spec.verify.secretRef: Required value",
        ),
        (
            "include of nothing",
            json!({ "include": [{ "toPath": "x" }] }),
            "spec.include[0].repository: Required value",
        ),
        (
            "secret without a name",
            json!({ "secretRef": {} }),
            "spec.secretRef.name: Required value",
        ),
    ])
    .await;
}

#[tokio::test]
async fn section_7_oci_repository() {
    let kind = Kind::new::<OciRepository>(json!({ "url": "oci://x/y", "interval": "1m" })).await;
    kind.requires(&["url", "interval"]).await;
    kind.stores(
        "defaults",
        json!({}),
        json!({ "timeout": "60s", "provider": "generic" }),
    )
    .await;
    kind.stores(
        "provider",
        json!({ "verify": {} }),
        json!({ "verify": { "provider": "cosign" } }),
    )
    .await;
    kind.admits(&[
        (
            "identities",
            json!({ "verify": { "provider": "cosign", "matchOIDCIdentity": [
            { "issuer": "^https://x$", "subject": ".*" }] } }),
        ),
        (
            "layer",
            json!({ "layerSelector": { "mediaType": "x", "operation": "copy" } }),
        ),
        (
            "trust root",
            json!({ "verify": { "trustedRootSecretRef": { "name": "x" } } }),
        ),
    ])
    .await;
    kind.refuses(&[
        (
            "https",
            json!({ "url": "https://x/y" }),
            "spec.url in body should match '^oci://.*$'",
        ),
        (
            "provider",
            json!({ "provider": "ghcr" }),
            "spec.provider: Unsupported value",
        ),
        (
            "signature",
            json!({ "verify": { "provider": "pgp" } }),
            "Unsupported value: \"pgp\"",
        ),
        (
            "operation",
            json!({ "layerSelector": { "operation": "move" } }),
            "Unsupported value",
        ),
        (
            "half an identity",
            json!({ "verify": { "matchOIDCIdentity": [{ "issuer": "x" }] } }),
            "spec.verify.matchOIDCIdentity[0].subject: Required value",
        ),
    ])
    .await;
}

#[tokio::test]
async fn section_8_helm_repository() {
    let kind = Kind::new::<HelmRepository>(json!({ "url": "https://x/y" })).await;
    kind.requires(&["url"]).await;
    kind.stores(
        "defaults",
        json!({}),
        json!({ "provider": "generic", "interval": null }),
    )
    .await;
    kind.admits(&[
        (
            "oci",
            json!({ "type": "oci", "url": "oci://x", "provider": "aws" }),
        ),
        (
            "access",
            json!({ "accessFrom": { "namespaceSelectors": [{ "matchLabels": {} }] } }),
        ),
    ])
    .await;
    kind.refuses(&[
        (
            "file",
            json!({ "url": "file:///x" }),
            "spec.url in body should match",
        ),
        (
            "type",
            json!({ "type": "git" }),
            "spec.type: Unsupported value",
        ),
        (
            "access of nothing",
            json!({ "accessFrom": {} }),
            "spec.accessFrom.namespaceSelectors: Required value",
        ),
        (
            "timeout in hours",
            json!({ "timeout": "1h" }),
            "spec.timeout in body should match",
        ),
    ])
    .await;
}

#[tokio::test]
async fn section_9_helm_chart() {
    let kind = Kind::new::<HelmChart>(json!({
        "chart": "x", "interval": "1m", "sourceRef": { "kind": "HelmRepository", "name": "x" },
    }))
    .await;
    kind.requires(&["chart", "interval", "sourceRef"]).await;
    let defaults = json!({ "version": "*", "reconcileStrategy": "ChartVersion" });
    kind.stores("defaults", json!({}), defaults).await;
    kind.stores(
        "provider",
        json!({ "verify": {} }),
        json!({ "verify": { "provider": "cosign" } }),
    )
    .await;
    kind.refuses(&[
        (
            "source",
            json!({ "sourceRef": { "kind": "OCIRepository" } }),
            "spec.sourceRef.kind: Unsupported value",
        ),
        (
            "strategy",
            json!({ "reconcileStrategy": "Always" }),
            "Unsupported value: \"Always\"",
        ),
        (
            "signature of a directory",
            json!({ "verify": {}, "sourceRef": { "kind": "GitRepository" } }),
            "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
        ),
    ])
    .await;
}

#[tokio::test]
async fn b1_bucket() {
    let kind = Kind::new::<Bucket>(json!({
        "bucketName": "x", "endpoint": "s3.example.com", "interval": "1m",
    }))
    .await;
    kind.requires(&["bucketName", "endpoint", "interval"]).await;
    kind.stores(
        "defaults",
        json!({}),
        json!({ "provider": "generic", "timeout": "60s" }),
    )
    .await;
    let sts = |provider: &str| json!({ "provider": provider, "endpoint": "https://sts" });
    let sts_with = |provider: &str, secret: &str| json!({ "provider": provider, "endpoint": "https://sts", secret: { "name": "x" } });
    kind.admits(&[
        ("aws", json!({ "provider": "aws", "sts": sts("aws") })),
        ("ldap", json!({ "sts": sts_with("ldap", "secretRef") })),
        (
            "identity",
            json!({ "provider": "gcp", "serviceAccountName": "x" }),
        ),
    ])
    .await;
    kind.refuses(&[
        (
            "sts of gcp",
            json!({ "provider": "gcp", "sts": sts("aws") }),
            "STS configuration is only supported for the 'aws' and 'generic' Bucket providers",
        ),
        (
            "ldap of aws",
            json!({ "provider": "aws", "sts": sts("ldap") }),
            "'aws' is the only supported STS provider for the 'aws' Bucket provider",
        ),
        (
            "aws of generic",
            json!({ "sts": sts("aws") }),
            "'ldap' is the only supported STS provider for the 'generic' Bucket provider",
        ),
        (
            "secret of aws",
            json!({ "provider": "aws", "sts": sts_with("aws", "secretRef") }),
            "spec.sts.secretRef is not required for the 'aws' STS provider",
        ),
        (
            "certificate of aws",
            json!({ "provider": "aws", "sts": sts_with("aws", "certSecretRef") }),
            "spec.sts.certSecretRef is not required for the 'aws' STS provider",
        ),
        (
            "identity of generic",
            json!({ "serviceAccountName": "x" }),
            "ServiceAccountName is not supported for the 'generic' Bucket provider",
        ),
        (
            "secret and identity",
            json!({ "provider": "aws", "serviceAccountName": "x", "secretRef": { "name": "x" } }),
            "cannot set both .spec.secretRef and .spec.serviceAccountName",
        ),
        (
            "sts endpoint",
            json!({ "sts": { "provider": "ldap", "endpoint": "sts" } }),
            "spec.sts.endpoint in body should match",
        ),
        (
            "provider",
            json!({ "provider": "minio" }),
            "spec.provider: Unsupported value",
        ),
    ])
    .await;
}

#[tokio::test]
async fn x1_external_artifact() {
    let kind = Kind::new::<ExternalArtifact>(json!({})).await;
    kind.admits(&[(
        "a source",
        json!({ "sourceRef": { "kind": "K", "name": "n" } }),
    )])
    .await;
    kind.refuses(&[
        (
            "no kind",
            json!({ "sourceRef": { "name": "n" } }),
            "spec.sourceRef.kind: Required value",
        ),
        (
            "no name",
            json!({ "sourceRef": { "kind": "K" } }),
            "spec.sourceRef.name: Required value",
        ),
    ])
    .await;
}
