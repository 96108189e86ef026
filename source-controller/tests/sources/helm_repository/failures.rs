//! What is wrong is told (H2, H4).

use common::reconcile::Notice;
use serde_json::json;
use testing::http::Files;

use super::world::{INDEX, World};
use crate::plane::{INDEX_LIMIT, is, says};

#[tokio::test]
async fn h4_e7_an_index_that_cannot_be_fetched_or_read_is_told_and_the_old_one_stays() {
    let world = World::new().await;
    world.create("charts", json!({})).await;
    let published = world.wait_ready("charts").await.status.artifact;
    let index = format!("{}/charts/index.yaml", world.files.url());

    world.files.remove("/charts/index.yaml");
    world.reconcile("charts", "1").await;
    let object = world.wait_failed("charts", "Failed").await;
    let expected =
        format!("failed to fetch Helm repository index: failed to fetch {index} : 404 Not Found");
    assert_eq!(
        says(&object, "FetchFailed"),
        ("Failed".into(), expected.clone())
    );
    assert_eq!(object.status.artifact, published);
    world.told("Failed", Notice::Error, &expected).await;

    world.files.put("/charts/index.yaml", "entries: {}\n");
    world.reconcile("charts", "2").await;
    let object = world.wait_failed("charts", "IndexationFailed").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "failed to load Helm repository from index YAML: no API version specified"
    );

    let large = "#".repeat(usize::try_from(INDEX_LIMIT).unwrap() + 1);
    world.files.put("/charts/index.yaml", large);
    world.reconcile("charts", "3").await;
    let object = world.wait_failed("charts", "Failed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.ends_with("exceeds the maximum size of 65536 bytes"),
        "{message}"
    );

    world.forget_events();
    world.files.put("/charts/index.yaml", INDEX);
    world.reconcile("charts", "4").await;
    let object = world.wait_ready("charts").await;
    assert_eq!(object.status.artifact, published);
    world
        .told_that("recovery", |event| event.reason == "Succeeded")
        .await;
}

#[tokio::test]
async fn h2_h4_credentials_are_sent_and_what_is_wrong_with_them_is_named() {
    let world = World::new().await;
    world.files.guard("u", "p");
    let login = json!({ "username": "u", "password": "p" });
    world.secret("login", login).await;
    world.secret("half", json!({ "username": "u" })).await;
    world
        .create("good", json!({ "secretRef": { "name": "login" } }))
        .await;
    world.wait_ready("good").await;
    assert_eq!(
        world.files.asked()[0].authorization.as_deref(),
        Some("Basic dTpw")
    );

    let namespace = &world.namespace;
    for (name, spec, expected) in [
        (
            "gone",
            json!({ "secretRef": { "name": "gone" } }),
            format!(
                "failed to get authentication secret '{namespace}/gone': secrets \"gone\" not found"
            ),
        ),
        (
            "half",
            json!({ "secretRef": { "name": "half" } }),
            format!(
                "failed to detect authentication methods: secret '{namespace}/half': malformed basic auth - has 'username' but missing 'password'"
            ),
        ),
        (
            "gone-certificate",
            json!({ "certSecretRef": { "name": "gone" } }),
            format!(
                "failed to get TLS authentication secret '{namespace}/gone': secrets \"gone\" not found"
            ),
        ),
        (
            "no-certificate",
            json!({ "certSecretRef": { "name": "login" } }),
            format!(
                "failed to construct Helm client's TLS config: secret '{namespace}/login' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"
            ),
        ),
    ] {
        world.create(name, spec).await;
        let object = world.wait_failed(name, "AuthenticationFailed").await;
        assert_eq!(says(&object, "FetchFailed").1, expected, "{name}");
    }
    world.create("nobody", json!({})).await;
    let object = world.wait_failed("nobody", "Failed").await;
    let message = says(&object, "Ready").1;
    assert!(message.ends_with(": 401 Unauthorized"), "{message}");
}

#[tokio::test]
async fn h2_p1_the_authority_of_the_secret_is_trusted_wherever_it_is() {
    let world = World::with(Files::start_tls().await.unwrap()).await;
    world
        .secret("ca", json!({ "ca.crt": world.files.ca() }))
        .await;
    world
        .create("trusted", json!({ "certSecretRef": { "name": "ca" } }))
        .await;
    world
        .create("older", json!({ "secretRef": { "name": "ca" } }))
        .await;
    world.create("unknown", json!({})).await;
    world.wait_ready("trusted").await;
    world.wait_ready("older").await;
    let object = world.wait_failed("unknown", "Failed").await;
    let message = says(&object, "Ready").1;
    assert!(message.contains("UnknownIssuer"), "{message}");
}

#[tokio::test]
async fn h2_h4_an_oci_url_needs_its_type() {
    let world = World::new().await;
    world
        .create("oci", json!({ "url": "oci://h.test/charts" }))
        .await;
    let object = world.wait_failed("oci", "URLInvalid").await;
    assert_eq!(
        says(&object, "FetchFailed").1,
        "invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type"
    );
    assert!(is(&object, "Stalled", "True"));
}
