//! Repositories over ssh (G8).

use serde_json::json;
use testing::git::{Form, SshKey, SshServer};

use super::world::{World, says};

#[tokio::test(flavor = "multi_thread")]
async fn g8_an_ssh_repository_is_published_with_the_key_of_its_secret() {
    let world = World::new().await;
    let key = SshKey::generate("ecdsa", "open sesame", Form::OpenSsh).unwrap();
    let server = SshServer::start(&key).await.unwrap();
    let repository = server.create("s").unwrap();
    let commit = repository
        .commit("main")
        .file("a.yaml", "a: 1\n")
        .write()
        .unwrap();
    let known_hosts = server.known_hosts();
    let url = server.url("s");
    let data = json!({ "identity": key.private, "identity.pub": key.public, "known_hosts": known_hosts, "password": "open sesame" });
    world.secret("key", data).await;
    world
        .create("s", json!({ "url": url, "secretRef": { "name": "key" } }))
        .await;
    let object = world.wait_ready("s").await;
    assert_eq!(
        object.status.artifact.unwrap().revision,
        format!("main@sha1:{commit}")
    );

    let data = json!({ "identity": key.private, "known_hosts": known_hosts });
    world.secret("locked", data).await;
    world
        .create(
            "locked",
            json!({ "url": url, "secretRef": { "name": "locked" } }),
        )
        .await;
    let object = world.wait_failed("locked", "AuthenticationFailed").await;
    let message = says(&object, "Ready").1;
    assert!(
        message.starts_with("failed to configure authentication options: ssh: this private key is passphrase protected"),
        "{message}"
    );

    world.create("keyless", json!({ "url": url })).await;
    let object = world.wait_failed("keyless", "AuthenticationFailed").await;
    assert_eq!(
        says(&object, "Ready").1,
        "failed to configure authentication options: invalid 'ssh' auth option: 'identity' is required"
    );

    let stranger = server.known_hosts_with(&[SshKey::ed25519().unwrap()]);
    let data =
        json!({ "identity": key.private, "known_hosts": stranger, "password": "open sesame" });
    world.secret("stranger", data).await;
    world
        .create(
            "stranger",
            json!({ "url": url, "secretRef": { "name": "stranger" } }),
        )
        .await;
    let object = world.wait_failed("stranger", "GitOperationFailed").await;
    let message = says(&object, "FetchFailed").1;
    assert!(message.contains("knownhosts: key mismatch"), "{message}");
}
