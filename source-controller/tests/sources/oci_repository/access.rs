//! Credentials, certificates, proxies (O4, O5, P1, P3).

use serde_json::json;
use testing::git::Transport;
use testing::proxy::{Protocol, Proxy};
use testing::registry::{Guarded, Options};

use super::world::World;
use crate::plane::says;

const GUARDED: Options = Options {
    guarded: Guarded::ByPassword,
    transport: Transport::Http,
};

#[tokio::test]
async fn o4_r12_credentials_of_secret_and_service_account() {
    let world = World::with(GUARDED).await;
    world.push("latest", &[("a", "1")]).await;
    world
        .docker_secret("login", &world.registry.docker_config())
        .await;
    world
        .create("secret", json!({ "secretRef": { "name": "login" } }))
        .await;
    world.service_account("puller", &["login"]).await;
    world
        .create("account", json!({ "serviceAccountName": "puller" }))
        .await;
    world.wait_ready("secret").await;
    world.wait_ready("account").await;

    world.create("nobody", json!({})).await;
    let object = world.wait_failed("nobody", "OCIArtifactPullFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(
        message.starts_with("failed to determine artifact digest: GET http://")
            && message.contains("UNAUTHORIZED: authentication required"),
        "{message}"
    );
    // A Secret that is put right heals the object without another change.
    let wrong = world.registry.docker_config().replace("pass", "wrong");
    world.docker_secret("wrong", &wrong).await;
    world
        .create("healing", json!({ "secretRef": { "name": "wrong" } }))
        .await;
    world.wait_failed("healing", "OCIArtifactPullFailed").await;
    world
        .docker_secret("wrong", &world.registry.docker_config())
        .await;
    world.wait_ready("healing").await;
}

#[tokio::test]
async fn o4_o7_what_is_missing_or_malformed_is_named() {
    let world = World::new().await;
    let namespace = world.namespace.clone();
    world.service_account("puller", &["gone"]).await;
    world.docker_secret("odd", "{ \"auths\": {} }").await;
    world.secret("half", json!({ "tls.crt": "x" })).await;
    world.secret("empty", json!({ "x": "y" })).await;
    let url = world.registry.url("apps");
    for (name, spec, expected) in [
        (
            "secret",
            json!({ "secretRef": { "name": "gone" } }),
            format!(
                "failed to get credential: failed to get secret '{namespace}/gone': secrets \"gone\" not found"
            ),
        ),
        (
            "account",
            json!({ "serviceAccountName": "gone" }),
            format!("failed to get credential: serviceaccount '{namespace}/gone' not found"),
        ),
        (
            "pull-secret",
            json!({ "serviceAccountName": "puller" }),
            format!(
                "failed to get credential: failed to get image pull secret for serviceaccount '{namespace}/puller': secret '{namespace}/gone' not found"
            ),
        ),
        (
            "proxy",
            json!({ "proxySecretRef": { "name": "gone" } }),
            format!("failed to get proxy address: secret '{namespace}/gone' not found"),
        ),
        (
            "certificate",
            json!({ "certSecretRef": { "name": "half" } }),
            format!(
                "failed to generate transport for '{url}': secret '{namespace}/half' contains 'tls.crt' but missing 'tls.key'"
            ),
        ),
        (
            "no-certificate",
            json!({ "certSecretRef": { "name": "empty" } }),
            format!(
                "failed to generate transport for '{url}': secret '{namespace}/empty' must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'"
            ),
        ),
    ] {
        world.create(name, spec).await;
        let object = world.wait_failed(name, "AuthenticationFailed").await;
        assert_eq!(
            says(&object, "FetchFailed"),
            ("AuthenticationFailed".to_owned(), expected),
            "{name}"
        );
    }
}

#[tokio::test]
async fn o5_p1_private_authorities_and_insecure_servers() {
    let world = World::with(Options {
        guarded: Guarded::No,
        transport: Transport::Tls,
    })
    .await;
    world.push("latest", &[("a", "1")]).await;
    world
        .secret("ca", json!({ "ca.crt": world.registry.ca() }))
        .await;
    world
        .create("trusted", json!({ "certSecretRef": { "name": "ca" } }))
        .await;
    world.create("believed", json!({ "insecure": true })).await;
    world.create("unknown", json!({})).await;
    world.wait_ready("trusted").await;
    world.wait_ready("believed").await;
    let object = world.wait_failed("unknown", "OCIArtifactPullFailed").await;
    let message = says(&object, "Ready").1;
    assert!(message.contains("UnknownIssuer"), "{message}");
    // With certificates of its own, insecure does not switch the check off.
    let other = testing::pki::Authority::new("other").unwrap();
    world
        .secret("other", json!({ "ca.crt": other.pem() }))
        .await;
    world
        .create(
            "other",
            json!({ "insecure": true, "certSecretRef": { "name": "other" } }),
        )
        .await;
    world.wait_failed("other", "OCIArtifactPullFailed").await;
}

#[tokio::test]
async fn p3_the_proxy_of_the_secret_is_used() {
    let world = World::new().await;
    let digest = world.push("latest", &[("a", "1")]).await;
    let proxy = Proxy::start_for(Protocol::Http, "p", "w").await.unwrap();
    let port = world.registry.host().split(':').nth(1).unwrap();
    let host = format!("registry.local:{port}");
    proxy.route(&host, world.registry.host().parse().unwrap());
    let secret = json!({ "address": proxy.url(), "username": "p", "password": "w" });
    world.secret("proxy", secret).await;
    world
        .create(
            "apps",
            json!({ "url": format!("oci://{host}/apps"), "proxySecretRef": { "name": "proxy" } }),
        )
        .await;
    let object = world.wait_ready("apps").await;
    assert_eq!(
        object.status.artifact.unwrap().revision,
        format!("latest@{digest}")
    );
}
