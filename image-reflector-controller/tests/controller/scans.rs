//! Scans: what is found, what is left out, when (R3 to R12).

use common::object::Object as _;
use common::reconcile::Notice;
use crds::image::ImageRepository;
use serde_json::json;

use crate::world::{World, condition};

#[tokio::test]
async fn r5_r8_r10_a_scan_is_in_the_status() {
    let world = World::new().await;
    let tags = ["1.0.0", "1.10.0", "1.9.0", "latest", "sha256-ab.sig"];
    world.push("app", &tags, "a").await;
    world.repository("app", json!({})).await;
    let object: ImageRepository = world.wait_ready("app").await;

    let scan = object.status.last_scan_result.clone().unwrap();
    assert_eq!(scan.tag_count, 4);
    assert_eq!(scan.latest_tags, ["latest", "1.9.0", "1.10.0", "1.0.0"]);
    // The Adler-32 of ["latest","1.9.0","1.10.0","1.0.0"].
    assert_eq!(scan.revision, "2674853851");
    let message = "successful scan: found 4 tags with checksum 2674853851";
    let ready = ("True".into(), "Succeeded".into(), message.into());
    assert_eq!(condition(&object, "Ready"), ready);
    assert_eq!(condition(&object, "Reconciling").0, "");
    let status = &object.status;
    assert_eq!(status.canonical_image_name, Some(world.image("app")));
    assert_eq!(status.observed_exclusion_list, [r"^.*\.sig$"]);
    assert!(object.has_finalizer());
    world.told("app", Notice::Info, "Succeeded", message).await;
}

#[tokio::test]
async fn r5_s6_a_request_scans_again_and_news_are_told_once() {
    let world = World::new().await;
    world.push("app", &["1.0.0"], "a").await;
    world.repository("app", json!({})).await;
    world.wait_ready::<ImageRepository>("app").await;
    world.reconcile::<ImageRepository>("app", "1").await;
    let same = "tags did not change, next scan in 1h0m0s";
    world.told("app", Notice::Trace, "Succeeded", same).await;

    let digest = world.push("app", &["2.0.0"], "b").await;
    let object: ImageRepository = world.reconcile("app", "2").await;
    assert_eq!(object.status.last_scan_result.unwrap().tag_count, 2);
    let news = "successful scan: found 2 tags";
    world.told("app", Notice::Info, "Succeeded", news).await;

    // A tag that is gone is gone here too.
    world.registry.delete("app", &digest).await.unwrap();
    let object: ImageRepository = world.reconcile("app", "3").await;
    let scan = object.status.last_scan_result.unwrap();
    assert_eq!(scan.latest_tags, ["1.0.0"]);
}

#[tokio::test]
async fn r5_r7_exclusions_take_effect_at_once_and_bad_ones_fail() {
    let world = World::new().await;
    world
        .push("app", &["1.0.0", "1.0.0-rc.1", "dev"], "a")
        .await;
    world
        .repository("app", json!({"exclusionList": ["rc", "^d"]}))
        .await;
    let object: ImageRepository = world.wait_ready("app").await;
    let scan = object.status.last_scan_result.unwrap();
    assert_eq!(scan.latest_tags, ["1.0.0"]);

    let exclusions = json!({"exclusionList": ["("]});
    world.change::<ImageRepository>("app", exclusions).await;
    let (_, message) = world
        .wait_failed::<ImageRepository>("app", "ReadOperationFailed")
        .await;
    let expected =
        "scan failed: failed to compile regex (: error parsing regexp: missing closing ): `(`";
    assert_eq!(message, expected);
    world
        .told("app", Notice::Error, "ReadOperationFailed", expected)
        .await;

    let exclusions = json!({"exclusionList": ["^d"]});
    world.change::<ImageRepository>("app", exclusions).await;
    let object: ImageRepository = world.wait_ready("app").await;
    let status = &object.status;
    assert_eq!(status.observed_exclusion_list, ["^d"]);
    assert_eq!(status.last_scan_result.as_ref().unwrap().tag_count, 2);
}

#[tokio::test]
async fn r7_tags_come_page_by_page() {
    let world = World::new().await;
    let tags: Vec<String> = (0..1003).map(|number| format!("v{number:04}")).collect();
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    world.push("app", &tags, "a").await;
    world.repository("app", json!({})).await;
    let object: ImageRepository = world.wait_ready("app").await;
    let scan = object.status.last_scan_result.unwrap();
    assert_eq!(scan.tag_count, 1003);
    assert_eq!(scan.latest_tags.first().unwrap(), "v1002");
    assert_eq!(scan.latest_tags.len(), 10);
}

#[tokio::test]
async fn r3_images_that_are_none_stall() {
    let world = World::new().await;
    for (name, image, says) in [
        (
            "scheme",
            "https://ghcr.io/app",
            "image 'https://ghcr.io/app' should not include URL scheme; remove 'https://'",
        ),
        (
            "tag",
            "ghcr.io/app:v1",
            "image 'ghcr.io/app:v1' should not include a tag; remove ':v1'",
        ),
    ] {
        world.repository(name, json!({"image": image})).await;
        let (object, message) = world
            .wait_failed::<ImageRepository>(name, "ImageURLInvalid")
            .await;
        assert_eq!(message, says);
        let stalled = ("True".into(), "ImageURLInvalid".into(), says.into());
        assert_eq!(condition(&object, "Stalled"), stalled);
        assert_eq!(object.status.observed_generation, 1);
        world
            .told(name, Notice::Error, "ImageURLInvalid", says)
            .await;
    }
}

#[tokio::test]
async fn r7_r11_registries_that_refuse_or_do_not_answer_are_tried_again() {
    let world = World::new().await;
    world.repository("unknown", json!({})).await;
    let (object, message) = world
        .wait_failed::<ImageRepository>("unknown", "ReadOperationFailed")
        .await;
    assert!(message.starts_with("scan failed: GET "), "{message}");
    assert!(message.contains("NAME_UNKNOWN"), "{message}");
    assert_eq!(condition(&object, "Reconciling").1, "ProgressingWithRetry");
    assert_eq!(object.status.observed_generation, -1);

    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let image = format!("{}/app", silent.local_addr().unwrap());
    let spec = json!({"image": image, "timeout": "1s"});
    world.repository("silent", spec).await;
    let (_, message) = world
        .wait_failed::<ImageRepository>("silent", "ReadOperationFailed")
        .await;
    assert_eq!(message, "scan failed: context deadline exceeded");

    // It heals by itself.
    world.push("unknown", &["1"], "a").await;
    world.wait_ready::<ImageRepository>("unknown").await;
}

#[tokio::test]
async fn s1_suspended_repositories_rest() {
    let world = World::new().await;
    world.push("app", &["1"], "a").await;
    world.repository("app", json!({"suspend": true})).await;
    let object: ImageRepository = world.reconcile("app", "1").await;
    assert!(object.status.last_scan_result.is_none());
    assert_eq!(world.scans("app"), 0);
    let resume = json!({"suspend": false});
    world.change::<ImageRepository>("app", resume).await;
    world.wait_ready::<ImageRepository>("app").await;
    world.delete::<ImageRepository>("app").await;
}
