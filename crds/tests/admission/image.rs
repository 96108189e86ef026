//! Group `image.toolkit.fluxcd.io`.

use crds::image::{ImagePolicy, ImageRepository, ImageUpdateAutomation};
use serde_json::json;

use crate::check::Kind;

#[tokio::test]
async fn image_repository() {
    let kind = Kind::new::<ImageRepository>(json!({ "image": "x/y", "interval": "1m" })).await;
    kind.requires(&["image", "interval"]).await;
    let defaults = json!({ "provider": "generic", "exclusionList": [r"^.*\.sig$"] });
    kind.stores("defaults", json!({}), defaults).await;
    kind.admits(&[("no exclusions", json!({ "exclusionList": [] }))])
        .await;
    kind.refuses(&[
        (
            "exclusions",
            json!({ "exclusionList": vec!["x"; 26] }),
            "must have at most 25 items",
        ),
        (
            "timeout in hours",
            json!({ "timeout": "1h" }),
            "spec.timeout in body should match",
        ),
        (
            "account",
            json!({ "serviceAccountName": "a".repeat(254) }),
            "may not be more than 253",
        ),
        (
            "provider",
            json!({ "provider": "x" }),
            "spec.provider: Unsupported value",
        ),
    ])
    .await;
}

#[tokio::test]
async fn image_policy() {
    let kind = Kind::new::<ImagePolicy>(json!({
        "imageRepositoryRef": { "name": "x" }, "policy": { "semver": { "range": "*" } },
    }))
    .await;
    kind.requires(&["imageRepositoryRef", "policy"]).await;
    kind.stores(
        "default",
        json!({}),
        json!({ "digestReflectionPolicy": "Never" }),
    )
    .await;
    let order = json!({ "policy": { "semver": null, "numerical": { "order": "asc" } } });
    kind.stores(
        "order",
        json!({ "policy": { "semver": null, "numerical": {} } }),
        order,
    )
    .await;
    kind.admits(&[
        (
            "digest",
            json!({ "digestReflectionPolicy": "Always", "interval": "1m" }),
        ),
        ("an empty filter", json!({ "filterTags": {} })),
    ])
    .await;
    kind.refuses(&[
        (
            "interval of a fixed digest",
            json!({ "interval": "1m" }),
            "spec.interval is only accepted when spec.digestReflectionPolicy is set to 'Always'",
        ),
        (
            "no interval",
            json!({ "digestReflectionPolicy": "Always" }),
            "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
        ),
        (
            "order",
            json!({ "policy": { "alphabetical": { "order": "up" } } }),
            "Unsupported value",
        ),
        (
            "range",
            json!({ "policy": { "semver": { "range": null } } }),
            "range: Required value",
        ),
    ])
    .await;
}

#[tokio::test]
async fn image_update_automation() {
    let kind = Kind::new::<ImageUpdateAutomation>(json!({
        "interval": "1m", "sourceRef": { "name": "x" },
    }))
    .await;
    kind.requires(&["interval", "sourceRef"]).await;
    let defaults =
        json!({ "sourceRef": { "kind": "GitRepository" }, "update": { "strategy": "Setters" } });
    kind.stores("defaults", json!({}), defaults).await;
    kind.admits(&[
        (
            "selector",
            json!({ "policySelector": { "matchExpressions": [
            { "key": "a", "operator": "In", "values": ["b"] }] } }),
        ),
        (
            "git",
            json!({ "git": { "commit": { "author": { "email": "a@b" } },
            "push": { "branch": "x" }, "checkout": { "ref": { "branch": "x" } } } }),
        ),
    ])
    .await;
    kind.refuses(&[
        (
            "no author",
            json!({ "git": { "commit": {} } }),
            "git.commit.author: Required value",
        ),
        (
            "no commit",
            json!({ "git": { "push": {} } }),
            "spec.git.commit: Required value",
        ),
        (
            "strategy",
            json!({ "update": { "strategy": "x" } }),
            "Unsupported value: \"x\"",
        ),
        (
            "source",
            json!({ "sourceRef": { "kind": "Bucket" } }),
            "Unsupported value: \"Bucket\"",
        ),
        (
            "key",
            json!({ "git": { "commit": { "author": { "email": "a@b" },
            "signingKey": { "type": "x", "secretRef": { "name": "x" } } } } }),
            "Unsupported value",
        ),
    ])
    .await;
}
