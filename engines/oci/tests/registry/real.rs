//! A real registry: names, tags, manifests, blobs, credentials, certificates, proxies.

use oci::name::Version;
use oci::registry::{Access, Security};
use oci::{Keychain, Registry, Repository};
use testing::git::Transport;
use testing::proxy::{Protocol, Proxy as TestProxy};
use testing::registry::{Artifact, Guarded, Options, Registry as Server};
use transport::tls::ServerIdentity;
use transport::{Proxy, Tls};

fn open(server: &Server, path: &str, access: Access) -> Registry {
    let repository = Repository::parse(&format!("{}/{path}", server.host())).unwrap();
    Registry::new(repository, access).unwrap()
}

fn layer(text: &str) -> Artifact {
    Artifact::of("application/test", text.as_bytes().to_vec())
}

#[tokio::test]
async fn o1_a_tag_is_resolved_by_head_and_pulled_by_digest() {
    let server = Server::start().await.unwrap();
    let pushed = layer("one").annotated("org.opencontainers.image.source", "here");
    let digest = server.push("a/b", "1.0.0", &pushed).await.unwrap();
    let registry = open(&server, "a/b", Access::default());

    let before = server.requests().unwrap().len();
    let found = registry
        .resolve(&Version::Tag("1.0.0".into()))
        .await
        .unwrap();
    assert_eq!(found.to_string(), digest);
    let asked: Vec<_> = server.requests().unwrap()[before..]
        .iter()
        .map(|one| format!("{} {}", one.method, one.path))
        .collect();
    assert_eq!(asked, ["GET /v2/", "HEAD /v2/a/b/manifests/1.0.0"]);

    let manifest = registry.image(&found).await.unwrap();
    assert_eq!(
        manifest.annotations["org.opencontainers.image.source"],
        "here"
    );
    let blob = registry.blob(&manifest.layers[0], 100).await.unwrap();
    assert_eq!(blob, b"one");
}

