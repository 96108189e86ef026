//! Wrong credentials: told without being shown, and no trouble for those who have right ones.

use e2e::Scenario;
use e2e::circle::secret;
use serde_json::{Value, json};
use testing::charts::{Charts, package};
use testing::git::Auth;
use testing::registry::{Artifact, Guarded, Options, Registry};

use crate::support::{chat, ready_version, story, told, untouched};

const WRONG: &str = "hunter2";

/// An object of a kind with wrong credentials, in Secret `wrong`, beside one with right ones.
struct Twins {
    kind: &'static str,
    spec: Value,
    condition: (&'static str, &'static str, &'static str),
    says: &'static str,
}

impl Twins {
    async fn create(&self, story: &Scenario) {
        for secret in ["right", "wrong"] {
            let mut spec = self.spec.clone();
            spec["secretRef"] = json!({ "name": secret });
            story.create(self.kind, secret, spec).await;
        }
    }

    async fn check(&self, story: &Scenario) {
        let version = ready_version(story, self.kind, "right").await;
        let message = story.condition(self.kind, "wrong", self.condition).await;
        assert!(message.contains(self.says), "{message}");
        assert!(!message.contains(WRONG), "{message}");
        let text = format!("Warning {}: ", self.condition.2);
        story.event(self.kind, "wrong", &text).await;
        let events = story.events(self.kind, "wrong").await;
        assert!(!events.concat().contains(WRONG), "{events:?}");
        untouched(story, self.kind, "right", &version).await;
    }
}

async fn docker_secret(story: &Scenario, name: &str, config: &str) {
    let fields = json!({
        "type": "kubernetes.io/dockerconfigjson", "stringData": { ".dockerconfigjson": config },
    });
    story.put("Secret", name, fields).await;
}

#[tokio::test]
async fn wrong_credentials_of_a_registry_are_told_of_artifacts_and_of_images() {
    let story = story("registry-login").await;
    let options = Options {
        guarded: Guarded::ByPassword,
        ..Options::default()
    };
    let registry = Registry::start_with(options).await.unwrap();
    let archive = package("app", "1.0.0", &[]).unwrap();
    let artifact = Artifact::of("application/vnd.cncf.flux.content.v1.tar+gzip", archive);
    registry.push("app", "1.0.0", &artifact).await.unwrap();
    let config = registry.docker_config();
    docker_secret(&story, "right", &config).await;
    let wrong = config.replace("\"pass\"", &format!("\"{WRONG}\""));
    assert_ne!(wrong, config);
    docker_secret(&story, "wrong", &wrong).await;
    let image = format!("{}/app", registry.host());
    let kinds = [
        Twins {
            kind: "OCIRepository",
            spec: json!({
                "interval": "1h", "url": registry.url("app"), "insecure": true, "ref": { "tag": "1.0.0" },
            }),
            condition: ("FetchFailed", "True", "OCIArtifactPullFailed"),
            says: "UNAUTHORIZED",
        },
        Twins {
            kind: "ImageRepository",
            spec: json!({ "interval": "1h", "image": image, "insecure": true }),
            condition: ("Ready", "False", "ReadOperationFailed"),
            says: "UNAUTHORIZED",
        },
    ];
    let chat = chat(&story, &["OCIRepository", "ImageRepository"]).await;
    for twins in &kinds {
        twins.create(&story).await;
        twins.check(&story).await;
        let told = told(&chat, "wrong", "error", twins.says).await;
        assert!(!told.to_string().contains(WRONG), "{told}");
    }
}

#[tokio::test]
async fn wrong_credentials_of_a_helm_repository_leave_the_other_releases_alone() {
    let story = story("charts-login").await;
    let charts = Charts::start().await.unwrap();
    charts.guard("user", "pass");
    charts.publish("web", "1.0.0", &[]).unwrap();
    let right = json!({ "username": "user", "password": "pass" });
    secret(&story, "right", right).await;
    let wrong = json!({ "username": "user", "password": WRONG });
    secret(&story, "wrong", wrong).await;
    let twins = Twins {
        kind: "HelmRepository",
        spec: json!({ "interval": "1h", "url": charts.url() }),
        condition: ("FetchFailed", "True", "Failed"),
        says: "401 Unauthorized",
    };
    twins.create(&story).await;
    twins.check(&story).await;
    let release = |repository: &str| {
        let source = json!({ "kind": "HelmRepository", "name": repository });
        let chart = json!({ "chart": "web", "version": "1.0.0", "sourceRef": source });
        json!({ "interval": "1h", "chart": { "spec": chart } })
    };
    for name in ["right", "wrong"] {
        story.create("HelmRelease", name, release(name)).await;
    }
    let version = ready_version(&story, "HelmRelease", "right").await;
    let wanted = ("Ready", "False", "SourceNotReady");
    let message = story.condition("HelmRelease", "wrong", wanted).await;
    let chart = format!("HelmChart '{0}/{0}-wrong' is not ready", story.namespace);
    assert!(message.starts_with(&chart), "{message}");
    untouched(&story, "HelmRelease", "right", &version).await;
}

#[tokio::test]
async fn wrong_credentials_of_a_push_are_told_and_right_ones_heal() {
    let story = story("push-login").await;
    let file = "kind: X\nimage: h.test/app:1 # {\"$imagepolicy\": \"none:app\"}\n";
    story.push(&[("app/x.yaml", Some(file))]);
    story
        .git
        .set_auth(Auth::Basic("user".to_owned(), "pass".to_owned()));
    let wrong = json!({ "username": "user", "password": WRONG });
    secret(&story, "login", wrong).await;
    let url = story.url();
    let spec = json!({
        "interval": "1h", "url": url, "ref": { "branch": "main" }, "secretRef": { "name": "login" },
    });
    story.create("GitRepository", "repo", spec).await;
    story.automate("app", json!({})).await;
    let wanted = ("Ready", "False", "GitOperationFailed");
    let message = story
        .condition("ImageUpdateAutomation", "app", wanted)
        .await;
    assert!(
        message.ends_with("authentication required") && !message.contains(WRONG),
        "{message}"
    );
    let wanted = ("FetchFailed", "True", "GitOperationFailed");
    story.condition("GitRepository", "repo", wanted).await;
    let right = json!({ "stringData": { "password": "pass" } });
    story.patch("Secret", "login", right).await;
    story.sync("healed").await;
    story
        .request("ImageUpdateAutomation", "app", "healed")
        .await;
    ready_version(&story, "GitRepository", "repo").await;
    ready_version(&story, "ImageUpdateAutomation", "app").await;
}
