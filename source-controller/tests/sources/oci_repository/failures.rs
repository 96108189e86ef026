//! What is wrong is told, and what is not done yet is refused (O6, O7).

use common::reconcile::Notice;
use serde_json::json;

use super::world::World;
use crate::plane::{find, is, says};

#[tokio::test]
async fn o1_o7_urls_with_a_tag_or_digest_stall() {
    let world = World::new().await;
    let base = world.registry.url("apps");
    for (name, suffix) in [("tag", ":1.0.0"), ("digest", "@sha256:00")] {
        let url = format!("{base}{suffix}");
        world.create(name, json!({ "url": url })).await;
        let object = world.wait_failed(name, "URLInvalid").await;
        let message = says(&object, "FetchFailed").1;
        assert!(
            message.starts_with(&format!("URL validation failed for '{url}': ")),
            "{message}"
        );
        assert!(is(&object, "Stalled", "True"));
        assert_eq!(object.status.observed_generation, 1);
    }
}

#[tokio::test]
async fn o7_e7_tags_that_are_not_there_are_told_and_the_artifact_stays() {
    let world = World::new().await;
    world.push("1.0.0", &[("a", "1")]).await;
    let url = world.registry.url("apps");
    world
        .create("apps", json!({ "ref": { "tag": "1.0.0" } }))
        .await;
    let published = world.wait_ready("apps").await.status.artifact.unwrap();

    world
        .change("apps", json!({ "ref": { "semver": ">2" } }))
        .await;
    let object = world.wait_failed("apps", "ReadOperationFailed").await;
    let expected =
        format!("failed to determine the artifact tag for '{url}': no match found for semver: >2");
    assert_eq!(says(&object, "FetchFailed").1, expected);
    assert_eq!(object.status.artifact.as_ref(), Some(&published));
    world
        .told("ReadOperationFailed", Notice::Error, &expected)
        .await;

    world
        .change("apps", json!({ "ref": { "semver": null, "tag": "none" } }))
        .await;
    let object = world.wait_failed("apps", "OCIArtifactPullFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("failed to determine artifact digest: GET http://")
            && message.contains("MANIFEST_UNKNOWN: manifest unknown"),
        "{message}"
    );

    // Recovery is told although nothing new is published (E4).
    world.forget_events();
    world
        .change("apps", json!({ "ref": { "tag": "1.0.0" } }))
        .await;
    let object = world.wait_ready("apps").await;
    assert_eq!(object.status.artifact.unwrap().digest, published.digest);
    let message = format!(
        "stored artifact with revision '{}' from '{url}'",
        published.revision
    );
    world.told("Succeeded", Notice::Info, &message).await;
}

#[tokio::test]
async fn fields_without_support_stall_and_publish_nothing() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    for (name, spec, reason, message) in [
        (
            "keyless",
            json!({ "verify": { "provider": "cosign" } }),
            "VerificationError",
            "spec.verify",
        ),
        (
            "notation",
            json!({ "verify": { "provider": "notation", "secretRef": { "name": "x" } } }),
            "VerificationError",
            "spec.verify",
        ),
        (
            "cloud",
            json!({ "provider": "aws" }),
            "InvalidProviderConfiguration",
            "spec.provider 'aws' is not supported yet",
        ),
    ] {
        world.create(name, spec).await;
        let object = world.wait_failed(name, reason).await;
        let found = says(&object, "Ready").1;
        assert!(found.contains(message), "{found}");
        assert!(is(&object, "Stalled", "True") && object.status.artifact.is_none());
    }
    world.service_account("identity", &[]).await;
    world
        .create(
            "gate",
            json!({ "provider": "gcp", "serviceAccountName": "identity" }),
        )
        .await;
    let object = world.wait("gate", "stalled", |object: &crds::source::OciRepository| {
        is(object, "Stalled", "True")
    });
    let object = object.await;
    let (reason, message) = says(&object, "Stalled");
    assert_eq!(reason, "FeatureGateDisabled");
    assert_eq!(
        message,
        "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller"
    );
    assert!(find(&object, "FetchFailed").is_none());
}
