//! The circle: a new image tag becomes a commit, the commit an artifact, the artifact objects and a release, the result a message
//! and a status of the commit.
//!
//! ```text
//! registry ─webhook─▶ ImageRepository ─▶ ImagePolicy ─▶ ImageUpdateAutomation ─push─▶ git ─webhook─▶ GitRepository
//!                                                                                                         │
//!     chat ◀─ Alert ◀─ events ◀─ Deployment, Deployment of the release ◀─ HelmRelease ◀─ Kustomization ◀──┘
//!    forge ◀─ Alert ◀─ events of the Kustomization
//! ```

use serde_json::{Value, json};
use testing::charts::Charts;
use testing::http::{Received, Sink};
use testing::registry::{Artifact, Registry};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::manifests::{image_of, marked_deployment, web_chart, web_release};
use crate::scenario::{DEADLINE, LOOK, ready};
use crate::webhook::Webhook;
use crate::{Scenario, Toolkit};

/// The secret of the webhooks.
const TOKEN: &str = "s3cret";

/// The first tag.
pub const FIRST: &str = "1.0.0";

/// Everything of the circle, in a namespace of its own.
pub struct Circle {
    /// Its objects, and its repository.
    pub story: Scenario,
    /// Where images are pushed to.
    pub registry: Registry,
    /// Where the chart comes from.
    pub charts: Charts,
    /// What people are told.
    pub chat: Sink,
    /// What is reported on commits.
    pub forge: Sink,
    /// What the registry calls.
    pub pushed_image: Webhook,
    /// What the host of the repository calls.
    pub pushed_commit: Webhook,
    host: JoinHandle<()>,
}

impl Drop for Circle {
    fn drop(&mut self) {
        self.host.abort();
    }
}

impl Circle {
    /// Sets everything up, and waits until the first tag is deployed.
    pub async fn start(toolkit: &Toolkit, name: &str) -> Self {
        let story = Scenario::on(toolkit, name).await;
        let registry = Registry::start().await.unwrap();
        let charts = Charts::start().await.unwrap();
        let (chat, forge) = (Sink::start().await.unwrap(), Sink::start().await.unwrap());
        let (image, namespace) = (format!("{}/app", registry.host()), &story.namespace);
        charts
            .publish("web", "1.0.0", &web_chart(&image).each_ref().map(file))
            .unwrap();
        let deployment = marked_deployment("app", &image, FIRST, namespace);
        let release = web_release(FIRST, namespace);
        let first = story.push(&[
            ("app/deployment.yaml", Some(&deployment)),
            ("app/release.yaml", Some(&release)),
        ]);
        secret(&story, "token", json!({ "token": TOKEN })).await;
        alerts(&story, &chat, &forge).await;
        let [pushed_image, pushed_commit] = receivers(toolkit, &story).await;
        let host = tokio::spawn(call_for_pushes(&story, pushed_commit.clone()));
        let circle = Self {
            story,
            registry,
            charts,
            chat,
            forge,
            pushed_image,
            pushed_commit,
            host,
        };
        circle.push_image(FIRST).await;
        let story = &circle.story;
        story.source().await;
        let url = circle.charts.url();
        let spec = json!({ "interval": "1h", "url": url });
        story.create("HelmRepository", "charts", spec).await;
        story.unit("app", "./app", json!({ "wait": true })).await;
        images(story, &image).await;
        story.ready("Kustomization", "app", &first).await;
        circle.deployed(FIRST).await;
        circle
    }

    /// Pushes an image, without any call.
    pub async fn push_image(&self, tag: &str) {
        let image = Artifact::of("application/vnd.oci.image.layer.v1.tar", tag.into());
        self.registry.push("app", tag, &image).await.unwrap();
    }

    /// Pushes an image, and calls the webhook as the registry does.
    pub async fn release(&self, tag: &str) {
        self.push_image(tag).await;
        self.pushed_image.deliver().await;
    }

    /// Waits until both Deployments are rolled out with this tag.
    pub async fn deployed(&self, tag: &str) {
        for name in ["app", "web"] {
            let rolled_out = |object: &Value| {
                let status = &object["status"];
                image_of(object).ends_with(&format!(":{tag}"))
                    && status["observedGeneration"] == object["metadata"]["generation"]
                    && status["updatedReplicas"] == 1
                    && status["readyReplicas"] == 1
            };
            let what = format!("rolled out with {tag}");
            self.story.wait("Deployment", name, &what, rolled_out).await;
        }
    }

    /// Waits until every object of the circle is at rest with this tag: the commit made and applied, and the release made.
    /// Returns the commit.
    pub async fn settled(&self, tag: &str) -> String {
        let story = &self.story;
        let end = Instant::now() + DEADLINE;
        let head = loop {
            let head = self.head();
            if self.tag_in(&head) == tag {
                break head;
            }
            assert!(Instant::now() < end, "no commit with {tag}");
            sleep(LOOK).await;
        };
        story
            .wait("ImageUpdateAutomation", "app", "ready", |object| {
                ready(object, "True")
            })
            .await;
        let revision = format!("main@sha1:{head}");
        story.ready("Kustomization", "app", &revision).await;
        story
            .wait("HelmRelease", "web", "Ready with the tag", |object| {
                object["spec"]["values"]["tag"] == tag
                    && object["status"]["observedGeneration"] == object["metadata"]["generation"]
                    && ready(object, "True")
            })
            .await;
        head
    }

