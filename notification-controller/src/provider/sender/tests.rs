use reqwest::Url;
use serde_json::json;
use testing::http::Sink;
use testing::pki::{Authority, server_config};
use testing::proxy::{Protocol, Proxy};

use super::*;
use crate::provider::secret::{Data, Named};
use crate::provider::tls::Tls;

const LONG: Duration = Duration::from_secs(20);
const FAST: Retry = Retry {
    min: Duration::from_millis(1),
    max: Duration::from_millis(4),
};

fn message(url: &str) -> Message {
    Message::post(Url::parse(url).unwrap(), &json!({"a": 1}))
}

async fn deliver(delivery: Delivery, transport: &Transport) -> Result<(), String> {
    let secrets = [Secret::new("hunter2".to_owned())];
    install_provider();
    Sender::new(FAST)
        .deliver(delivery, transport, &secrets, LONG)
        .await
}

async fn send(url: &str) -> Result<(), String> {
    deliver(
        Delivery::Messages(vec![message(url)]),
        &Transport::default(),
    )
    .await
}

fn install_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[tokio::test]
async fn b5_any_2xx_is_a_success_and_one_request() {
    let sink = Sink::start().await.unwrap();
    for code in [200, 202, 204] {
        sink.answer_with(code.try_into().unwrap());
        send(sink.url()).await.unwrap();
    }
    assert_eq!(sink.received().len(), 3);
    assert_eq!(sink.received()[0].json(), json!({"a": 1}));
}

#[tokio::test]
async fn b5_refusals_are_not_repeated_and_server_errors_four_times() {
    let sink = Sink::start().await.unwrap();
    sink.answer_with(400.try_into().unwrap());
    let error = send(&format!("{}/hunter2", sink.url())).await.unwrap_err();
    assert_eq!(
        error,
        "request failed: request failed with status code 400: "
    );
    sink.answer_with(501.try_into().unwrap());
    send(sink.url()).await.unwrap_err();
    assert_eq!(sink.received().len(), 2);
    for code in [503, 429] {
        sink.answer_with(code.try_into().unwrap());
        let error = send(sink.url()).await.unwrap_err();
        let expected = format!(
            "failed to execute request: giving up after 5 attempt(s): request failed with status code {code}: "
        );
        assert_eq!(error, expected);
    }
    assert_eq!(sink.received().len(), 12);
}

#[tokio::test]
async fn an_unreachable_service_is_told_without_its_address() {
    let [unused] = testing::free_ports().unwrap();
    let error = send(&format!("http://127.0.0.1:{unused}/hunter2?hunter2"))
        .await
        .unwrap_err();
    assert!(
        error.starts_with("failed to execute request: giving up after 5 attempt(s): "),
        "{error}"
    );
    assert!(
        error.contains("onnection refused") && !error.contains("hunter2"),
        "{error}"
    );
}

#[tokio::test]
async fn b5_the_timeout_of_the_provider_bounds_everything() {
    let sink = Sink::start().await.unwrap();
    sink.answer_with(503.try_into().unwrap());
    install_provider();
    let slow = Sender::new(Retry {
        min: Duration::from_mins(10),
        max: Duration::from_mins(10),
    });
    let delivery = Delivery::Messages(vec![message(sink.url())]);
    let short = Duration::from_mins(1);
    let started = std::time::Instant::now();
    let error = slow
        .deliver(delivery, &Transport::default(), &[], short)
        .await
        .unwrap_err();
    assert!(error.contains("giving up after 1 attempt(s)"), "{error}");
    assert!(started.elapsed() < short);
    // A service that accepts and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let delivery = Delivery::Messages(vec![message(&url)]);
    let short = Duration::from_millis(50);
    let error = slow
        .deliver(delivery, &Transport::default(), &[], short)
        .await
        .unwrap_err();
    assert_eq!(error, "failed to execute request: no answer within 50ms");
}

/// A server that answers everything with one response, and counts.
async fn answering(response: String) -> (String, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let counting = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counting.fetch_add(1, Ordering::SeqCst);
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(response.as_bytes()).await;
        }
    });
    (url, asked)
}

