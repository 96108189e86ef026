//! `ImageRepository` with `ImagePolicy`, and `ImageUpdateAutomation`.

use e2e::cost::Meter;
use e2e::toolkit::Setup;
use e2e::{Component, Scenario};
use serde_json::{Value, json};
use testing::git::Repository;
use testing::registry::{Artifact, Registry};

use crate::alone;
use crate::fleet::{self, is_ready, name, units};
use crate::table::{Bar, Table};

/// An image with this tag in the repository `app`.
async fn push(registry: &Registry, tag: &str) {
    let artifact = Artifact::of("application/vnd.oci.image.layer.v1.tar", tag.into());
    registry.push("app", tag, &artifact).await.unwrap();
}

fn repository(registry: &Registry) -> Value {
    json!({ "image": format!("{}/app", registry.host()), "interval": "1h", "insecure": true })
}

fn policy(repository: &str) -> Value {
    json!({ "imageRepositoryRef": { "name": repository }, "policy": { "semver": { "range": "1.x" } } })
}

/// Ready, with this tag as the newest.
fn latest(tag: &str) -> impl Fn(&Value) -> bool {
    move |object| is_ready(object) && object["status"]["latestRef"]["tag"] == tag
}

#[tokio::test]
async fn many_image_repositories_with_a_policy_each_cost_few_requests() {
    let _alone = alone().await;
    let registry = Registry::start().await.unwrap();
    push(&registry, "1.0.0").await;
    let setup = Setup::of(&[Component::ImageReflector])
        .as_installed()
        .shard("hundred-images");
    let mut toolkit = setup.start().await;
    let story = Scenario::on(&toolkit, "hundred-images").await;
    let reflector = toolkit.controller(Component::ImageReflector);
    let mut table = Table::new("ImageRepository and ImagePolicy");

    let meter = Meter::start(reflector).await;
    fleet::create(&story, "ImageRepository", |_| repository(&registry)).await;
    fleet::create(&story, "ImagePolicy", |unit| policy(&name(unit))).await;
    fleet::all(&story, "ImageRepository", is_ready).await;
    fleet::all(&story, "ImagePolicy", latest("1.0.0")).await;
    table.add("install", &meter.stop(reflector).await, Bar::Requests(14.0));

    let meter = Meter::start(reflector).await;
    fleet::request(&story, "ImageRepository", "again").await;
    let cost = meter.stop(reflector).await;
    table.add("a pass without change", &cost, Bar::Requests(8.0));

    push(&registry, "1.1.0").await;
    let meter = Meter::start(reflector).await;
    fleet::request(&story, "ImageRepository", "new").await;
    fleet::all(&story, "ImagePolicy", latest("1.1.0")).await;
    table.add("upgrade", &meter.stop(reflector).await, Bar::Requests(10.0));
    table.finish();
}

/// A repository for each unit, with an image that the policy `app` moves.
fn repositories(story: &Scenario) -> Vec<Repository> {
    let line = format!(
        "tag: 0.9.0 # {{\"$imagepolicy\": \"{}:app:tag\"}}\n",
        story.namespace
    );
    let make = |unit| {
        let repository = story.git.create(&name(unit)).unwrap();
        repository
            .commit("main")
            .file("app.yaml", &line)
            .write()
            .unwrap();
        repository
    };
    (0..units()).map(make).collect()
}

#[tokio::test]
async fn many_image_automations_cost_few_requests() {
    let _alone = alone().await;
    let registry = Registry::start().await.unwrap();
    push(&registry, "1.0.0").await;
    let components = [
        Component::Source,
        Component::ImageReflector,
        Component::ImageAutomation,
    ];
    let setup = Setup::of(&components)
        .as_installed()
        .shard("hundred-updates");
    let mut toolkit = setup.start().await;
    let story = Scenario::on(&toolkit, "hundred-updates").await;
    let _repositories = repositories(&story);
    story
        .create("ImageRepository", "app", repository(&registry))
        .await;
    story.create("ImagePolicy", "app", policy("app")).await;
    story
        .wait("ImagePolicy", "app", "ready", latest("1.0.0"))
        .await;
    fleet::create(&story, "GitRepository", |unit| {
        json!({ "interval": "1h", "url": story.git.url(&name(unit)), "ref": { "branch": "main" } })
    })
    .await;
    fleet::all(&story, "GitRepository", is_ready).await;
    let automation = toolkit.controller(Component::ImageAutomation);
    let mut table = Table::new("ImageUpdateAutomation");

    let meter = Meter::start(automation).await;
    fleet::create(&story, "ImageUpdateAutomation", |unit| {
        json!({
            "interval": "1h", "sourceRef": { "kind": "GitRepository", "name": name(unit) },
            "git": { "commit": { "author": { "name": "Bot", "email": "bot@example.dev" } } },
        })
    })
    .await;
    fleet::all(&story, "ImageUpdateAutomation", |object| {
        is_ready(object) && object["status"]["lastPushCommit"].is_string()
    })
    .await;
    table.add(
        "install",
        &meter.stop(automation).await,
        Bar::Requests(10.0),
    );

    let meter = Meter::start(automation).await;
    fleet::request(&story, "ImageUpdateAutomation", "again").await;
    let cost = meter.stop(automation).await;
    table.add("a pass without change", &cost, Bar::Requests(6.0));

    let meter = Meter::start(automation).await;
    push(&registry, "1.1.0").await;
    story.request("ImageRepository", "app", "new").await;
    fleet::all(&story, "ImageUpdateAutomation", |object| {
        is_ready(object) && has_policy(object, "1.1.0")
    })
    .await;
    table.add("upgrade", &meter.stop(automation).await, Bar::Requests(8.0));
    table.finish();
}

/// Whether the policy `app` was seen with this tag.
fn has_policy(object: &Value, tag: &str) -> bool {
    object["status"]["observedPolicies"]["app"]["tag"] == tag
}
