//! Servers that misbehave.

use oci::name::Version;
use oci::registry::Access;
use oci::{Registry, Repository};

use crate::fake::{Fake, answer, ok};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn registry(fake: &Fake) -> Registry {
    let repository = Repository::parse(&format!("{}/a", fake.host)).unwrap();
    Registry::new(repository, Access::default()).unwrap()
}

fn tag() -> Version {
    Version::Tag("x".into())
}

fn blob(size: u64) -> oci::Descriptor {
    let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    serde_json::from_str(&format!(
        r#"{{"digest": "sha256:{digest}", "size": {size}}}"#
    ))
    .unwrap()
}

#[tokio::test]
async fn o1_a_registry_without_head_is_asked_with_get() {
    let fake = Fake::start(|method, _, _| match method {
        "HEAD" => answer(405, &[], ""),
        _ => answer(200, &[("content-type", MANIFEST)], "{}"),
    })
    .await;
    let found = registry(&fake).resolve(&tag()).await.unwrap();
    assert_eq!(
        found.to_string(),
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    );
}

#[tokio::test]
async fn content_that_is_not_what_was_asked_for_is_refused() {
    let fake = Fake::start(|_, path, _| {
        if path.contains("/manifests/") {
            answer(200, &[("content-type", MANIFEST)], "{}")
        } else {
            ok("y")
        }
    })
    .await;
    let wanted = blob(1);
    let error = registry(&fake)
        .manifest(&Version::Digest(wanted.digest.clone()))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("is sha256:44136fa3") && error.contains("expected sha256:2d711642"),
        "{error}"
    );
    let error = registry(&fake).blob(&wanted, 10).await.unwrap_err();
    assert!(
        error.to_string().contains("expected sha256:2d711642"),
        "{error}"
    );
}

#[tokio::test]
async fn more_bytes_than_promised_or_allowed_are_not_read() {
    let fake = Fake::start(|_, _, _| ok("x".repeat(1000))).await;
    for (size, limit, expected) in [(1, 10, 1), (0, 10, 10), (5000, 10, 10)] {
        let error = registry(&fake).blob(&blob(size), limit).await.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with(&format!("blob is over the limit of {expected} bytes")),
            "{error}"
        );
    }
    let fake = Fake::start(|_, path, _| {
        if path == "/v2/" {
            ok("")
        } else {
            ok("x".repeat(9 << 20))
        }
    })
    .await;
    let error = registry(&fake).manifest(&tag()).await.unwrap_err();
    assert!(
        error.to_string().contains("manifest is over the limit"),
        "{error}"
    );
}

#[tokio::test]
async fn pages_do_not_lead_to_another_host_nor_in_circles() {
    let page = |link: &'static str, tags: &'static str| {
        Fake::start(move |_, path, _| {
            if path == "/v2/" {
                ok("")
            } else {
                answer(200, &[("link", link)], format!(r#"{{"tags": {tags}}}"#))
            }
        })
    };
    let fake = page(
        "<http://127.0.0.1:1/v2/a/tags/list>; rel=\"next\"",
        "[\"t\"]",
    )
    .await;
    let error = registry(&fake).tags().await.unwrap_err().to_string();
    assert!(error.contains("leads to another host"), "{error}");
    let fake = page("</v2/a/tags/list?last=x>; rel=\"next\"", "null").await;
    assert!(registry(&fake).tags().await.unwrap().is_empty());
    let fake = page("nonsense", "[]").await;
    assert!(registry(&fake).tags().await.is_err());
}

#[tokio::test]
async fn a_server_that_is_no_registry_is_told() {
    let fake = Fake::start(|_, _, _| answer(503, &[], "busy")).await;
    let error = registry(&fake).tags().await.unwrap_err().to_string();
    assert!(
        error.contains(&format!(
            "GET http://{}/v2/: unexpected status code 503 Service Unavailable: busy",
            fake.host
        )),
        "{error}"
    );
    let fake = Fake::start(|_, path, _| ok(if path == "/v2/" { "" } else { "<html>" })).await;
    let error = registry(&fake).tags().await.unwrap_err().to_string();
    assert!(error.contains("invalid list of tags"), "{error}");
    let repository = Repository::parse("127.0.0.1:1/a").unwrap();
    let nobody = Registry::new(repository, Access::default()).unwrap();
    let error = nobody.tags().await.unwrap_err().to_string();
    assert!(
        error.starts_with("GET https://127.0.0.1:1/v2/: ") && error.contains("onnection refused"),
        "{error}"
    );
}

#[tokio::test]
async fn unknown_ways_to_log_in_are_named() {
    let fake = Fake::start(|_, _, _| answer(401, &[("www-authenticate", "Negotiate")], "")).await;
    let error = registry(&fake).tags().await.unwrap_err().to_string();
    assert!(
        error.contains("unrecognized challenge: negotiate"),
        "{error}"
    );
}
