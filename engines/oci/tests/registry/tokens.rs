//! The token protocol, and where credentials go.

use oci::name::Version;
use oci::registry::Access;
use oci::{Login, Registry, Repository};
use transport::Basic;

use crate::fake::{Fake, answer, ok};

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn registry(fake: &Fake, login: Login) -> Registry {
    let repository = Repository::parse(&format!("{}/a/b", fake.host)).unwrap();
    let access = Access {
        login,
        ..Access::default()
    };
    Registry::new(repository, access).unwrap()
}

fn user() -> Login {
    Login::Basic(Basic {
        username: "u".into(),
        password: "p".to_owned().into(),
    })
}

/// A token service that gives numbered tokens for user `u`.
async fn token_service() -> Fake {
    let count = std::sync::atomic::AtomicUsize::new(1);
    Fake::start(move |method, path, sent| {
        if method == "POST" || path.contains("refresh") {
            return answer(404, &[], "");
        }
        if sent == Some("Basic dTpw") {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            ok(format!(r#"{{"token": "t{number}", "expires_in": 60}}"#))
        } else {
            answer(
                401,
                &[],
                r#"{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}"#,
            )
        }
    })
    .await
}

/// A registry that takes these tokens.
async fn guarded(service: &str, good: &'static [&'static str]) -> Fake {
    let challenge = format!(r#"Bearer realm="http://{service}/token",service="test""#);
    Fake::start(move |_, path, sent| {
        let token = sent.and_then(|sent| sent.strip_prefix("Bearer "));
        if path != "/v2/" && token.is_some_and(|token| good.contains(&token)) {
            return answer(200, &[("docker-content-digest", DIGEST)], "{}");
        }
        let scope = if path == "/v2/" {
            String::new()
        } else {
            r#",scope="repository:a/b:pull""#.to_owned()
        };
        answer(
            401,
            &[("www-authenticate", &format!("{challenge}{scope}"))],
            "",
        )
    })
    .await
}

#[tokio::test]
async fn a_token_is_fetched_once_and_kept() {
    let service = token_service().await;
    let fake = guarded(&service.host, &["t1"]).await;
    let registry = registry(&fake, user());
    for _ in 0..2 {
        let found = registry.head(&Version::Tag("x".into())).await.unwrap();
        assert_eq!(found.to_string(), DIGEST);
    }
    assert_eq!(
        service.seen(),
        [(
            "GET".to_owned(),
            "/token?scope=repository%3Aa%2Fb%3Apull&service=test".to_owned(),
            Some("Basic dTpw".to_owned())
        )]
    );
    assert!(
        fake.seen()
            .iter()
            .all(|(_, _, sent)| sent.as_deref() != Some("Basic dTpw")),
        "the password goes to the token service alone"
    );
}

#[tokio::test]
async fn a_token_that_has_expired_is_replaced() {
    let service = token_service().await;
    let fake = guarded(&service.host, &["t2"]).await;
    registry(&fake, user())
        .head(&Version::Tag("x".into()))
        .await
        .unwrap();
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn a_refused_login_shows_what_the_service_said() {
    let service = token_service().await;
    let fake = guarded(&service.host, &["t1"]).await;
    let error = registry(&fake, Login::Anonymous)
        .manifest(&Version::Tag("x".into()))
        .await
        .unwrap_err();
    assert!(error.is_unauthorized());
    assert_eq!(
        error.to_string(),
        format!(
            "GET http://{}/token: UNAUTHORIZED: who are you?",
            service.host
        )
    );
}

#[tokio::test]
async fn an_identity_token_is_exchanged_or_else_asked_for_the_other_way() {
    let service = Fake::start(|method, _, _| {
        if method == "POST" {
            ok(r#"{"access_token": "t1"}"#)
        } else {
            answer(500, &[], "")
        }
    })
    .await;
    let fake = guarded(&service.host, &["t1"]).await;
    let login = Login::IdentityToken("id".to_owned().into());
    registry(&fake, login)
        .head(&Version::Tag("x".into()))
        .await
        .unwrap();
    assert_eq!(service.seen()[0].0, "POST");
}

#[tokio::test]
async fn credentials_do_not_follow_a_redirect_to_another_host() {
    let elsewhere = Fake::start(|_, _, _| ok("x")).await;
    let target = format!("http://{}/blob?signature=s", elsewhere.host);
    let fake = Fake::start(move |_, path, _| {
        if path == "/v2/" {
            return answer(401, &[("www-authenticate", "Basic realm=\"r\"")], "");
        }
        answer(307, &[("location", &target)], "")
    })
    .await;
    let blob = format!(
        r#"{{"digest": "sha256:{}", "size": 1}}"#,
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    );
    let blob = serde_json::from_str(&blob).unwrap();
    let bytes = registry(&fake, user()).blob(&blob, 10).await.unwrap();
    assert_eq!(bytes, b"x");
    assert_eq!(fake.seen()[1].2.as_deref(), Some("Basic dTpw"));
    assert_eq!(elsewhere.seen()[0].2, None);
}
