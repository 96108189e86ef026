//! Credentials, certificates, proxies and redirects (G8, P1, P3).

use git::access::Proxy as ProxyAccess;
use testing::git::{Auth, Fault, Server, Stage, Transport};
use testing::proxy::{Protocol, Proxy};

use crate::{Client, MAIN, secret};

async fn serve(transport: Transport, auth: Auth) -> Server {
    let server = Server::start_with(transport, auth).await.unwrap();
    server
        .create("r")
        .unwrap()
        .commit("main")
        .file("a", "1")
        .write()
        .unwrap();
    server
}

fn basic() -> Auth {
    Auth::Basic("me".to_owned(), "pass word".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_basic_and_bearer_over_http() {
    let server = serve(Transport::Http, basic()).await;
    let client = Client::new(server.url("r"));
    let refused = format!(
        "unable to list remote for '{}': authentication required",
        server.url("r")
    );
    assert_eq!(client.error(MAIN).await, refused);
    let client = client.with_secret(&[("username", "me"), ("password", "wrong")]);
    assert_eq!(client.error(MAIN).await, refused);
    let client = client.with_secret(&[("username", "me"), ("password", "pass word")]);
    client.checkout(MAIN).await.unwrap();

    server.set_auth(Auth::Bearer("token".to_owned()));
    assert_eq!(client.error(MAIN).await, refused);
    client
        .with_secret(&[("bearerToken", "token")])
        .checkout(MAIN)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_credentials_in_the_url_are_sent_and_never_shown() {
    let server = serve(Transport::Http, basic()).await;
    let with = |user: &str| {
        server
            .url("r")
            .replace("http://", &format!("http://{user}@"))
    };
    Client::new(with("me:pass%20word"))
        .checkout(MAIN)
        .await
        .unwrap();
    let error = Client::new(with("me:hush")).error(MAIN).await;
    assert_eq!(
        error,
        format!(
            "unable to list remote for '{}': authentication required",
            server.url("r")
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_private_authority_is_trusted_when_given() {
    let server = serve(Transport::Tls, Auth::None).await;
    let client = Client::new(server.url("r"));
    let error = client.error(MAIN).await;
    assert!(error.contains("certificate"), "{error}");
    let client = client.with_secret(&[("ca.crt", server.ca().unwrap())]);
    client.checkout(MAIN).await.unwrap();
    let client = client.with_secret(&[("ca.crt", "no certificate")]);
    assert_eq!(
        client.error(MAIN).await,
        "cannot read certificate authority: expected PEM"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_mutual_tls_with_basic_credentials() {
    let server = serve(Transport::MutualTls, basic()).await;
    let ca = server.ca().unwrap();
    let identity = server.client_identity().unwrap();
    let login = [
        ("ca.crt", ca),
        ("username", "me"),
        ("password", "pass word"),
    ];
    let client = Client::new(server.url("r")).with_secret(&login);
    assert!(
        client.checkout(MAIN).await.is_err(),
        "no certificate, no entry"
    );
    let mut all = login.to_vec();
    all.extend([
        ("tls.crt", identity.certificate.as_str()),
        ("tls.key", identity.key.as_str()),
    ]);
    client.with_secret(&all).checkout(MAIN).await.unwrap();
    let bad = [("ca.crt", ca), ("tls.crt", "x"), ("tls.key", "y")];
    let error = Client::new(server.url("r"))
        .with_secret(&bad)
        .error(MAIN)
        .await;
    assert_eq!(
        error,
        "cannot read client certificate and key: expected PEM"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_proxies_of_both_kinds_resolve_names_and_take_credentials() {
    let server = serve(Transport::Http, Auth::None).await;
    for protocol in [Protocol::Http, Protocol::Socks5] {
        let proxy = Proxy::start_for(protocol, "p", "q").await.unwrap();
        proxy.route("git.invalid:80", server.address());
        let mut client = Client::new("http://git.invalid/r.git");
        let data = secret(&[
            ("address", &proxy.url()),
            ("username", "p"),
            ("password", "q"),
        ]);
        client.access.proxy = ProxyAccess::from_secret(&data).unwrap();
        client.checkout(MAIN).await.unwrap();
        assert!(
            proxy
                .targets()
                .iter()
                .all(|target| target == "git.invalid:80")
        );
        assert!(!proxy.targets().is_empty());

        let data = secret(&[
            ("address", &proxy.url()),
            ("username", "p"),
            ("password", "hush"),
        ]);
        client.access.proxy = ProxyAccess::from_secret(&data).unwrap();
        let error = client.error(MAIN).await;
        assert!(
            error.starts_with("unable to list remote for 'http://git.invalid/r.git': "),
            "{error}"
        );
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn p3_https_goes_through_an_http_proxy() {
    let server = serve(Transport::Tls, Auth::None).await;
    let proxy = Proxy::start(Protocol::Http).await.unwrap();
    let mut client = Client::new(server.url("r")).with_secret(&[("ca.crt", server.ca().unwrap())]);
    client.access.proxy = ProxyAccess::from_secret(&secret(&[("address", &proxy.url())])).unwrap();
    client.checkout(MAIN).await.unwrap();
    assert!(!proxy.targets().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_within_a_host_keep_credentials_and_to_another_drop_them() {
    let target = serve(Transport::Http, Auth::None).await;
    let server = serve(Transport::Http, basic()).await;
    let login = [("username", "me"), ("password", "pass word")];
    let client = Client::new(server.url("r")).with_secret(&login);

    server.fail_next(
        Stage::Advertisement,
        Fault::Redirect(301, server.base_url()),
    );
    client.checkout(MAIN).await.unwrap();
    assert!(
        server
            .requests()
            .iter()
            .all(testing::git::Request::has_credentials)
    );

    for status in [301, 302, 307, 308] {
        target.forget_requests();
        server.fail_next(
            Stage::Advertisement,
            Fault::Redirect(status, target.base_url()),
        );
        client.checkout(MAIN).await.unwrap();
        assert_eq!(target.requests().len(), 3, "the whole conversation moved");
        assert!(
            !target
                .requests()
                .iter()
                .any(testing::git::Request::has_credentials)
        );
    }

    target.set_auth(basic());
    server.fail_next(
        Stage::Advertisement,
        Fault::Redirect(302, target.base_url()),
    );
    assert!(
        client
            .error(MAIN)
            .await
            .ends_with("authentication required")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_to_nowhere_in_circles_or_down_to_http_end() {
    let plain = serve(Transport::Http, Auth::None).await;
    let server = serve(Transport::Tls, Auth::None).await;
    let client = Client::new(server.url("r")).with_secret(&[("ca.crt", server.ca().unwrap())]);
    server.fail_next(Stage::Advertisement, Fault::Redirect(302, plain.base_url()));
    assert!(
        client
            .error(MAIN)
            .await
            .ends_with("redirect not followed: it leads from https to http")
    );
    server.fail(
        Stage::Advertisement,
        Fault::Redirect(302, server.base_url()),
    );
    assert!(
        client
            .error(MAIN)
            .await
            .ends_with("redirect not followed: too many redirects")
    );
    server.recover();
    server.fail_next(
        Stage::Advertisement,
        Fault::Redirect(302, "ftp://example.invalid".to_owned()),
    );
    assert!(
        client
            .error(MAIN)
            .await
            .ends_with("it leads away from http and https")
    );
    server.fail(Stage::Upload, Fault::Redirect(307, server.base_url()));
    assert!(
        client
            .error(MAIN)
            .await
            .ends_with("only the first request may be redirected")
    );
    assert!(plain.requests().is_empty());
}
