//! From a push to an artifact.

use common::reconcile::Notice;
use crds::source::OciRepository;
use serde_json::json;
use testing::registry::Artifact;

use super::world::{CONTENT, World, tarball};
use crate::plane::{find, is, says};

#[tokio::test]
async fn e5_o1_a_pushed_artifact_is_published_served_and_told() {
    let world = World::new().await;
    let artifact = Artifact::of(
        CONTENT,
        tarball(&[("deploy.yaml", "a: 1\n"), ("x/y.yaml", "")]),
    )
    .annotated("org.opencontainers.image.source", "https://git.test/r")
    .annotated("org.opencontainers.image.revision", "main@sha1:1");
    let digest = world
        .registry
        .push("apps", "latest", &artifact)
        .await
        .unwrap();
    world.create("apps", json!({})).await;

    let object = world.wait_ready("apps").await;
    let revision = format!("latest@{digest}");
    let stored = format!("stored artifact for digest '{revision}'");
    let expected = ("Succeeded".to_owned(), stored);
    assert_eq!(says(&object, "Ready"), expected);
    assert_eq!(says(&object, "ArtifactInStorage"), expected);
    assert!(find(&object, "Reconciling").is_none() && find(&object, "FetchFailed").is_none());

    let published = object.status.artifact.clone().unwrap();
    assert_eq!(published.revision, revision);
    let home = format!("ocirepository/{}/apps", world.namespace);
    assert_eq!(published.path, format!("{home}/{digest}.tar.gz"));
    assert_eq!(published.origin_revision(), Some("main@sha1:1"));
    assert_eq!(
        published.metadata["org.opencontainers.image.source"],
        "https://git.test/r"
    );
    assert_eq!(world.files(&published), ["deploy.yaml", "x/y.yaml"]);

    // The stable address leads to the same bytes (S2).
    let url = object.status.url.clone().unwrap();
    assert!(url.ends_with(&format!("/{home}/latest.tar.gz")), "{url}");
    let linked = testing::http::get(&url).await.unwrap();
    let direct = testing::http::get(&published.url).await.unwrap();
    assert_eq!((linked.status, direct.status), (200, 200));
    assert_eq!(linked.body, direct.body);

    let message = format!(
        "stored artifact with revision '{revision}' from '{}', origin source 'https://git.test/r', origin revision 'main@sha1:1'",
        world.registry.url("apps")
    );
    world.told("NewArtifact", Notice::Info, &message).await;
    let event = world
        .told_that("NewArtifact", |event| event.reason == "NewArtifact")
        .await;
    assert_eq!(
        event.metadata["source.toolkit.fluxcd.io/revision"],
        revision
    );
}

#[tokio::test]
async fn o8_an_unchanged_tag_costs_a_head_request_and_no_event() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    world.create("apps", json!({})).await;
    let before = world.wait_ready("apps").await;
    let seen = world.registry.requests().unwrap().len();
    world.forget_events();

    let after = world.reconcile("apps", "1").await;
    assert_eq!(after.status.artifact, before.status.artifact);
    let asked: Vec<_> = world.registry.requests().unwrap()[seen..]
        .iter()
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(asked, ["GET /v2/", "HEAD /v2/apps/manifests/latest"]);
    let revision = after.status.artifact.unwrap().revision;
    let message = format!("artifact up-to-date with remote revision: '{revision}'");
    world
        .told("ArtifactUpToDate", Notice::Trace, &message)
        .await;
    assert_eq!(world.events().len(), 1, "{:?}", world.events());
}

#[tokio::test]
async fn r6_e6_a_moved_tag_replaces_the_artifact_and_the_old_file_stays() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    world.create("apps", json!({})).await;
    let first = world.wait_ready("apps").await.status.artifact.unwrap();
    let digest = world.push("latest", &[("a", "2")]).await;
    let object = world.reconcile("apps", "1").await;
    let second = object.status.artifact.clone().unwrap();
    assert_eq!(second.revision, format!("latest@{digest}"));
    assert!(is(&object, "Ready", "True") && find(&object, "ArtifactOutdated").is_none());
    assert!(
        world.file(&first).exists(),
        "it outlives its replacement (S8)"
    );
}

#[tokio::test]
async fn o2_s1_tags_ranges_and_digests_are_followed() {
    let world = World::new().await;
    let mut digests = Vec::new();
    for tag in ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "1.99.0-debug"] {
        digests.push(world.push(tag, &[("tag", tag)]).await);
    }
    for (name, reference, tag, at) in [
        ("tag", json!({ "tag": "1.0.0" }), "1.0.0", 0),
        ("range", json!({ "semver": "1.x" }), "1.10.0", 2),
        ("newer", json!({ "semver": ">=2.0.0-0" }), "2.0.0-rc.1", 3),
        (
            "filtered",
            json!({ "semver": ">=0.0.0-0", "semverFilter": "-debug$" }),
            "1.99.0-debug",
            4,
        ),
        (
            "semver-over-tag",
            json!({ "semver": "~1.2", "tag": "1.0.0" }),
            "1.2.0",
            1,
        ),
    ] {
        world.create(name, json!({ "ref": reference })).await;
        let revision = world
            .wait_ready(name)
            .await
            .status
            .artifact
            .unwrap()
            .revision;
        assert_eq!(revision, format!("{tag}@{}", digests[at]), "{name}");
    }
    let reference = json!({ "digest": digests[1], "semver": "*", "tag": "1.0.0" });
    world.create("digest", json!({ "ref": reference })).await;
    let object = world.wait_ready("digest").await;
    assert_eq!(object.status.artifact.unwrap().revision, digests[1]);
}

#[tokio::test]
async fn r2_r3_deletion_removes_files_and_suspension_pulls_nothing() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    world.create("apps", json!({})).await;
    let artifact = world.wait_ready("apps").await.status.artifact.unwrap();
    world.change("apps", json!({ "suspend": true })).await;
    world.push("latest", &[("a", "2")]).await;
    let object = world.reconcile("apps", "1").await;
    assert_eq!(object.status.artifact.unwrap(), artifact);
    world
        .api::<OciRepository>()
        .delete("apps", &common::kube::api::DeleteParams::default())
        .await
        .unwrap();
    world.wait_gone::<OciRepository>("apps").await;
    assert!(!world.file(&artifact).parent().unwrap().exists());
}

#[tokio::test]
async fn r5_a_file_that_is_gone_is_pulled_anew() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    world.create("apps", json!({})).await;
    let before = world.wait_ready("apps").await.status.artifact.unwrap();
    std::fs::remove_file(world.file(&before)).unwrap();
    let object = world.reconcile("apps", "1").await;
    let after = object.status.artifact.clone().unwrap();
    assert_eq!(after.digest, before.digest);
    assert!(world.file(&after).exists() && object.status.url.is_some());
}

#[tokio::test]
async fn d9_o1_the_timeout_does_not_bound_pulls() {
    let world = World::new().await;
    world.push("latest", &[("a", "1")]).await;
    world.create("apps", json!({ "timeout": "0s" })).await;
    world.wait_ready("apps").await;
}
