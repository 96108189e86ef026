//! The client against a file server of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use artifact::{Algorithm, Root, archive};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{
    ArtifactCache, ArtifactRef, CacheOptions, Clients, FetchError, Fetcher, HostOverrides,
    Patience, RetryPolicy,
};

/// A file server that answers each path from a script: the last answer stays.
#[derive(Clone, Default)]
struct Server {
    answers: Arc<Mutex<BTreeMap<String, Vec<Answer>>>>,
    requests: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum Answer {
    Bytes(Vec<u8>),
    Status(StatusCode),
    Redirect(String),
    /// So many bytes, then the connection breaks.
    Broken(Vec<u8>),
}

impl Server {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address.to_string()
    }

    fn script(&self, path: &str, answers: impl Into<Vec<Answer>>) {
        self.answers
            .lock()
            .unwrap()
            .insert(path.to_owned(), answers.into());
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

async fn answer(State(server): State<Server>, uri: Uri) -> Response {
    server.requests.fetch_add(1, Ordering::SeqCst);
    let next = {
        let mut answers = server.answers.lock().unwrap();
        match answers.get_mut(uri.path()) {
            Some(script) if script.len() > 1 => Some(script.remove(0)),
            Some(script) => script.first().cloned(),
            None => None,
        }
    };
    match next {
        Some(Answer::Bytes(bytes)) => bytes.into_response(),
        Some(Answer::Status(status)) => status.into_response(),
        Some(Answer::Redirect(to)) => Redirect::temporary(&to).into_response(),
        Some(Answer::Broken(bytes)) => {
            let parts = [Ok(bytes), Err(std::io::Error::other("gone"))];
            Body::from_stream(futures::stream::iter(parts)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A tarball with the given files, and its digest.
fn tarball(files: &[(&str, &str)]) -> (Vec<u8>, String) {
    let directory = std::env::temp_dir().join(format!("client-test-{}", uuid::Uuid::new_v4()));
    for (name, content) in files {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let mut bytes = Vec::new();
    let everything = select::ignore::Matcher::default();
    archive::write(
        &Root::open(&directory).unwrap(),
        &everything,
        u64::MAX,
        &mut bytes,
    )
    .unwrap();
    std::fs::remove_dir_all(directory).unwrap();
    let digest = Algorithm::Sha256.digest(&bytes).to_string();
    (bytes, digest)
}

struct Fixture {
    server: Server,
    host: String,
    directory: std::path::PathBuf,
}

impl Fixture {
    async fn new() -> Self {
        let server = Server::default();
        let host = server.start().await;
        let directory = std::env::temp_dir().join(format!("cache-test-{}", uuid::Uuid::new_v4()));
        Self {
            server,
            host,
            directory,
        }
    }

    fn cache(&self, idle_bytes: u64) -> ArtifactCache {
        let pause = Duration::from_millis(1);
        let retry = RetryPolicy {
            retries: 2,
            min_pause: pause,
            max_pause: pause,
        };
        let patience = Patience {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(5),
        };
        let clients = Clients::new(patience).unwrap();
        let fetcher = Fetcher::new(clients, retry, HostOverrides::default());
        let options = CacheOptions {
            directory: self.directory.clone(),
            idle_bytes,
        };
        ArtifactCache::open(&options, fetcher).unwrap()
    }

    fn artifact(&self, path: &str, digest: &str) -> ArtifactRef {
        ArtifactRef {
            url: format!("http://{}{path}", self.host),
            digest: digest.to_owned(),
        }
    }

    /// Names below the cache directory of the one process, but the lock.
    fn on_disk(&self) -> Vec<String> {
        let mut names = Vec::new();
        for process in std::fs::read_dir(&self.directory).unwrap() {
            for entry in std::fs::read_dir(process.unwrap().path()).unwrap() {
                names.push(entry.unwrap().file_name().into_string().unwrap());
            }
        }
        names.retain(|name| name != "lock");
        names
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[tokio::test]
async fn a_tree_is_fetched_once_and_shared() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("apps/a.yaml", "kind: A"), ("b", "B")]);
    fixture.server.script("/x.tar.gz", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(u64::MAX);
    let artifact = fixture.artifact("/x.tar.gz", &digest);
    let trees = futures::future::join_all((0..50).map(|_| cache.tree(&artifact))).await;
    for tree in &trees {
        let tree = tree.as_ref().unwrap();
        assert_eq!(
            tree.root().read(Path::new("apps/a.yaml")).unwrap(),
            b"kind: A"
        );
        assert_eq!(tree.digest().to_string(), digest);
    }
    drop(trees);
    // Nobody holds it, but it is still here; and its address does not matter.
    cache
        .tree(&fixture.artifact("/elsewhere.tar.gz", &digest))
        .await
        .unwrap();
    assert_eq!(fixture.server.requests(), 1);
}

#[tokio::test]
async fn k9_1_a_missing_file_is_told_apart_and_not_retried() {
    install_tls();
    let fixture = Fixture::new().await;
    let cache = fixture.cache(0);
    let error = cache
        .tree(&fixture.artifact("/none", &"a".repeat(64)))
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::NotFound), "{error}");
    assert!(error.is_stale());
    assert_eq!(fixture.server.requests(), 1);
}

#[tokio::test]
async fn t2_redirects_are_followed_and_one_to_https_asks_with_the_authorities_of_the_system() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    let here = Answer::Redirect(format!("http://{}/there", fixture.host));
    fixture.server.script("/here", [here]);
    fixture.server.script("/there", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(0);
    cache
        .tree(&fixture.artifact("/here", &digest))
        .await
        .unwrap();

    // The same server over https: it does not speak TLS, which only a client that tried can tell.
    let secure = Answer::Redirect(format!("https://{}/there", fixture.host));
    fixture.server.script("/secure", [secure]);
    let other = "b".repeat(64);
    let error = cache
        .tree(&fixture.artifact("/secure", &other))
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn k9_1_server_errors_throttling_and_broken_streams_are_retried() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    let half = bytes[..bytes.len() / 2].to_vec();
    for first in [
        Answer::Status(StatusCode::BAD_GATEWAY),
        Answer::Status(StatusCode::TOO_MANY_REQUESTS),
        Answer::Broken(half),
        Answer::Broken(Vec::new()),
    ] {
        fixture
            .server
            .script("/x", [first, Answer::Bytes(bytes.clone())]);
        fixture
            .cache(0)
            .tree(&fixture.artifact("/x", &digest))
            .await
            .unwrap();
    }
    assert_eq!(fixture.server.requests(), 8);
    assert_eq!(fixture.on_disk(), Vec::<String>::new());
}

#[tokio::test]
async fn k9_1_retries_end_with_the_last_cause() {
    install_tls();
    let fixture = Fixture::new().await;
    fixture
        .server
        .script("/x", [Answer::Status(StatusCode::SERVICE_UNAVAILABLE)]);
    let artifact = fixture.artifact("/x?token=hidden", &"a".repeat(64));
    let error = fixture.cache(0).tree(&artifact).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "failed to download archive: GET http://{}/x giving up after 3 attempt(s): \
             unexpected HTTP status 503 Service Unavailable",
            fixture.host
        )
    );
    assert_eq!(fixture.server.requests(), 3);
}

#[tokio::test]
async fn k9_1_an_unreachable_server_is_an_error_after_all_attempts() {
    install_tls();
    let fixture = Fixture::new().await;
    let [closed] = testing::free_ports().unwrap();
    let artifact = ArtifactRef {
        url: format!("http://127.0.0.1:{closed}/x"),
        digest: "a".repeat(64),
    };
    let error = fixture.cache(0).tree(&artifact).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Unreachable { attempts: 3, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn other_answers_are_errors_at_once() {
    install_tls();
    let fixture = Fixture::new().await;
    fixture
        .server
        .script("/x", [Answer::Status(StatusCode::FORBIDDEN)]);
    let error = fixture
        .cache(0)
        .tree(&fixture.artifact("/x", &"a".repeat(64)))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "failed to download archive from http://{}/x (status: 403 Forbidden)",
            fixture.host
        )
    );
    assert_eq!(fixture.server.requests(), 1);
}

#[tokio::test]
async fn k9_2_the_digest_is_always_verified() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, _) = tarball(&[("a", "A")]);
    let (_, other) = tarball(&[("a", "B")]);
    fixture.server.script("/x", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(u64::MAX);
    let error = cache
        .tree(&fixture.artifact("/x", &other))
        .await
        .unwrap_err();
    assert!(error.is_stale());
    assert_eq!(
        error.to_string(),
        format!("failed to verify archive: computed digest doesn't match provided '{other}'")
    );
    assert_eq!(fixture.server.requests(), 1);
    assert_eq!(fixture.on_disk(), Vec::<String>::new());
}

#[tokio::test]
async fn k9_2_all_algorithms_and_bare_hex_are_known() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    fixture.server.script("/x", [Answer::Bytes(bytes.clone())]);
    let mut digests = vec![digest.trim_start_matches("sha256:").to_owned()];
    for name in ["sha256", "sha384", "sha512", "blake3"] {
        digests.push(
            name.parse::<Algorithm>()
                .unwrap()
                .digest(&bytes)
                .to_string(),
        );
    }
    for digest in digests {
        fixture
            .cache(0)
            .tree(&fixture.artifact("/x", &digest))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn k9_2_unreadable_digests_are_refused_without_a_request() {
    install_tls();
    let fixture = Fixture::new().await;
    for (digest, part) in [
        ("", "empty digest"),
        ("md5:abc", "md5:abc"),
        ("sha256:xyz", "sha256:xyz"),
    ] {
        let error = fixture
            .cache(0)
            .tree(&fixture.artifact("/x", digest))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("failed to verify archive: ") && error.contains(part),
            "{error}"
        );
    }
    assert_eq!(fixture.server.requests(), 0);
}

#[tokio::test]
async fn what_is_no_archive_is_an_error_and_leaves_nothing() {
    install_tls();
    let fixture = Fixture::new().await;
    let bytes = b"hello".to_vec();
    let digest = Algorithm::Sha256.digest(&bytes).to_string();
    fixture.server.script("/x", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(u64::MAX);
    let error = cache
        .tree(&fixture.artifact("/x", &digest))
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Extract(_)), "{error}");
    assert_eq!(fixture.on_disk(), Vec::<String>::new());
}

#[tokio::test]
async fn a_failure_is_shared_but_not_remembered() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    let cache = fixture.cache(u64::MAX);
    let artifact = fixture.artifact("/x", &digest);
    let outcomes = futures::future::join_all((0..10).map(|_| cache.tree(&artifact))).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Err(FetchError::NotFound)))
    );
    assert_eq!(fixture.server.requests(), 1);
    fixture.server.script("/x", [Answer::Bytes(bytes)]);
    cache.tree(&artifact).await.unwrap();
}