#[tokio::test]
async fn tags_come_page_by_page() {
    let server = Server::start().await.unwrap();
    let pushed = layer("x");
    server.push("a", "0", &pushed).await.unwrap();
    for number in 1..=1003 {
        let tag = format!("1.0.{number}");
        server
            .push_manifest(
                "a",
                &tag,
                "application/vnd.oci.image.manifest.v1+json",
                pushed.manifest(),
            )
            .await
            .unwrap();
    }
    let tags = open(&server, "a", Access::default()).tags().await.unwrap();
    assert_eq!(tags.len(), 1004);
    let pages = server.requests().unwrap();
    let pages = pages.iter().filter(|one| one.path.contains("/tags/list"));
    assert_eq!(pages.count(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_words_of_the_registry() {
    let server = Server::start().await.unwrap();
    server.push("a", "1", &layer("x")).await.unwrap();
    let registry = open(&server, "a", Access::default());
    let error = registry
        .resolve(&Version::Tag("2".into()))
        .await
        .unwrap_err();
    assert!(error.is_not_found());
    let host = server.host();
    assert!(
        error.to_string().starts_with(&format!(
            "GET http://{host}/v2/a/manifests/2: MANIFEST_UNKNOWN: manifest unknown"
        )),
        "{error}"
    );
    let error = open(&server, "none", Access::default())
        .tags()
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("NAME_UNKNOWN"), "{error}");
}

#[tokio::test]
async fn o4_credentials_are_asked_for_and_sent() {
    let server = Server::start_with(Options {
        guarded: Guarded::ByPassword,
        ..Options::default()
    })
    .await
    .unwrap();
    let digest = server.push("a", "1", &layer("x")).await.unwrap();
    let tag = Version::Tag("1".into());
    let mut keychain = Keychain::default();
    keychain
        .add_config(server.docker_config().as_bytes())
        .unwrap();
    let repository = Repository::parse(&format!("{}/a", server.host())).unwrap();
    let login = keychain.resolve(&repository);
    let access = Access {
        login,
        ..Access::default()
    };
    let found = open(&server, "a", access).resolve(&tag).await.unwrap();
    assert_eq!(found.to_string(), digest);

    let error = open(&server, "a", Access::default())
        .resolve(&tag)
        .await
        .unwrap_err();
    assert!(error.is_unauthorized());
    assert!(
        error
            .to_string()
            .contains("UNAUTHORIZED: authentication required"),
        "{error}"
    );
}

#[tokio::test]
async fn o5_p1_private_authorities_and_unproven_servers() {
    let server = Server::start_with(Options {
        transport: Transport::Tls,
        ..Options::default()
    })
    .await
    .unwrap();
    let digest = server.push("a", "1", &layer("x")).await.unwrap();
    let tag = Version::Tag("1".into());
    let trusting = Tls {
        certificate_authority: Some(server.ca().to_owned()),
        ..Tls::default()
    };
    let believing = Tls {
        server: ServerIdentity::Believed,
        ..Tls::default()
    };
    for (tls, security) in [(trusting, Security::Https), (believing, Security::HttpToo)] {
        let access = Access {
            tls,
            security,
            ..Access::default()
        };
        let found = open(&server, "a", access).resolve(&tag).await.unwrap();
        assert_eq!(found.to_string(), digest);
    }
    let error = open(&server, "a", Access::default())
        .resolve(&tag)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("UnknownIssuer"), "{error}");
}

#[tokio::test]
async fn p3_requests_take_the_way_of_the_proxy() {
    let server = Server::start().await.unwrap();
    let digest = server.push("a", "1", &layer("x")).await.unwrap();
    let port = server.host().split(':').nth(1).unwrap();
    let host = format!("registry.local:{port}");
    for protocol in [Protocol::Http, Protocol::Socks5] {
        let proxy = TestProxy::start_for(protocol, "p", "w").await.unwrap();
        proxy.route(&host, server.host().parse().unwrap());
        let data = [
            ("address", proxy.url()),
            ("username", "p".to_owned()),
            ("password", "w".to_owned()),
        ];
        let data = data
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.into_bytes()))
            .collect();
        let access = Access {
            proxy: Proxy::from_secret(&data).unwrap(),
            ..Access::default()
        };
        let repository = Repository::parse(&format!("{host}/a")).unwrap();
        let registry = Registry::new(repository, access).unwrap();
        let found = registry.resolve(&Version::Tag("1".into())).await.unwrap();
        assert_eq!(found.to_string(), digest);
    }
}

#[tokio::test]
async fn o1_the_child_of_an_index_is_pulled() {
    let server = Server::start().await.unwrap();
    let (arm, amd) = (layer("arm"), layer("amd"));
    let arm_digest = server.push("a", "arm", &arm).await.unwrap();
    let amd_digest = server.push("a", "amd", &amd).await.unwrap();
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let child = |digest: &str, size: usize, architecture: &str| {
        format!(
            r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size},"platform":{{"os":"linux","architecture":"{architecture}"}}}}"#
        )
    };
    let index_type = "application/vnd.oci.image.index.v1+json";
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"{index_type}","manifests":[{},{}]}}"#,
        child(&arm_digest, arm.manifest().len(), "arm64"),
        child(&amd_digest, amd.manifest().len(), "amd64"),
    );
    let digest = server
        .push_manifest("a", "all", index_type, index.into_bytes())
        .await
        .unwrap();
    let registry = open(&server, "a", Access::default());
    let found = registry.resolve(&Version::Tag("all".into())).await.unwrap();
    assert_eq!(
        found.to_string(),
        digest,
        "the revision is that of the index"
    );
    let manifest = registry.image(&found).await.unwrap();
    assert_eq!(
        registry.blob(&manifest.layers[0], 100).await.unwrap(),
        b"amd"
    );
}
