//! Sources of every kind.

use e2e::cost::Meter;
use e2e::toolkit::Setup;
use e2e::{Component, Scenario, Toolkit};
use serde_json::{Value, json};
use testing::charts::{Charts, package};
use testing::registry::{Artifact, Registry};

use crate::alone;
use crate::artifacts::{objects, publish};
use crate::fleet::{self, handled, is_ready};
use crate::table::{Bar, Table};

/// Finalizer, the conditions of the beginning and of the end, events; for charts also the repository, and that it has a new artifact.
const INSTALL: Bar = Bar::Requests(8.0);
/// The word that the request was handled, an event, one to spare; for charts also the repository.
const UNCHANGED: Bar = Bar::Requests(4.0);
/// The beginning, the end, an event, one to spare; charts may be woken by the repository and by the request.
const UPGRADE: Bar = Bar::Requests(8.0);

/// The sources of a kind, and how what they point to moves on.
struct Kind<'a> {
    name: &'static str,
    spec: Value,
    upgrade: &'a dyn Fn() -> futures::future::BoxFuture<'a, ()>,
}

async fn start(name: &str) -> (Toolkit, Scenario) {
    let toolkit = Setup::of(&[Component::Source])
        .as_installed()
        .shard(name)
        .start()
        .await;
    let story = Scenario::on(&toolkit, name).await;
    (toolkit, story)
}

/// Ready, with an artifact of another revision than this one.
fn past(revision: Value) -> impl Fn(&Value) -> bool {
    move |object| is_ready(object) && *revision_of(object) != revision
}

fn revision_of(object: &Value) -> &Value {
    &object["status"]["artifact"]["revision"]
}

/// The three phases of a kind.
async fn measure(toolkit: &mut Toolkit, story: &Scenario, kind: &Kind<'_>) {
    let source = toolkit.controller(Component::Source);
    let mut table = Table::new(kind.name);

    let meter = Meter::start(source).await;
    fleet::create(story, kind.name, |_| kind.spec.clone()).await;
    fleet::all(story, kind.name, past(Value::Null)).await;
    table.add("install", &meter.stop(source).await, INSTALL);

    let meter = Meter::start(source).await;
    fleet::request(story, kind.name, "again").await;
    table.add(
        "a pass without change",
        &meter.stop(source).await,
        UNCHANGED,
    );

    let one = story.get(kind.name, &fleet::name(0)).await.unwrap();
    let old = revision_of(&serde_json::to_value(one).unwrap()).clone();
    (kind.upgrade)().await;
    let meter = Meter::start(source).await;
    fleet::request(story, kind.name, "new").await;
    fleet::all(story, kind.name, |object| {
        handled("new")(object) && past(old.clone())(object)
    })
    .await;
    table.add("upgrade", &meter.stop(source).await, UPGRADE);
    table.finish();
}

#[tokio::test]
async fn many_git_repositories_cost_few_requests() {
    let _alone = alone().await;
    let (mut toolkit, story) = start("hundred-git").await;
    let push = |value: &str| {
        let files = objects("app", value);
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (*path, Some(text.as_str())))
            .collect();
        story.push(&files);
    };
    push("one");
    let upgrade = || -> futures::future::BoxFuture<'_, ()> {
        push("two");
        Box::pin(async {})
    };
    let spec = json!({ "interval": "1h", "url": story.url(), "ref": { "branch": "main" } });
    let kind = Kind {
        name: "GitRepository",
        spec,
        upgrade: &upgrade,
    };
    measure(&mut toolkit, &story, &kind).await;
}

#[tokio::test]
async fn many_oci_repositories_cost_few_requests() {
    let _alone = alone().await;
    let (mut toolkit, story) = start("hundred-oci").await;
    let registry = Registry::start().await.unwrap();
    push(&registry, "1.0.0").await;
    let upgrade = || -> futures::future::BoxFuture<'_, ()> { Box::pin(push(&registry, "1.1.0")) };
    let spec = json!({
        "interval": "1h", "url": registry.url("apps"), "insecure": true, "ref": { "semver": "1.x" },
    });
    let kind = Kind {
        name: "OCIRepository",
        spec,
        upgrade: &upgrade,
    };
    measure(&mut toolkit, &story, &kind).await;
}

/// Any archive will do.
async fn push(registry: &Registry, tag: &str) {
    let bytes = package("app", tag, &[]).unwrap();
    let artifact = Artifact::of("application/vnd.cncf.flux.content.v1.tar+gzip", bytes);
    registry.push("apps", tag, &artifact).await.unwrap();
}

#[tokio::test]
async fn many_helm_repositories_cost_few_requests() {
    let _alone = alone().await;
    let (mut toolkit, story) = start("hundred-index").await;
    let charts = Charts::start().await.unwrap();
    publish(&charts, "1.0.0");
    let upgrade = || -> futures::future::BoxFuture<'_, ()> {
        publish(&charts, "1.1.0");
        Box::pin(async {})
    };
    let kind = Kind {
        name: "HelmRepository",
        spec: json!({ "interval": "1h", "url": charts.url() }),
        upgrade: &upgrade,
    };
    measure(&mut toolkit, &story, &kind).await;
}

#[tokio::test]
async fn many_helm_charts_cost_few_requests() {
    let _alone = alone().await;
    let (mut toolkit, story) = start("hundred-charts").await;
    let charts = Charts::start().await.unwrap();
    publish(&charts, "1.0.0");
    let repository = json!({ "interval": "1h", "url": charts.url() });
    story.create("HelmRepository", "charts", repository).await;
    story
        .wait("HelmRepository", "charts", "ready", is_ready)
        .await;
    let upgrade = || -> futures::future::BoxFuture<'_, ()> {
        publish(&charts, "1.1.0");
        Box::pin(async {
            story.request("HelmRepository", "charts", "new").await;
        })
    };
    let kind = Kind {
        name: "HelmChart",
        spec: json!({
            "interval": "1h", "chart": "app", "version": "1.x",
            "sourceRef": { "kind": "HelmRepository", "name": "charts" },
        }),
        upgrade: &upgrade,
    };
    measure(&mut toolkit, &story, &kind).await;
}