#[tokio::test]
async fn a_failure_of_one_address_is_none_of_another_one_with_the_same_bytes() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    for path in ["/x", "/y"] {
        fixture.server.script(path, [Answer::Bytes(bytes.clone())]);
    }
    let cache = fixture.cache(u64::MAX);
    let [none, x, y] = ["/none", "/x", "/y"].map(|path| fixture.artifact(path, &digest));
    let (none, x, y) = tokio::join!(cache.tree(&none), cache.tree(&x), cache.tree(&y));
    assert!(matches!(none, Err(FetchError::NotFound)));
    assert!(Arc::ptr_eq(&x.unwrap(), &y.unwrap()), "one copy for both");
    assert_eq!(fixture.server.requests(), 3);
}

#[tokio::test]
async fn giving_up_does_not_stop_the_others() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    fixture.server.script("/x", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(u64::MAX);
    let artifact = fixture.artifact("/x", &digest);
    let mut first = Box::pin(cache.tree(&artifact));
    let second = cache.tree(&artifact);
    // The first drives the fetch a little, then goes away.
    assert!(futures::poll!(&mut first).is_pending());
    drop(first);
    second.await.unwrap();
}

#[tokio::test]
async fn idle_trees_go_when_the_cache_is_full_and_used_ones_stay() {
    install_tls();
    let fixture = Fixture::new().await;
    let mut artifacts = Vec::new();
    for name in ["a", "b", "c"] {
        let (bytes, digest) = tarball(&[(name, &"x".repeat(1000))]);
        fixture
            .server
            .script(&format!("/{name}"), [Answer::Bytes(bytes)]);
        artifacts.push(fixture.artifact(&format!("/{name}"), &digest));
    }
    let cache = fixture.cache(1500);
    let held = cache.tree(&artifacts[0]).await.unwrap();
    drop(cache.tree(&artifacts[1]).await.unwrap());
    assert_eq!(fixture.on_disk().len(), 2);
    // The third makes nobody leave: it is in use itself while it arrives, and one idle tree is within the budget.
    drop(cache.tree(&artifacts[2]).await.unwrap());
    assert_eq!(fixture.on_disk().len(), 3);
    // Of two idle ones, the longest unused goes when the next fetch ends.
    drop(held);
    let (bytes, digest) = tarball(&[("d", "D")]);
    fixture.server.script("/d", [Answer::Bytes(bytes)]);
    cache.tree(&fixture.artifact("/d", &digest)).await.unwrap();
    assert_eq!(fixture.on_disk().len(), 2);
    let before = fixture.server.requests();
    cache.tree(&artifacts[2]).await.unwrap();
    assert_eq!(
        fixture.server.requests(),
        before,
        "the most recently used one stayed"
    );
}

