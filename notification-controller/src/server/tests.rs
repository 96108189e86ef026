use std::sync::atomic::{AtomicUsize, Ordering};

use common::metrics::Metrics;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// Answers 202 and counts.
#[derive(Default)]
struct Counter {
    calls: AtomicUsize,
    bytes: AtomicUsize,
}

impl Handler for Counter {
    const PREFIX: &'static str = "/hook/";

    async fn answer(&self, request: Arrived) -> Response<Body> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.bytes.fetch_add(request.body.len(), Ordering::SeqCst);
        empty(StatusCode::ACCEPTED)
    }
}

struct World {
    address: String,
    counter: Arc<Counter>,
    metrics: Metrics,
    shutdown: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

async fn world(label: HandlerLabel) -> World {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (counter, metrics) = (Arc::new(Counter::default()), Metrics::new());
    let figures = ServerMetrics::register(&metrics, "gotk_receiver", label);
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, counter.clone(), figures, shutdown.clone()));
    World {
        address,
        counter,
        metrics,
        shutdown,
        serving,
    }
}

impl World {
    /// Sends bytes, and returns the whole answer.
    async fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        // The server may answer and close before everything is sent.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn post(&self, path: &str, body: &[u8]) -> String {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat()).await
    }

    fn calls(&self) -> usize {
        self.counter.calls.load(Ordering::SeqCst)
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

const FIXED: HandlerLabel = HandlerLabel::Fixed("/hook/");

#[tokio::test]
async fn r3_a_body_of_three_mebibytes_is_the_largest() {
    let world = world(FIXED).await;
    assert_eq!(
        status(&world.post("/hook/x", &vec![b'x'; MAX_BODY]).await),
        "202"
    );
    assert_eq!(world.counter.bytes.load(Ordering::SeqCst), MAX_BODY);
    // Chunked, so that no length gives it away.
    let mut request = b"POST /hook/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    request.extend(format!("{:x}\r\n", MAX_BODY + 1).bytes());
    request.extend(vec![b'x'; MAX_BODY + 1]);
    request.extend(b"\r\n0\r\n\r\n");
    let answer = world.send(&request).await;
    assert_eq!(status(&answer), "413", "{answer}");
    assert!(answer.ends_with("\r\n\r\n"));
    assert_eq!(world.calls(), 1);
}

#[tokio::test]
async fn r1_other_paths_are_not_found_and_crooked_ones_redirected() {
    let world = world(FIXED).await;
    for path in ["/", "/hooks/x", "/other"] {
        let answer = world.post(path, b"").await;
        assert!(
            status(&answer) == "404" && answer.ends_with("404 page not found\n"),
            "{answer}"
        );
    }
    for (path, location) in [
        ("/hook//x", "/hook/x"),
        ("/hook", "/hook/"),
        ("/hook/../hook/x?a=b", "/hook/x?a=b"),
    ] {
        let answer = world.post(path, b"").await;
        assert_eq!(status(&answer), "307", "{answer}");
        assert!(
            answer
                .to_lowercase()
                .contains(&format!("location: {location}\r\n")),
            "{answer}"
        );
    }
    assert_eq!(world.calls(), 0);
    for method in ["GET", "PUT", "DELETE"] {
        let request = format!("{method} /hook/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert_eq!(
            status(&world.send(request.as_bytes()).await),
            "202",
            "{method}"
        );
    }
}

#[tokio::test]
async fn r3_a_head_that_is_too_large_is_refused() {
    let world = world(FIXED).await;
    let request = format!(
        "GET /hook/x HTTP/1.1\r\nhost: x\r\nbig: {}\r\n\r\n",
        "x".repeat(MAX_HEAD)
    );
    assert_eq!(status(&world.send(request.as_bytes()).await), "431");
    assert_eq!(world.calls(), 0);
}

#[tokio::test]
async fn section_11_requests_are_measured_under_the_handler_or_the_path() {
    let labels =
        |path: &str| format!(r#"{{code="202",handler="{path}",method="POST",service=""}}"#);
    let fixed = world(FIXED).await;
    fixed.post("/hook/x", b"").await;
    let text = fixed.metrics.render();
    for name in ["request_duration_seconds", "response_size_bytes"] {
        let line = format!("gotk_receiver_http_{name}_count{} 1", labels("/hook/"));
        assert!(text.contains(&line), "{line}\n{text}");
    }
    let in_flight = r#"gotk_receiver_http_requests_inflight{handler="/hook/",service=""} 0"#;
    assert!(text.contains(in_flight), "{text}");
    let by_path = world(HandlerLabel::Path).await;
    by_path.post("/hook/x", b"").await;
    assert!(by_path.metrics.render().contains(&labels("/hook/x")));
}

#[tokio::test]
async fn e5_the_server_ends_with_the_process() {
    let world = world(FIXED).await;
    assert_eq!(status(&world.post("/hook/x", b"").await), "202");
    world.shutdown.cancel();
    world.serving.await.unwrap();
    assert!(TcpStream::connect(&world.address).await.is_err());
}