    /// The commit that `main` points to.
    pub fn head(&self) -> String {
        self.story.repo.rev_parse("refs/heads/main").unwrap()
    }

    /// The subjects of all commits on `main`, the newest first.
    pub fn commits(&self) -> Vec<String> {
        let log = self.story.repo.git(["log", "--format=%H", "main"]);
        log.unwrap().lines().map(str::to_owned).collect()
    }

    /// The tag of the Deployment in a commit.
    pub fn tag_in(&self, commit: &str) -> String {
        let file = format!("{commit}:app/deployment.yaml");
        let text = self.story.repo.git(["show", &file]).unwrap();
        let line = text.lines().find(|line| line.contains("image:")).unwrap();
        let image = line.split('#').next().unwrap().trim();
        image.rsplit(':').next().unwrap().to_owned()
    }

    /// Waits for a message about an object of this kind whose text contains `text`.
    pub async fn message(&self, kind: &str, text: &str) -> Value {
        self.message_since(0, kind, text).await
    }

    /// The same, without the first `start` messages.
    pub async fn message_since(&self, start: usize, kind: &str, text: &str) -> Value {
        let is_it = |one: &Received| {
            let event = one.json();
            event["involvedObject"]["kind"] == kind
                && event["message"].as_str().is_some_and(|m| m.contains(text))
        };
        let what = format!("message about a {kind} that says {text:?}");
        let found = self.chat.wait_for_since(start, &what, DEADLINE, is_it);
        found.await.unwrap().json()
    }

    /// Waits for a status of this commit at the forge.
    pub async fn status_of(&self, commit: &str) -> Value {
        let path = format!("/api/v1/repos/org/fleet/statuses/{commit}");
        let is_it = |one: &Received| one.method == "POST" && one.uri.path() == path;
        let what = format!("status of {commit}");
        let found = self.forge.wait_for(&what, DEADLINE, is_it).await;
        found.unwrap().json()
    }
}

fn file<'a>((path, text): &'a (&'static str, String)) -> (&'static str, &'a str) {
    (path, text)
}

/// Creates a Secret.
pub async fn secret(story: &Scenario, name: &str, data: Value) {
    story
        .put("Secret", name, json!({ "stringData": data }))
        .await;
}

async fn alerts(story: &Scenario, chat: &Sink, forge: &Sink) {
    let spec = json!({ "type": "generic", "address": chat.url() });
    story.create("Provider", "chat", spec).await;
    let address = format!("{}/org/fleet", forge.url());
    let spec = json!({ "type": "gitea", "address": address, "secretRef": { "name": "token" } });
    story.create("Provider", "forge", spec).await;
    let kinds = [
        "GitRepository",
        "Kustomization",
        "HelmRelease",
        "ImageUpdateAutomation",
    ];
    let sources: Vec<Value> = kinds
        .iter()
        .map(|kind| json!({ "kind": kind, "name": "*" }))
        .collect();
    let spec = json!({ "providerRef": { "name": "chat" }, "eventSources": sources });
    story.create("Alert", "chat", spec).await;
    let sources = json!([{ "kind": "Kustomization", "name": "app" }]);
    let spec = json!({ "providerRef": { "name": "forge" }, "eventSources": sources });
    story.create("Alert", "forge", spec).await;
}

/// The webhooks of the registry and of the host of the repository.
async fn receivers(toolkit: &Toolkit, story: &Scenario) -> [Webhook; 2] {
    let image = json!([{ "apiVersion": "image.toolkit.fluxcd.io/v1", "kind": "ImageRepository", "name": "app" }]);
    let repository = json!([{ "apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "GitRepository", "name": "repo" }]);
    let image = receiver(toolkit, story, "images", "generic-hmac", image).await;
    let repository = receiver(toolkit, story, "commits", "github", repository).await;
    [
        Webhook::generic(&image, TOKEN),
        Webhook::github(&repository, TOKEN),
    ]
}

/// Creates a Receiver, and returns the address that it listens on.
pub async fn receiver(
    toolkit: &Toolkit,
    story: &Scenario,
    name: &str,
    kind: &str,
    resources: Value,
) -> String {
    let spec = json!({ "type": kind, "secretRef": { "name": "token" }, "resources": resources });
    story.create("Receiver", name, spec).await;
    let object = story
        .wait("Receiver", name, "ready", |object| ready(object, "True"))
        .await;
    let path = object["status"]["webhookPath"].as_str().unwrap();
    toolkit.webhook_url(path)
}

/// Calls the webhook after each push.
fn call_for_pushes(story: &Scenario, webhook: Webhook) -> impl Future<Output = ()> + use<> {
    let mut pushes = story.git.pushes();
    async move {
        while pushes.changed().await.is_ok() {
            webhook.deliver().await;
        }
    }
}

/// The scan, the choice, and the commit.
async fn images(story: &Scenario, image: &str) {
    let spec = json!({ "image": image, "interval": "1h", "insecure": true });
    story.create("ImageRepository", "app", spec).await;
    let spec = json!({
        "imageRepositoryRef": { "name": "app" }, "policy": { "semver": { "range": ">=1.0.0" } },
    });
    story.create("ImagePolicy", "app", spec).await;
    story.automate("app", json!({})).await;
}