#[tokio::test]
async fn a_held_tree_outlives_the_cache_and_then_nothing_is_left() {
    install_tls();
    let fixture = Fixture::new().await;
    let (bytes, digest) = tarball(&[("a", "A")]);
    fixture.server.script("/x", [Answer::Bytes(bytes)]);
    let cache = fixture.cache(0);
    let tree = cache.tree(&fixture.artifact("/x", &digest)).await.unwrap();
    drop(cache);
    assert_eq!(tree.root().read(Path::new("a")).unwrap(), b"A");
    drop(tree);
    assert_eq!(std::fs::read_dir(&fixture.directory).unwrap().count(), 0);
}

#[tokio::test]
async fn directories_of_dead_processes_are_removed_and_those_of_the_living_stay() {
    install_tls();
    let fixture = Fixture::new().await;
    let living = fixture.cache(0);
    let dead = fixture.directory.join("sluice-artifacts-dead");
    std::fs::create_dir_all(dead.join("sha256-1")).unwrap();
    std::fs::write(dead.join("lock"), "").unwrap();
    let foreign = fixture.directory.join("something-else");
    std::fs::create_dir(&foreign).unwrap();
    let _next = fixture.cache(0);
    assert!(!dead.exists());
    assert!(foreign.exists());
    assert_eq!(std::fs::read_dir(&fixture.directory).unwrap().count(), 3);
    drop(living);
}

#[test]
fn k9_4_hosts_are_overridden() {
    let hosts = HostOverrides::from_lookup(|name| match name {
        "SOURCE_CONTROLLER_LOCALHOST" => Some("localhost:9090".to_owned()),
        "SOURCE_WATCHER_LOCALHOST" => Some("watcher.local".to_owned()),
        _ => None,
    });
    let apply = |url: &str| hosts.apply(url).map(|url| url.to_string());
    assert_eq!(
        apply("http://source-controller.ns.svc/a/b.tar.gz?x=1").unwrap(),
        "http://localhost:9090/a/b.tar.gz?x=1"
    );
    assert_eq!(
        apply("http://source-watcher.ns.svc:80/a").unwrap(),
        "http://watcher.local/a"
    );
    assert!(apply("no url").is_err());
    let none = HostOverrides::from_lookup(|_| Some(String::new()));
    assert_eq!(none, HostOverrides::default());
    assert_eq!(none.apply("http://h:1/p").unwrap().as_str(), "http://h:1/p");
}

fn install_tls() {
    // Fails when another test was first, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
