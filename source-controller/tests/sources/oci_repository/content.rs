//! Layers: which, and what becomes of them (O3, O8).

use serde_json::json;
use testing::registry::Artifact;

use super::world::{CONTENT, World, tarball};
use crate::plane::says;

#[tokio::test]
async fn o3_the_first_layer_of_the_type_is_unpacked_without_ignored_files() {
    let world = World::new().await;
    let files = tarball(&[("keep.yaml", ""), ("drop.md", ""), ("logo.png", "")]);
    let artifact = Artifact::of("application/other", b"not a tarball".to_vec()).and(CONTENT, files);
    world
        .registry
        .push("apps", "latest", &artifact)
        .await
        .unwrap();
    let selector = json!({ "mediaType": CONTENT });
    world
        .create("apps", json!({ "layerSelector": selector }))
        .await;
    let published = world.wait_ready("apps").await.status.artifact.unwrap();
    assert_eq!(world.files(&published), ["drop.md", "keep.yaml"]);

    // Any pattern of the spec replaces the built-in ones (I3); the revision stays.
    world.change("apps", json!({ "ignore": "*.md" })).await;
    let object = world.wait_ready("apps").await;
    let ignored = object.status.artifact.unwrap();
    assert_eq!(world.files(&ignored), ["keep.yaml", "logo.png"]);
    assert_eq!(ignored.revision, published.revision);
    assert_eq!(object.status.observed_ignore.as_deref(), Some("*.md"));
}

#[tokio::test]
async fn o3_a_copied_layer_keeps_its_bytes() {
    let world = World::new().await;
    let bytes = tarball(&[("a.yaml", ""), ("b.png", "")]);
    let digest = world
        .registry
        .push("apps", "latest", &Artifact::of(CONTENT, bytes.clone()))
        .await
        .unwrap();
    let selector = json!({ "mediaType": CONTENT, "operation": "copy" });
    world
        .create("apps", json!({ "layerSelector": selector, "ignore": "*" }))
        .await;
    let object = world.wait_ready("apps").await;
    let published = object.status.artifact.unwrap();
    assert_eq!(std::fs::read(world.file(&published)).unwrap(), bytes);
    assert!(published.path.ends_with(&format!("/{digest}.tar.gz")));
    let observed = object.status.observed_layer_selector.unwrap();
    assert_eq!(serde_json::to_value(observed).unwrap(), selector);

    // Another operation makes another artifact of the same revision (O8).
    world
        .change(
            "apps",
            json!({ "layerSelector": { "operation": "extract" }, "ignore": null }),
        )
        .await;
    let extracted = world.wait_ready("apps").await.status.artifact.unwrap();
    assert_eq!(extracted.revision, published.revision);
    assert_eq!(world.files(&extracted), ["a.yaml"]);
}

#[tokio::test]
async fn o3_o7_layers_that_do_not_fit_are_told() {
    let world = World::new().await;
    let artifact = Artifact::of("text/plain", b"not a tarball".to_vec());
    world
        .registry
        .push("apps", "latest", &artifact)
        .await
        .unwrap();
    world.create("apps", json!({})).await;
    let reason = "OCIArtifactLayerOperationFailed";
    let object = world.wait_failed("apps", reason).await;
    let (found, message) = says(&object, "FetchFailed");
    assert_eq!(found, reason);
    assert!(
        message.starts_with("failed to extract layer contents from artifact: invalid tarball: "),
        "{message}"
    );
    let selector = json!({ "mediaType": "none/such" });
    world
        .create("none", json!({ "layerSelector": selector }))
        .await;
    let object = world.wait_failed("none", reason).await;
    let expected = "failed to find layer with media type 'none/such' in artifact";
    assert_eq!(
        says(&object, "Ready"),
        (reason.to_owned(), expected.to_owned())
    );

    let mut empty = Artifact::of("x", Vec::new());
    empty.layers.clear();
    world.registry.push("apps", "empty", &empty).await.unwrap();
    world
        .create("empty", json!({ "ref": { "tag": "empty" } }))
        .await;
    let object = world.wait_failed("empty", reason).await;
    assert_eq!(says(&object, "Ready").1, "no layers found in artifact");
}

#[tokio::test]
async fn o3_names_that_lead_outside_are_refused() {
    let world = World::new().await;
    let mut bytes = Vec::new();
    {
        let gzip = flate2::write::GzEncoder::new(&mut bytes, flate2::Compression::fast());
        let mut tar = tar::Builder::new(gzip);
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..7].copy_from_slice(b"../evil");
        header.set_size(1);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, b"x".as_slice()).unwrap();
        tar.into_inner().unwrap().finish().unwrap();
    }
    world
        .registry
        .push("apps", "latest", &Artifact::of(CONTENT, bytes))
        .await
        .unwrap();
    world.create("apps", json!({})).await;
    let object = world
        .wait_failed("apps", "OCIArtifactLayerOperationFailed")
        .await;
    let message = says(&object, "Ready").1;
    assert!(
        message.contains("invalid name in tarball: \"../evil\""),
        "{message}"
    );
}
