//! Group `source.extensions.fluxcd.io`.

use crds::source_extensions::ArtifactGenerator;
use serde_json::{Value, json};

use crate::check::Kind;

fn artifact(fields: &Value) -> Value {
    let mut artifact =
        json!({ "name": "out", "copy": [{ "from": "@git/**", "to": "@artifact/" }] });
    crate::check::merge(&mut artifact, fields);
    json!({ "artifacts": [artifact] })
}

fn source(fields: &Value) -> Value {
    let mut source = json!({ "alias": "git", "kind": "GitRepository", "name": "repo" });
    crate::check::merge(&mut source, fields);
    json!({ "sources": [source] })
}

fn copy(fields: &Value) -> Value {
    let mut copy = json!({ "from": "@git/**", "to": "@artifact/" });
    crate::check::merge(&mut copy, fields);
    artifact(&json!({ "copy": [copy] }))
}

#[tokio::test]
async fn a1_artifact_generator() {
    let mut good = source(&json!({}));
    crate::check::merge(&mut good, &artifact(&json!({})));
    let kind = Kind::new::<ArtifactGenerator>(good).await;
    kind.requires(&["sources", "artifacts"]).await;
    let mut captured = artifact(&json!({ "name": "Out_{app}" }));
    captured["pathPattern"] = "@git/apps/{app}".into();
    kind.admits(&[
        ("a captured name", captured),
        (
            "revision",
            artifact(&json!({ "revision": "@git", "originRevision": "@git" })),
        ),
        (
            "strategy",
            copy(&json!({ "strategy": "Merge", "exclude": ["*.md"] })),
        ),
    ])
    .await;
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    kind.refuses(&[
        (
            "no source",
            json!({ "sources": [] }),
            "should have at least 1 items",
        ),
        (
            "no artifact",
            json!({ "artifacts": [] }),
            "should have at least 1 items",
        ),
        (
            "no copy",
            artifact(&json!({ "copy": [] })),
            "should have at least 1 items",
        ),
        (
            "alias",
            source(&json!({ "alias": "Git" })),
            "spec.sources[0].alias in body should match",
        ),
        (
            "dots",
            source(&json!({ "name": "a.b" })),
            "spec.sources[0].name in body should match",
        ),
        (
            "kind",
            source(&json!({ "kind": "HelmRepository" })),
            "Unsupported value",
        ),
        (
            "namespace",
            source(&json!({ "namespace": "A" })),
            "spec.sources[0].namespace in body",
        ),
        (
            "name",
            artifact(&json!({ "name": "Out" })),
            "artifact names must be valid Kubernetes object names when pathPattern is not set",
        ),
        (
            "revision",
            artifact(&json!({ "revision": "git" })),
            "revision in body should match",
        ),
        (
            "from",
            copy(&json!({ "from": "git/**" })),
            "copy[0].from in body should match",
        ),
        (
            "to",
            copy(&json!({ "to": "@other/" })),
            "copy[0].to in body should match",
        ),
        (
            "strategy",
            copy(&json!({ "strategy": "Append" })),
            "Unsupported value: \"Append\"",
        ),
        (
            "excludes",
            copy(&json!({ "exclude": many })),
            "must have at most 100 items",
        ),
    ])
    .await;
}
