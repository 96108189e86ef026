//! What many units cost: install, a pass without change, upgrade. `make bench` runs a hundred on the static release binaries and prints
//! the figures; the suite runs ten and holds the number of requests, which no busy machine changes.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use e2e::cost::{Cost, Meter};
use e2e::manifests::{config_map, deployment};
use e2e::scenario::{DEADLINE, REQUESTED_AT, ready};
use e2e::{Component, Controller, Scenario, Toolkit};
use kube::api::{Api, DynamicObject, ListParams};
use serde_json::{Value, json};
use tokio::time::{Duration, Instant, sleep};

/// Requests that the field's reference needs for each unit of four objects.
const INSTALL: u64 = 58;
const UNCHANGED: u64 = 30;
const UPGRADE: u64 = 46;

/// Most requests for each unit: a third of the reference's. A slow debug build looks more often at what is not ready yet; half is
/// held there.
fn bar(reference: u64) -> u64 {
    if std::env::var_os("SLUICE_BIN").is_some() {
        reference / 3
    } else {
        reference / 2
    }
}

fn units() -> usize {
    if std::env::var_os("SLUICE_BIN").is_some() {
        100
    } else {
        10
    }
}

/// Four objects: configuration, identity, a Service, and a Deployment that is ready without any node.
fn files(unit: usize, value: &str) -> Vec<(String, String)> {
    let name = format!("unit-{unit}");
    let account = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n");
    let service = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n  selector:\n    app: {name}\n  ports:\n    - port: 80\n"
    );
    let texts = [
        ("config.yaml", config_map(&name, "value", value)),
        ("account.yaml", account),
        ("service.yaml", service),
        ("deployment.yaml", deployment(&name, 0)),
    ];
    texts
        .into_iter()
        .map(|(file, text)| (format!("{name}/{file}"), text))
        .collect()
}

fn push(story: &Scenario, value: &str) -> String {
    let files: Vec<_> = (0..units()).flat_map(|unit| files(unit, value)).collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), Some(text.as_str())))
        .collect();
    story.push(&files)
}

/// Waits until `done` holds for every object of the kind.
async fn all(api: &Api<DynamicObject>, done: impl Fn(&Value) -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        let list = api.list(&ListParams::default()).await.unwrap();
        let objects: Vec<Value> = list
            .items
            .iter()
            .map(|object| serde_json::to_value(object).unwrap())
            .collect();
        if objects.len() == units() && objects.iter().all(&done) {
            return;
        }
        assert!(
            Instant::now() < end,
            "not all units are done: {:#?}",
            objects.iter().find(|object| !done(object))
        );
        sleep(Duration::from_millis(100)).await;
    }
}

fn at(revision: &str) -> impl Fn(&Value) -> bool {
    move |object| ready(object, "True") && object["status"]["lastAppliedRevision"] == revision
}

fn report(what: &str, cost: &Cost, reference: u64) {
    let (units, bar) = (units(), bar(reference));
    println!(
        "{units} Kustomizations, {what}: {cost}, {} requests for each (bar {bar})",
        cost.requests_per(units)
    );
    assert!(
        cost.requests_per(units) <= bar,
        "{what} of {units} units took {} requests, more than {bar} for each",
        cost.requests
    );
}

async fn install(story: &Scenario, kustomize: &mut Controller, revision: &str) -> Cost {
    let meter = Meter::start(kustomize).await;
    for unit in 0..units() {
        let path = format!("./unit-{unit}");
        story
            .unit(&format!("unit-{unit}"), &path, json!({ "wait": true }))
            .await;
    }
    all(&story.api("Kustomization"), at(revision)).await;
    meter.stop(kustomize).await
}

async fn pass(story: &Scenario, kustomize: &mut Controller, token: &str) -> Cost {
    let meter = Meter::start(kustomize).await;
    for unit in 0..units() {
        story
            .request("Kustomization", &format!("unit-{unit}"), token)
            .await;
    }
    all(&story.api("Kustomization"), |object| {
        object["metadata"]["annotations"][REQUESTED_AT] == token
            && object["status"]["lastHandledReconcileAt"] == token
            && ready(object, "True")
    })
    .await;
    meter.stop(kustomize).await
}

async fn upgrade(story: &Scenario, kustomize: &mut Controller) -> Cost {
    let revision = push(story, "two");
    let meter = Meter::start(kustomize).await;
    story.sync("two").await;
    all(&story.api("Kustomization"), at(&revision)).await;
    meter.stop(kustomize).await
}

#[tokio::test]
async fn many_units_cost_few_requests_to_install_to_look_at_again_and_to_upgrade() {
    let mut toolkit = Toolkit::sharded("hundred", &[]).await;
    let story = Scenario::on(&toolkit, "hundred").await;
    let kustomize = toolkit.controller(Component::Kustomize);
    let first = push(&story, "one");
    story.source().await;
    story.ready("GitRepository", "repo", &first).await;

    let cost = install(&story, kustomize, &first).await;
    println!(
        "{}",
        kustomize
            .metrics()
            .await
            .lines()
            .filter(|l| l.starts_with("rest_client"))
            .collect::<Vec<_>>()
            .join("\n")
    );
    report("install", &cost, INSTALL);
    // The controllers of the applied objects have moved them since: that is a change, which this pass looks at.
    pass(&story, kustomize, "settle").await;
    let cost = pass(&story, kustomize, "again").await;
    report("a pass without change", &cost, UNCHANGED);
    let cost = upgrade(&story, kustomize).await;
    report("upgrade", &cost, UPGRADE);
}
