//! Remotes that misbehave: every way ends in time, with a clear message and nothing left on disk.

use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use testing::git::{Fault, Gate, Server, Stage};
use tokio::sync::oneshot;

use crate::{Client, MAIN, temporary_rest};

async fn serve() -> Server {
    let server = Server::start().await.unwrap();
    let text = "some text that fills more than one read of the pack\n".repeat(4000);
    server
        .create("r")
        .unwrap()
        .commit("main")
        .file("a", text)
        .file("b", "2")
        .write()
        .unwrap();
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_and_lost_connections_are_told() {
    let server = serve().await;
    let client = Client::new(server.url("r"));
    let list = format!("unable to list remote for '{}': ", server.url("r"));
    for (status, expected) in [
        (403, "authorization failed"),
        (404, "repository not found"),
        (500, "unexpected HTTP status 500 Internal Server Error"),
        (503, "unexpected HTTP status 503 Service Unavailable"),
    ] {
        server.fail_next(Stage::Advertisement, Fault::Status(status));
        assert_eq!(client.error(MAIN).await, format!("{list}{expected}"));
    }
    server.fail_next(Stage::Upload, Fault::Status(502));
    assert_eq!(
        client.error(MAIN).await,
        format!("{list}unexpected HTTP status 502 Bad Gateway")
    );
    server.fail(Stage::Any, Fault::Disconnect);
    assert!(client.error(MAIN).await.starts_with(&list));
    server.recover();
    client.checkout(MAIN).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn unreachable_remotes_are_told() {
    let mut server = serve().await;
    server.close().await;
    let error = Client::new(server.url("r")).error(MAIN).await;
    assert!(error.contains("Connection refused"), "{error}");
    let error = Client::new("http://git.invalid/r").error(MAIN).await;
    assert!(
        error.starts_with("unable to list remote for 'http://git.invalid/r': "),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_packs_leave_nothing_behind() {
    let server = serve().await;
    let directory = testing::Dir::new("damaged").unwrap();
    let mut client = Client::new(server.url("r"));
    client.limits.temporary = directory.path().to_owned();
    let faults = || {
        [
            Fault::Corrupt,
            Fault::Truncate(100),
            Fault::Truncate(1),
            Fault::Truncate(0),
        ]
    };
    for fault in faults() {
        server.fail_next(Stage::Upload, fault.clone());
        let error = client.error(MAIN).await;
        assert!(error.starts_with("unable to "), "{fault:?}: {error}");
    }
    for fault in faults() {
        // Only the pack is hit: the fault is planned when the listing is through.
        let (listed, wait_listed) = oneshot::channel();
        let (planned, wait_planned) = mpsc::channel();
        let checkout = client.run(MAIN, move |mut session, reference| {
            let resolved = session.resolve(reference)?;
            listed.send(()).unwrap();
            wait_planned.recv().unwrap();
            session.checkout(&resolved)
        });
        let plan = async {
            wait_listed.await.unwrap();
            server.fail_next(Stage::Upload, fault.clone());
            planned.send(()).unwrap();
        };
        let (result, ()) = tokio::join!(checkout, plan);
        let error = result.err().unwrap().to_string();
        assert!(error.starts_with("unable to clone"), "{fault:?}: {error}");
        assert_eq!(temporary_rest(directory.path()), 0, "{fault:?}");
    }
    let kept = client.checkout(MAIN).await.unwrap();
    assert_eq!(temporary_rest(directory.path()), 1);
    drop(kept);
    assert_eq!(temporary_rest(directory.path()), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ends_with_the_timeout() {
    let server = serve().await;
    let mut client = Client::new(server.url("r"));
    client.limits.timeout = Duration::from_millis(300);
    for stage in [Stage::Advertisement, Stage::Upload] {
        let gate = Gate::default();
        server.fail_next(stage, Fault::Hang(gate.clone()));
        let error = client.error(MAIN).await;
        assert!(error.ends_with("timed out after 0.3s"), "{error}");
        gate.open();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_conversation_ends() {
    let server = serve().await;
    let client = Client::new(server.url("r"));
    client.limits.interrupt.store(true, Ordering::Relaxed);
    assert!(client.error(MAIN).await.ends_with(": interrupted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn packs_over_the_budget_are_refused() {
    let server = serve().await;
    let mut client = Client::new(server.url("r"));
    client.limits.pack_bytes = 200;
    let error = client.error(MAIN).await;
    assert_eq!(
        error,
        format!(
            "unable to clone '{}': pack is over the limit of 200 bytes",
            server.url("r")
        )
    );
}
