//! Rows of bad input: each is one Kustomization with a source of its own, among others in one namespace under one
//! controller. A row says what the user is told; the table checks that the rest of the contract holds around it, and
//! that a healthy neighbour goes on. `docs/compatibility/bad-input.md` lists the rows.

use artifact::Algorithm;
use common::k8s_openapi::api::core::v1::ConfigMap;
use common::kube::api::PostParams;
use serde_json::{Value, json};
use testing::is_like;

use crate::support::{Fixture, condition, config_map, tarball};

/// The page that lists every row.
const PAGE: &str = include_str!("../../../docs/compatibility/bad-input.md");

/// One bad input.
pub struct Row {
    name: &'static str,
    artifact: Artifact,
    spec: Value,
    reason: &'static str,
    says: String,
    end: End,
}

/// What the source has published.
enum Artifact {
    Files(Vec<(String, String)>),
    /// Bytes, and the digest if it is another one than theirs.
    Bytes(Vec<u8>, Option<String>),
    /// An address, with nothing behind it.
    Url(String),
    /// The row names a source itself.
    None,
}

/// What follows (section 6).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Tried again after the retry interval; a Warning tells of it.
    Retry,
    /// The same, after objects were applied.
    Applied,
    /// Nothing more until the spec changes.
    Stall,
    /// Looked at again soon; told as information.
    Wait,
    /// Looked at again; no event.
    Quiet,
}

/// A row whose artifact holds a good ConfigMap beside what the row adds.
pub fn row(name: &'static str) -> Row {
    Row {
        name,
        artifact: Artifact::Files(vec![("witness.yaml".into(), config_map(name, "here"))]),
        spec: json!({}),
        reason: "",
        says: String::new(),
        end: End::Retry,
    }
}

impl Row {
    pub fn file(mut self, path: &str, content: impl AsRef<str>) -> Self {
        if let Artifact::Files(files) = &mut self.artifact {
            files.push((path.to_owned(), content.as_ref().to_owned()));
        }
        self
    }

    pub fn bytes(mut self, bytes: Vec<u8>) -> Self {
        self.artifact = Artifact::Bytes(bytes, None);
        self
    }

    pub fn digest(mut self, digest: &str) -> Self {
        self.artifact = Artifact::Bytes(good(self.name), Some(digest.to_owned()));
        self
    }

    pub fn url(mut self, url: &str) -> Self {
        self.artifact = Artifact::Url(url.to_owned());
        self
    }

    pub fn source(mut self, reference: Value) -> Self {
        self.artifact = Artifact::None;
        self.spec["sourceRef"] = reference;
        self
    }

    /// Fields over the usual ones.
    pub fn spec(mut self, fields: Value) -> Self {
        for (key, value) in fields.as_object().unwrap() {
            self.spec[key] = value.clone();
        }
        self
    }

    pub fn ends(mut self, end: End) -> Self {
        self.end = end;
        self
    }

    /// The reason of Ready, and its message: `…` stands for any text, `{ns}` for the namespace.
    pub fn fails(mut self, reason: &'static str, message: &str) -> Self {
        self.reason = reason;
        message.clone_into(&mut self.says);
        self
    }

    async fn create(&self, fixture: &Fixture) {
        let mut spec = self.spec.clone();
        match &self.artifact {
            Artifact::None => {}
            artifact => {
                fixture.source(self.name).await;
                spec["sourceRef"] = json!({ "kind": "GitRepository", "name": self.name });
                match artifact {
                    Artifact::Files(files) => {
                        let (bytes, digest) = tarball(files);
                        fixture.publish_bytes(self.name, bytes, &digest).await;
                    }
                    Artifact::Bytes(bytes, digest) => {
                        let own = || Algorithm::Sha256.digest(bytes).to_string();
                        let digest = digest.clone().unwrap_or_else(own);
                        fixture
                            .publish_bytes(self.name, bytes.clone(), &digest)
                            .await;
                    }
                    Artifact::Url(url) => fixture.publish_url(self.name, url).await,
                    Artifact::None => {}
                }
            }
        }
        fixture.create(self.name, spec).await;
    }

    /// What does not hold.
    async fn check(&self, fixture: &Fixture) -> Vec<String> {
        let (object, message) = fixture.failed_somehow(self.name).await;
        let mut wrong = Vec::new();
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", self.name));
            }
        };
        let reason = condition(&object, "Ready").unwrap().1;
        let says = self.says.replace("{ns}", &fixture.namespace);
        expect(
            reason == self.reason && is_like(&says, &message),
            &format!(
                "expected {} {says:?}, found {reason} {message:?}",
                self.reason
            ),
        );
        let stalled = condition(&object, "Stalled");
        expect(
            stalled.is_some() == (self.end == End::Stall),
            &format!("Stalled is {stalled:?}"),
        );
        expect(
            object.status.last_applied_revision.is_none(),
            "a revision counts as applied",
        );
        if self.end == End::Applied {
            expect(object.status.inventory.is_some(), "no inventory");
        } else {
            expect(
                object.status.inventory.is_none() && !fixture.exists(self.name).await,
                "something was applied",
            );
        }
        let severity = match self.end {
            End::Quiet => None,
            End::Wait => Some("info"),
            _ => Some("error"),
        };
        if let Some(severity) = severity {
            let event = fixture.event(self.name, &reason, "").await;
            expect(event["severity"] == severity, "another severity");
            if severity == "error" {
                let told = event["message"].as_str().unwrap_or_default();
                expect(is_like(&says, told), &format!("the event says {told:?}"));
            }
        }
        expect(
            PAGE.contains(&format!("`{}`", self.name)),
            "not listed in docs/compatibility/bad-input.md",
        );
        wrong
    }
}

/// Runs the rows beside a healthy neighbour, in the order given.
pub async fn run(fixture: &Fixture, rows: Vec<Row>) {
    let first = fixture.publish_map("neighbour", "one").await;
    fixture.create("neighbour", json!({})).await;
    for row in &rows {
        row.create(fixture).await;
    }
    let mut wrong = Vec::new();
    for row in &rows {
        wrong.extend(row.check(fixture).await);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    fixture.ready("neighbour", &first).await;
    let second = fixture.publish_map("neighbour", "two").await;
    fixture.ready("neighbour", &second).await;
}

/// A good tarball with a ConfigMap.
pub fn good(name: &str) -> Vec<u8> {
    tarball(&[("witness.yaml", config_map(name, "here"))]).0
}

/// Waits until the cluster refuses ConfigMaps with these labels: a rule is in force a moment after it was written.
pub async fn refused(fixture: &Fixture, labels: Value) {
    let marked = json!({ "metadata": { "name": "probe", "labels": labels } });
    let marked: ConfigMap = serde_json::from_value(marked).unwrap();
    let dry = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    while fixture.config_maps().create(&dry, &marked).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
