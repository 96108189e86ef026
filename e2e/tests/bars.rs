//! The quality bars of idle memory and start; `make bench` runs them on the static release binaries and prints the figures.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Duration;

use e2e::manifests::config_map;
use e2e::{Component, Controller, Scenario, Toolkit};
use serde_json::json;

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
        4
    }
}

/// The idle memory first: a start that has to be repeated because the machine was busy begins with an empty process.
async fn hold(controller: &mut Controller) {
    let process = controller.process();
    let name = process.name().to_owned();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let resident = process.resident_bytes().unwrap() as f64 / MIB;
    let cpu = process.cpu_time().unwrap();
    let start = controller.shortest_start(START * slack(), TRIES).await;
    println!("{name}: idle {resident:.1} MiB, start to ready {start:?}, CPU so far {cpu:?}");
    assert!(
        resident < IDLE_MIB * f64::from(slack()),
        "{name} holds {resident:.1} MiB when idle"
    );
    assert!(
        start < START * slack(),
        "{name} took {start:?} to become ready"
    );
}

#[tokio::test]
async fn an_idle_controller_is_small_and_starts_at_once() {
    let mut toolkit = Toolkit::sharded("bars", &[]).await;
    let story = Scenario::on(&toolkit, "bars").await;
    let revision = story.push(&[("app/a.yaml", Some(&config_map("a", "k", "v")))]);
    story.source().await;
    story.unit("app", "./app", json!({})).await;
    story.ready("Kustomization", "app", &revision).await;
    hold(toolkit.controller(Component::Source)).await;
    hold(toolkit.controller(Component::Kustomize)).await;
}
