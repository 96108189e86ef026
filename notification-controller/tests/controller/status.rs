//! Statuses on commits, against a service that answers as Gitea does.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};

use crate::world::{World, until};

const SHA: &str = "5394cb7f48332b2de7c17dd8b8384bbc84b7e738";

/// Statuses of commits, the newest first.
#[derive(Clone, Default)]
struct Gitea {
    statuses: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Gitea {
    async fn start(&self) -> String {
        let router = Router::new().fallback(answer).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/owner/repo")
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    State(gitea): State<Gitea>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, String) {
    // Who sees that something was asked finds what came of it.
    let mut statuses = gitea.statuses.lock().unwrap();
    gitea
        .asked
        .lock()
        .unwrap()
        .push(format!("{method} {}", uri.path()));
    if headers
        .get("authorization")
        .is_none_or(|value| value != "token hunter2")
    {
        return (
            StatusCode::UNAUTHORIZED,
            "hunter2 is not welcome".to_owned(),
        );
    }
    if method == Method::GET {
        return (StatusCode::OK, json!(*statuses).to_string());
    }
    let mut status: Value = serde_json::from_str(&body).unwrap();
    status["status"] = status["state"].take();
    statuses.insert(0, status);
    (StatusCode::CREATED, "{}".to_owned())
}

async fn provider(world: &World, gitea: &Gitea, token: &str, more: Value) {
    let address = gitea.start().await;
    world.secret("gitea", &[("token", token)]).await;
    let mut spec = json!({"type": "gitea", "address": address, "secretRef": {"name": "gitea"}});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    world.provider("gitea", spec).await;
    world.alert("gitea", json!({})).await;
}

fn update(world: &World, message: &str, severity: &str) -> Value {
    world.event(
        "repo",
        json!({
            "message": message, "severity": severity,
            "metadata": {
                "source.toolkit.fluxcd.io/revision": format!("main@sha1:{SHA}"),
                "source.toolkit.fluxcd.io/commit_status": "update",
            },
        }),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn section_6_a_commit_gets_one_status_that_follows_the_object() {
    let (world, gitea) = (World::new().await, Gitea::default());
    let expression = "'cluster/' + event.involvedObject.name";
    provider(
        &world,
        &gitea,
        "hunter2",
        json!({"commitStatusExpr": expression}),
    )
    .await;
    for (message, severity, asked) in [
        ("one", "info", 2),
        ("two", "info", 3),
        ("three", "error", 5),
    ] {
        assert_eq!(
            world
                .post(&update(&world, message, severity))
                .await
                .status(),
            202
        );
        until("the service was asked", || gitea.asked().len() == asked).await;
    }
    let list = format!("GET /api/v1/repos/owner/repo/commits/{SHA}/statuses");
    let set = format!("POST /api/v1/repos/owner/repo/statuses/{SHA}");
    assert_eq!(
        gitea.asked(),
        [list.clone(), set.clone(), list.clone(), list, set]
    );
    let statuses = gitea.statuses.lock().unwrap().clone();
    let states: Vec<&Value> = statuses.iter().map(|status| &status["status"]).collect();
    assert_eq!(states, ["failure", "success"]);
    assert!(
        statuses
            .iter()
            .all(|status| status["context"] == "cluster/repo")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn section_6_a_wrong_token_and_a_missing_commit_are_told() {
    let (world, gitea) = (World::new().await, Gitea::default());
    provider(&world, &gitea, "hunter3", json!({})).await;
    world.post(&update(&world, "one", "info")).await;
    let told = world.recorded("gitea", "NotificationDispatchFailed").await;
    assert!(
        told.message.contains("could not list commit statuses: "),
        "{}",
        told.message
    );
    assert!(told.message.contains("status code 401") && !told.message.contains("hunter3"));
    // An error reaches the service even without a commit, and then has nothing to report on (section 13.7).
    let metadata = json!({"source.toolkit.fluxcd.io/revision": "latest@sha256:abc"});
    let failure = world.event(
        "repo",
        json!({"severity": "error", "metadata": metadata, "message": "two"}),
    );
    world.post(&failure).await;
    until("both were told", || world.all_recorded().len() == 2).await;
    let told = &world.all_recorded()[1].message;
    assert!(
        told.contains("failed to extract commit hash from 'latest@sha256:abc' revision"),
        "{told}"
    );
    assert_eq!(gitea.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_an_expression_that_fails_is_told() {
    let (world, gitea) = (World::new().await, Gitea::default());
    provider(
        &world,
        &gitea,
        "hunter2",
        json!({"commitStatusExpr": "event.metadata.revision"}),
    )
    .await;
    world.post(&update(&world, "one", "info")).await;
    let told = world.recorded("gitea", "NotificationDispatchFailed").await;
    assert!(
        told.message.contains("failed to create commit status: "),
        "{}",
        told.message
    );
    assert!(
        told.message.contains("expected string, got dyn"),
        "{}",
        told.message
    );
    assert!(gitea.asked().is_empty());
}
