//! What is not supported is refused with the name of the field, never ignored.

use common::flags::FeatureGates;
use serde_json::json;

use super::world::{World, find, is, says};

#[tokio::test(flavor = "multi_thread")]
async fn fields_without_support_stall_and_publish_nothing() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    for (name, spec, condition, reason, text) in [
        (
            "submodules",
            json!({ "recurseSubmodules": true }),
            "FetchFailed",
            "GitOperationFailed",
            "spec.recurseSubmodules",
        ),
        (
            "azure",
            json!({ "provider": "azure" }),
            "FetchFailed",
            "InvalidProviderConfiguration",
            "spec.provider 'azure'",
        ),
        (
            "github",
            json!({ "provider": "github" }),
            "FetchFailed",
            "InvalidProviderConfiguration",
            "secretRef with github app data",
        ),
        (
            "account",
            json!({ "provider": "aws", "serviceAccountName": "x" }),
            "FetchFailed",
            "FeatureGateDisabled",
            "ObjectLevelWorkloadIdentity",
        ),
    ] {
        world.create(name, spec).await;
        let object = world.wait_failed(name, reason).await;
        let (found, message) = says(&object, condition);
        assert_eq!(found, reason);
        assert!(message.contains(text), "{name}: {message}");
        assert!(is(&object, "Stalled", "True"), "{name}");
        assert!(object.status.artifact.is_none() && find(&object, "ArtifactInStorage").is_none());
        assert_eq!(object.status.observed_generation, 1);
    }
    // What is refused can be taken back.
    world
        .change("submodules", json!({ "recurseSubmodules": false }))
        .await;
    let object = world.wait_ready("submodules").await;
    assert!(find(&object, "Stalled").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn g10_verification_that_is_asked_for_later_fails_closed() {
    let world = World::new().await;
    world.commit(&[("a", "1")]);
    world.create("r", json!({})).await;
    let published = world.wait_ready("r").await.status.artifact;
    world
        .change(
            "r",
            json!({ "verify": { "mode": "HEAD", "secretRef": { "name": "x" } } }),
        )
        .await;
    world.commit(&[("a", "2")]);
    let object = world.wait_failed("r", "VerificationError").await;
    assert!(is(&object, "SourceVerified", "False"));
    assert_eq!(
        object.status.artifact, published,
        "nothing unverified is published"
    );
    world.change("r", json!({ "verify": null })).await;
    let object = world.wait_ready("r").await;
    assert!(find(&object, "SourceVerified").is_none());
    assert_ne!(object.status.artifact, published);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_github_secret_wants_its_provider() {
    let mut world = World::new().await;
    world.stop().await;
    world.options.gates = FeatureGates::new(&[("ObjectLevelWorkloadIdentity", true)]);
    world.start().await;
    world.secret("app", json!({ "githubAppID": "1" })).await;
    world
        .create("r", json!({ "secretRef": { "name": "app" } }))
        .await;
    let object = world.wait_failed("r", "InvalidProviderConfiguration").await;
    let expected = format!(
        "secretRef '{}/app' has github app data but provider is not set to github",
        world.namespace
    );
    assert_eq!(says(&object, "FetchFailed").1, expected);
    assert!(
        find(&object, "Stalled").is_none(),
        "another Secret may come"
    );
    world
        .create(
            "account",
            json!({ "provider": "aws", "serviceAccountName": "x" }),
        )
        .await;
    world
        .wait_failed("account", "InvalidProviderConfiguration")
        .await;
}
