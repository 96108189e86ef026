//! Kustomizations of four objects each.

use e2e::cost::{Cost, Meter};
use e2e::scenario::ready;
use e2e::{Component, Controller, Scenario, Setup};
use serde_json::{Value, json};

use crate::alone;
use crate::artifacts::objects;
use crate::fleet::{self, name, units};
use crate::table::{Bar, Table};

const KIND: &str = "Kustomization";

const INSTALL: Bar = Bar::beside(11.3, 9.4, 58.0);
const UNCHANGED: Bar = Bar::beside(8.8, 8.1, 30.0);
const UPGRADE: Bar = Bar::beside(11.4, 9.6, 46.0);

fn push(story: &Scenario, value: &str) -> String {
    let files = (0..units()).flat_map(|unit| {
        let name = name(unit);
        let objects = objects(&name, value);
        objects.map(|(file, text)| (format!("{name}/{file}"), text))
    });
    let files: Vec<(String, String)> = files.collect();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (path.as_str(), Some(text.as_str())))
        .collect();
    story.push(&files)
}

fn at(revision: &str) -> impl Fn(&Value) -> bool {
    move |object| ready(object, "True") && object["status"]["lastAppliedRevision"] == revision
}

async fn install(story: &Scenario, kustomize: &mut Controller, revision: &str) -> Cost {
    let meter = Meter::start(kustomize).await;
    fleet::each(|unit| async move {
        let path = format!("./{}", name(unit));
        story
            .unit(&name(unit), &path, json!({ "wait": true }))
            .await;
    })
    .await;
    fleet::all(story, KIND, at(revision)).await;
    meter.stop(kustomize).await
}

async fn pass(story: &Scenario, kustomize: &mut Controller, token: &str) -> Cost {
    let meter = Meter::start(kustomize).await;
    fleet::request(story, KIND, token).await;
    meter.stop(kustomize).await
}

async fn upgrade(story: &Scenario, kustomize: &mut Controller) -> Cost {
    let revision = push(story, "two");
    let meter = Meter::start(kustomize).await;
    story.sync("two").await;
    fleet::all(story, KIND, at(&revision)).await;
    meter.stop(kustomize).await
}

#[tokio::test]
async fn many_units_cost_few_requests_to_install_to_look_at_again_and_to_upgrade() {
    let _alone = alone().await;
    let setup = Setup::of(&[Component::Source, Component::Kustomize]).as_installed();
    let mut toolkit = setup.shard("hundred").start().await;
    let story = Scenario::on(&toolkit, "hundred").await;
    let kustomize = toolkit.controller(Component::Kustomize);
    let first = push(&story, "one");
    story.source().await;
    story.ready("GitRepository", "repo", &first).await;
    let mut table = Table::new("Kustomizations of four objects");

    let cost = install(&story, kustomize, &first).await;
    table.add("install", &cost, INSTALL);
    // The controllers of the applied objects have moved them since: that is a change, which this pass looks at.
    pass(&story, kustomize, "settle").await;
    let cost = pass(&story, kustomize, "again").await;
    table.add("a pass without change", &cost, UNCHANGED);
    let cost = upgrade(&story, kustomize).await;
    table.add("upgrade", &cost, UPGRADE);
    table.finish();
}