fn with_body(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn an_answer_that_repeats_a_secret_is_quoted_without_it_and_cut() {
    let (url, _) = answering(with_body(
        "403 Forbidden",
        &format!("token hunter2 {}", "x".repeat(9000)),
    ))
    .await;
    let error = send(&url).await.unwrap_err();
    assert!(
        error.starts_with("request failed: request failed with status code 403: token ***** x"),
        "{error}"
    );
    assert!(error.len() < 1200);
}

#[tokio::test]
async fn section_13_slacks_own_api_is_judged_by_its_answer() {
    let ask = async |head: &str, body: &str| {
        let (url, _) = answering(with_body(head, body)).await;
        let mut message = message(&url);
        message.verdict = Verdict::SlackOk;
        deliver(Delivery::Messages(vec![message]), &Transport::default()).await
    };
    assert_eq!(ask("200 OK", r#"{"ok":true}"#).await, Ok(()));
    let refused = ask("200 OK", r#"{"ok":false,"error":"channel_not_found"}"#).await;
    assert_eq!(
        refused.unwrap_err(),
        "request failed: Slack responded with error: channel_not_found"
    );
    let broken = ask("200 OK", "<html>").await.unwrap_err();
    assert!(
        broken.starts_with("request failed: unable to unmarshal response body: "),
        "{broken}"
    );
}

#[tokio::test]
async fn redirects_are_followed_at_the_same_host_alone() {
    let elsewhere = Sink::start().await.unwrap();
    let head = |location: &str| format!("307 Temporary Redirect\r\nlocation: {location}");
    // Another port is another service.
    let (url, asked) = answering(with_body(&head(elsewhere.url()), "")).await;
    let error = send(&url).await.unwrap_err();
    assert!(error.contains("status code 307"), "{error}");
    assert!(elsewhere.received().is_empty());
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    // Round and round at one host ends.
    let (url, asked) = answering(with_body(&head("/again"), "")).await;
    assert!(send(&url).await.is_err());
    assert!(asked.load(std::sync::atomic::Ordering::SeqCst) > 5);
}

fn unless(url: &str, missing: Missing) -> Delivery {
    Delivery::Unless {
        lookup: Box::new(Lookup {
            question: Message::get(Url::parse(url).unwrap()),
            failure: "could not list commit statuses",
            missing,
            known: Box::new(|answer| answer["known"] == true),
        }),
        message: Box::new(message(url)),
    }
}

#[tokio::test]
async fn a_question_decides_about_the_message() {
    use std::sync::atomic::Ordering::SeqCst;
    let plain = Transport::default();
    for (head, body, missing, requests) in [
        ("200 OK", r#"{"known":true}"#, Missing::Error, 1),
        ("200 OK", r#"{"known":false}"#, Missing::Error, 2),
    ] {
        let (url, asked) = answering(with_body(head, body)).await;
        deliver(unless(&url, missing), &plain).await.unwrap();
        assert_eq!(asked.load(SeqCst), requests);
    }
    // Here the message itself is refused, so it was sent.
    let (url, asked) = answering(with_body("404 Not Found", "{}")).await;
    deliver(unless(&url, Missing::Nothing), &plain)
        .await
        .unwrap_err();
    assert_eq!(asked.load(SeqCst), 2);
    let (url, asked) = answering(with_body("404 Not Found", "{}")).await;
    let error = deliver(unless(&url, Missing::Error), &plain)
        .await
        .unwrap_err();
    assert!(
        error.starts_with("could not list commit statuses: request failed: "),
        "{error}"
    );
    assert_eq!(asked.load(SeqCst), 1);
    let (url, _) = answering(with_body("200 OK", "<html>")).await;
    let error = deliver(unless(&url, Missing::Error), &plain)
        .await
        .unwrap_err();
    assert!(
        error.contains("unable to unmarshal response body"),
        "{error}"
    );
}

#[tokio::test]
async fn an_explicit_proxy_is_gone_through_with_its_credentials() {
    let sink = Sink::start().await.unwrap();
    for protocol in [Protocol::Http, Protocol::Socks5] {
        let proxy = Proxy::start_for(protocol, "u", "p").await.unwrap();
        let address = sink.url().trim_start_matches("http://").parse().unwrap();
        proxy.route("nowhere.invalid:80", address);
        let mut url = Url::parse(&proxy.url()).unwrap();
        url.set_username("u").unwrap();
        url.set_password(Some("p")).unwrap();
        let transport = Transport {
            proxy: Some(Secret::new(url.to_string())),
            tls: None,
        };
        let delivery = Delivery::Messages(vec![message("http://nowhere.invalid/x")]);
        deliver(delivery, &transport).await.unwrap();
        assert_eq!(proxy.targets().len(), 1, "{protocol:?}");
    }
    assert_eq!(sink.received().len(), 2);
}

/// A TLS server that answers 200 to clients of its authority.
async fn tls_server(authority: &Authority, client_authority: Option<&Authority>) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let identity = authority.server(&["localhost"]).unwrap();
    let config = server_config(&identity, client_authority.map(Authority::pem)).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(with_body("200 OK", "").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    format!("https://localhost:{port}/")
}

fn tls(entries: &[(&str, &str)]) -> Transport {
    let data: Data = entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
        .collect();
    let secret = Named {
        name: "ns/s",
        data: &data,
    };
    Transport {
        proxy: None,
        tls: Some(Tls::of_secret(secret).unwrap()),
    }
}

#[tokio::test]
async fn b4_an_authority_of_ones_own_is_trusted_and_no_other() {
    install_provider();
    let (own, other) = (
        Authority::new("own").unwrap(),
        Authority::new("other").unwrap(),
    );
    let url = tls_server(&own, None).await;
    let deliver = async |transport: Transport| {
        deliver(Delivery::Messages(vec![message(&url)]), &transport).await
    };
    assert_eq!(deliver(tls(&[("ca.crt", own.pem())])).await, Ok(()));
    // One try: a certificate does not become trusted by waiting.
    for wrong in [tls(&[("ca.crt", other.pem())]), Transport::default()] {
        let error = deliver(wrong).await.unwrap_err();
        assert!(
            error.starts_with("failed to execute request: invalid peer certificate"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn b4_a_client_certificate_opens_what_asks_for_one() {
    install_provider();
    let authority = Authority::new("own").unwrap();
    let url = tls_server(&authority, Some(&authority)).await;
    let client = authority.client("notifier").unwrap();
    let all = tls(&[
        ("ca.crt", authority.pem()),
        ("tls.crt", &client.certificate),
        ("tls.key", &client.key),
    ]);
    let deliver = async |transport: Transport| {
        deliver(Delivery::Messages(vec![message(&url)]), &transport).await
    };
    assert_eq!(deliver(all).await, Ok(()));
    assert!(deliver(tls(&[("ca.crt", authority.pem())])).await.is_err());
}
