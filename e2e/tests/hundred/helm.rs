//! HelmReleases of a chart with four objects, from a Helm repository.

use e2e::cost::{Cost, Meter};
use e2e::toolkit::{SHARD, Setup};
use e2e::{Component, Scenario, Toolkit};
use serde_json::{Value, json};
use testing::charts::Charts;

use crate::alone;
use crate::artifacts::publish;
use crate::fleet::{self, handled, is_ready};
use crate::table::{Bar, Table};

const NAME: &str = "hundred-helm";
const KIND: &str = "HelmRelease";

const INSTALL: Bar = Bar::beside(36.0, 8.6, 43.0);
const UNCHANGED: Bar = Bar::beside(2.8, 0.85, 6.0);
const UPGRADE: Bar = Bar::beside(46.0, 15.0, 44.0);

/// The HelmChart gets the label of the shard from here.
fn spec() -> Value {
    json!({
        "interval": "1h",
        "chart": {
            "metadata": { "labels": { SHARD: NAME } },
            "spec": {
                "chart": "app", "version": "1.x", "interval": "1h",
                "sourceRef": { "kind": "HelmRepository", "name": "charts" },
            },
        },
    })
}

/// Ready, with this version of the chart deployed.
fn at(version: &str) -> impl Fn(&Value) -> bool {
    move |object| {
        let last = &object["status"]["history"][0];
        is_ready(object) && last["chartVersion"] == version && last["status"] == "deployed"
    }
}

async fn install(story: &Scenario, toolkit: &mut Toolkit) -> Cost {
    let helm = toolkit.controller(Component::Helm);
    let meter = Meter::start(helm).await;
    fleet::create(story, KIND, |_| spec()).await;
    fleet::all(story, KIND, at("1.0.0")).await;
    meter.stop(helm).await
}

async fn pass(story: &Scenario, toolkit: &mut Toolkit, token: &str) -> Cost {
    let helm = toolkit.controller(Component::Helm);
    let meter = Meter::start(helm).await;
    fleet::request(story, KIND, token).await;
    meter.stop(helm).await
}

/// From the moment at which the repository is looked at and has a newer version.
async fn upgrade(story: &Scenario, toolkit: &mut Toolkit) -> Cost {
    let helm = toolkit.controller(Component::Helm);
    let meter = Meter::start(helm).await;
    story.request("HelmRepository", "charts", "two").await;
    fleet::all(story, KIND, at("1.1.0")).await;
    meter.stop(helm).await
}

#[tokio::test]
async fn many_releases_cost_few_requests_to_install_to_look_at_again_and_to_upgrade() {
    let _alone = alone().await;
    let charts = Charts::start().await.unwrap();
    publish(&charts, "1.0.0");
    let setup = Setup::of(&[Component::Source, Component::Helm])
        .as_installed()
        .shard(NAME);
    let mut toolkit = setup.start().await;
    let story = Scenario::on(&toolkit, NAME).await;
    let spec = json!({ "url": charts.url(), "interval": "1h" });
    story.create("HelmRepository", "charts", spec).await;
    story
        .wait("HelmRepository", "charts", "ready", is_ready)
        .await;
    let mut table = Table::new("HelmReleases of four objects");

    let cost = install(&story, &mut toolkit).await;
    table.add("install", &cost, INSTALL);
    pass(&story, &mut toolkit, "settle").await;
    let cost = pass(&story, &mut toolkit, "again").await;
    table.add("a pass without change", &cost, UNCHANGED);
    fleet::all(&story, KIND, handled("again")).await;
    publish(&charts, "1.1.0");
    let cost = upgrade(&story, &mut toolkit).await;
    table.add("upgrade", &cost, UPGRADE);
    table.finish();
}
