use std::fs;
use std::os::unix::fs::symlink;

use axum::body::to_bytes;
use axum::http::HeaderMap;

use super::*;

struct Served {
    _directory: tempfile::TempDir,
    root: Arc<PathBuf>,
}

fn serve_files() -> Served {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("data");
    let object = root.join("gitrepository/ns/name");
    fs::create_dir_all(&object).unwrap();
    fs::write(object.join("a.tar.gz"), "0123456789").unwrap();
    fs::write(object.join("sha256:ab <&>.tar.gz"), "colon").unwrap();
    fs::write(directory.path().join("secret"), "secret").unwrap();
    symlink(object.join("a.tar.gz"), object.join("latest.tar.gz")).unwrap();
    Served {
        _directory: directory,
        root: Arc::new(root),
    }
}

impl Served {
    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let (head, body) = answer(State(Arc::clone(&self.root)), request)
            .await
            .into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (
            head.status,
            head.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.ask("GET", path, &[]).await
    }
}

const FILE: &str = "/gitrepository/ns/name/a.tar.gz";

#[tokio::test]
async fn s9_files_have_a_strong_etag_a_date_and_a_length() {
    let served = serve_files();
    let (status, headers, body) = served.get(FILE).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "0123456789"));
    assert_eq!(headers["content-length"], "10");
    assert!(headers.contains_key("last-modified"));
    let etag = headers["etag"].to_str().unwrap();
    assert!(etag.starts_with('"'), "strong: {etag}");

    let (status, _, body) = served.ask("GET", FILE, &[("if-none-match", etag)]).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let date = headers["last-modified"].to_str().unwrap();
    assert_eq!(
        served
            .ask("GET", FILE, &[("if-modified-since", date)])
            .await
            .0,
        StatusCode::NOT_MODIFIED
    );
    let (status, headers, body) = served.ask("HEAD", FILE, &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    assert_eq!(headers["content-length"], "10");
}

#[tokio::test]
async fn s9_ranges_resume_a_transfer() {
    let served = serve_files();
    let (status, headers, body) = served.ask("GET", FILE, &[("range", "bytes=4-")]).await;
    assert_eq!(
        (status, body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "456789")
    );
    assert_eq!(headers["content-range"], "bytes 4-9/10");
    assert_eq!(
        served.ask("GET", FILE, &[("range", "bytes=-3")]).await.2,
        "789"
    );
    assert_eq!(
        served.ask("GET", FILE, &[("range", "bytes=20-")]).await.0,
        StatusCode::RANGE_NOT_SATISFIABLE
    );
}

#[tokio::test]
async fn s9_an_artifact_that_was_replaced_has_another_etag() {
    let served = serve_files();
    let before = served.get(FILE).await.1["etag"].clone();
    let path = served.root.join("gitrepository/ns/name/a.tar.gz");
    fs::write(served.root.join("new"), "other bytes").unwrap();
    fs::rename(served.root.join("new"), path).unwrap();
    assert_ne!(served.get(FILE).await.1["etag"], before);
}

#[tokio::test]
async fn s1_s9_colons_and_links_are_served() {
    let served = serve_files();
    for path in [
        "sha256:ab%20%3C&%3E.tar.gz",
        "sha256%3Aab%20%3c%26%3e.tar.gz",
    ] {
        assert_eq!(
            served
                .get(&format!("/gitrepository/ns/name/{path}"))
                .await
                .2,
            "colon"
        );
    }
    assert_eq!(
        served.get("/gitrepository/ns/name/latest.tar.gz").await.2,
        "0123456789"
    );
}

#[tokio::test]
async fn s9_directories_are_listed_and_redirected_to() {
    let served = serve_files();
    let (status, headers, body) = served.get("/").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert!(
        body.contains("<a href=\"./gitrepository/\">gitrepository/</a>"),
        "{body}"
    );
    let (_, _, body) = served.get("/gitrepository/ns/name/").await;
    let expected =
        "<a href=\"./sha256%3Aab%20%3C%26%3E.tar.gz\">sha256:ab &lt;&amp;&gt;.tar.gz</a>";
    assert!(body.contains(expected), "{body}");
    let (status, headers, _) = served.get("/gitrepository/ns").await;
    assert_eq!(status, StatusCode::MOVED_PERMANENTLY);
    assert_eq!(headers["location"], "ns/");
}

#[tokio::test]
async fn s9_everything_else_is_a_plain_404() {
    let served = serve_files();
    for path in [
        "/none",
        "/../secret",
        "/%2e%2e/secret",
        "/gitrepository/..%2f..%2f..%2fsecret",
        "/gitrepository/../../secret",
        "//../secret",
        "/%00",
        "/%zz",
        "/%f",
        "/gitrepository/ns/name/a.tar.gz/",
        "/gitrepository/ns/name/a.tar.gz/x",
    ] {
        let (status, headers, body) = served.get(path).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::NOT_FOUND, "404 page not found\n"),
            "{path}"
        );
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    }
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(
            served.ask(method, FILE, &[]).await.0,
            StatusCode::METHOD_NOT_ALLOWED
        );
    }
}

#[tokio::test]
async fn s9_server_ends_with_the_shutdown() {
    let served = serve_files();
    let listener = bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(serve(listener, served.root.to_path_buf(), shutdown.clone()));
    let response = testing::http::get(&format!("http://{address}{FILE}"))
        .await
        .unwrap();
    assert_eq!(
        (response.status, response.text().as_str()),
        (200, "0123456789")
    );
    shutdown.cancel();
    server.await.unwrap().unwrap();
    assert!(
        testing::http::get(&format!("http://{address}/"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn addresses_without_a_host_stand_for_all() {
    let listener = bind(":0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    assert!(
        tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_ok()
    );
    for bad in [":x", "nonsense", ":99999"] {
        assert!(bind(bad).await.is_err(), "{bad}");
    }
}
