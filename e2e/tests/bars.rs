//! The quality bars of idle memory and start; `make bench` runs them on the static release binaries and prints the figures.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Duration;

use e2e::manifests::config_map;
use e2e::scenario::ready;
use e2e::{Component, Controller, Scenario, Setup};
use serde_json::{Value, json};
use testing::registry::{Artifact, Registry};

const MIB: f64 = 1024.0 * 1024.0;

/// Idle resident memory per controller, in MiB.
const IDLE_MIB: f64 = 12.0;

/// From the start of the process to ready; the API server is up all the time.
const START: Duration = Duration::from_millis(150);

/// A busy machine may be slow to start a process; not every time.
const TRIES: usize = 10;

/// Debug builds carry unoptimised code; the bars are for release builds, which `make bench` puts in `SLUICE_BIN`.
fn slack() -> u32 {
    if std::env::var_os("SLUICE_BIN").is_some() {
        1
    } else {
        5
    }
}

/// Prints the figures and returns those that are over. The idle memory first: a start that has to be repeated because the machine was
/// busy begins with an empty process.
async fn measure(controller: &mut Controller) -> Vec<String> {
    let process = controller.process();
    let name = process.name().to_owned();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let resident = process.resident_bytes().unwrap() as f64 / MIB;
    let cpu = process.cpu_time().unwrap();
    let tries = if slack() == 1 { TRIES } else { 1 };
    let start = controller.shortest_start(START, tries).await;
    println!("{name}: idle {resident:.1} MiB, start to ready {start:?}, CPU so far {cpu:?}");
    let mut over = Vec::new();
    if resident >= IDLE_MIB * f64::from(slack()) {
        over.push(format!("{name} holds {resident:.1} MiB when idle"));
    }
    // How soon a debug build is ready is up to what runs beside it.
    if slack() == 1 && start >= START {
        over.push(format!("{name} took {start:?} to become ready"));
    }
    over
}

const CHART: &str = "apiVersion: v2\nname: chart\nversion: 1.0.0\n";

/// Each controller has reconciled an object of each of its kinds that this needs, and waits.
async fn work_for_all(story: &Scenario, registry: &Registry) {
    let image = Artifact::of("application/octet-stream", b"app".to_vec());
    registry.push("app", "1.1.0", &image).await.unwrap();
    let setter = format!("{{\"$imagepolicy\": \"{}:app:tag\"}}", story.namespace);
    let app = config_map("a", "tag", "1.0.0").replace("1.0.0\"", &format!("1.0.0\" # {setter}"));
    let revision = story.push(&[
        ("app/a.yaml", Some(&app)),
        ("chart/Chart.yaml", Some(CHART)),
        (
            "chart/templates/b.yaml",
            Some(&config_map("b", "k", "{{ .Values.k }}")),
        ),
        ("chart/values.yaml", Some("k: v\n")),
    ]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
    let source = json!({ "kind": "GitRepository", "name": "repo" });
    let chart = json!({ "spec": { "chart": "./chart", "sourceRef": source } });
    let token = json!({ "stringData": { "token": "t" } });
    let image = format!("{}/app", registry.host());
    let author = json!({ "name": "a", "email": "a@example.org" });
    let git = json!({ "checkout": { "ref": { "branch": "main" } }, "commit": { "author": author }, "push": { "branch": "main" } });
    story.put("Secret", "token", token).await;
    let specs = [
        ("HelmRelease", json!({ "interval": "1h", "chart": chart })),
        (
            "Provider",
            json!({ "type": "generic", "address": "http://127.0.0.1:9/" }),
        ),
        (
            "Alert",
            json!({ "providerRef": { "name": "app" }, "eventSources": [{ "kind": "OCIRepository", "name": "*" }] }),
        ),
        (
            "Receiver",
            json!({ "type": "generic", "secretRef": { "name": "token" }, "resources": [source] }),
        ),
        (
            "ImageRepository",
            json!({ "interval": "1h", "image": image, "insecure": true }),
        ),
        (
            "ImagePolicy",
            json!({ "imageRepositoryRef": { "name": "app" }, "policy": { "semver": { "range": "*" } } }),
        ),
        (
            "ImageUpdateAutomation",
            json!({ "interval": "1h", "sourceRef": source, "git": git, "update": { "path": "./app" } }),
        ),
    ];
    for (kind, spec) in specs {
        story.create(kind, "app", spec).await;
    }
    for kind in ["HelmRelease", "Receiver", "ImagePolicy"] {
        story
            .wait(kind, "app", "ready", |object| ready(object, "True"))
            .await;
    }
    let pushed = |object: &Value| object["status"]["lastPushCommit"].is_string();
    story
        .wait("ImageUpdateAutomation", "app", "a commit pushed", pushed)
        .await;
}

#[tokio::test]
async fn an_idle_controller_is_small_and_starts_at_once() {
    let registry = Registry::start().await.unwrap();
    let mut toolkit = Setup::of(&Component::ALL).as_installed().start().await;
    let story = Scenario::on(&toolkit, "bars").await;
    work_for_all(&story, &registry).await;
    let mut over = Vec::new();
    for component in Component::ALL {
        over.extend(measure(toolkit.controller(component)).await);
    }
    assert!(over.is_empty(), "{over:#?}");
}
