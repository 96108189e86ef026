//! Which repositories a policy may refer to (L3 to L5).

use common::kube::Api;
use common::kube::api::{Patch, PatchParams, PostParams};
use crds::image::{ImagePolicy, ImageRepository};
use serde_json::{Value, json};
use testing::ControlPlane;

use crate::world::World;

const NEWEST: &str = "*";

/// A namespace beside that of the world, with a scanned repository `app`.
async fn elsewhere(world: &World, access: Value) -> String {
    let namespace = ControlPlane::shared().await.namespace("elsewhere").await;
    let api: Api<ImageRepository> = Api::namespaced(world.client.clone(), &namespace);
    let image = world.image("app");
    let object = json!({
        "metadata": {"name": "app"},
        "spec": {"image": image, "interval": "1h", "accessFrom": access},
    });
    let object: ImageRepository = serde_json::from_value(object).unwrap();
    api.create(&PostParams::default(), &object).await.unwrap();
    // The controller of the test does not look there; the image is known from the world's own repository.
    let scan = json!({"revision": "1", "tagCount": 1, "scanTime": "2026-01-01T00:00:00Z"});
    let status = json!({"status": {"canonicalImageName": image, "lastScanResult": scan}});
    api.patch_status("app", &PatchParams::default(), &Patch::Merge(status))
        .await
        .unwrap();
    namespace
}

fn referring(namespace: &str) -> Value {
    json!({
        "imageRepositoryRef": {"name": "app", "namespace": namespace},
        "policy": {"semver": {"range": NEWEST}},
    })
}

#[tokio::test]
async fn l3_repositories_say_which_namespaces_they_let_in() {
    let world = World::new().await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    let own = world.namespace.clone();
    let by_name = |name: &str| {
        json!({"namespaceSelectors": [
            {"matchLabels": {"team": "other"}}, {"matchLabels": {"kubernetes.io/metadata.name": name}},
        ]})
    };
    for (name, access, says) in [
        (
            "closed",
            json!(null),
            Some("missing ACL labels on 'accessFrom'"),
        ),
        (
            "others",
            by_name("other"),
            Some("ACL labels mismatch on namespace"),
        ),
        ("mine", by_name(&own), None),
        (
            "all",
            json!({"namespaceSelectors": [{"matchLabels": {}}]}),
            None,
        ),
    ] {
        let there = elsewhere(&world, access).await;
        world.policy(name, referring(&there)).await;
        let Some(says) = says else {
            world.wait_tag(name, "1.0.0").await;
            continue;
        };
        let (object, message) = world.wait_failed::<ImagePolicy>(name, "AccessDenied").await;
        let starts = format!(
            "failed to get the referred ImageRepository: access denied: '{there}/app' can't be accessed due to {says}"
        );
        assert!(message.starts_with(&starts), "{message}");
        assert_eq!(object.status.latest_ref, None);
    }
}

#[tokio::test]
async fn l3_references_that_leave_the_namespace_can_be_blocked() {
    let world = World::with(
        testing::registry::Options::default(),
        &["--no-cross-namespace-refs"],
    )
    .await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    world.policy("away", referring("elsewhere")).await;
    let (_, message) = world
        .wait_failed::<ImagePolicy>("away", "AccessDenied")
        .await;
    assert_eq!(
        message,
        "failed to get the referred ImageRepository: cannot access 'ImageRepository/elsewhere/app', cross-namespace references have been blocked"
    );
    world.policy("home", referring(&world.namespace)).await;
    world.wait_tag("home", "1.0.0").await;
}

#[tokio::test]
async fn l4_l5_what_is_wrong_with_the_repository_is_said() {
    let world = World::new().await;
    let policy = json!({"policy": {"semver": {"range": NEWEST}}});
    world.policy("policy", policy).await;
    let (_, message) = world
        .wait_failed::<ImagePolicy>("policy", "DependencyNotReady")
        .await;
    assert_eq!(
        message,
        "failed to get the referred ImageRepository: referenced ImageRepository does not exist: ImageRepository.image.toolkit.fluxcd.io \"app\" not found"
    );
    world
        .repository("app", json!({"image": "ghcr.io/app:v1"}))
        .await;
    let (_, message) = world
        .wait_failed::<ImagePolicy>("policy", "ImageURLInvalid")
        .await;
    assert_eq!(
        message,
        "image 'ghcr.io/app:v1' should not include a tag; remove ':v1'"
    );
}
