//! One object, as its status tells it.

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use serde_json::Value;
use testing::wait::describe;

use crate::kinds::{
    ALERT, GIT_REPOSITORY, HELM_RELEASE, HELM_REPOSITORY, IMAGE_POLICY, IMAGE_REPOSITORY,
    IMAGE_UPDATE_AUTOMATION, KUSTOMIZATION, PROVIDER,
};
use crate::objects::{NAME, NAMESPACE};

/// The identity of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) kind: &'static str,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    /// An object that the demo creates.
    pub(crate) fn of(kind: &'static str, name: &str) -> Self {
        Self {
            kind,
            namespace: NAMESPACE.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
    }
}

/// What the condition Ready says, for the current generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    True,
    False,
    /// The controller is at work, or has not seen this generation yet.
    Unknown,
}

/// One object.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) ready: Ready,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// What it is at: a revision that was fetched or applied, a tag that was chosen, a version that was installed.
    pub(crate) revision: String,
    /// Whether that is a revision of the demo's source.
    pub(crate) follows_repository: bool,
    /// Objects in the inventory.
    pub(crate) objects: Option<usize>,
    /// From the start to the moment it was Ready first.
    pub(crate) ready_after: Option<Duration>,
    /// Since when it fails in the same way; a retry that is under way does not end a failure.
    pub(crate) failing_since: Option<Instant>,
    pub(crate) object: Value,
    pub(crate) seen: bool,
}

impl Row {
    pub(crate) fn new(key: Key, object: Value) -> Self {
        let status = &object["status"];
        let conditions = status["conditions"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let condition = conditions
            .iter()
            .find(|condition| condition["type"] == "Ready");
        // A status of an older generation says nothing about this one.
        let current = status["observedGeneration"] == object["metadata"]["generation"];
        let said = condition.map_or("Unknown", |c| c["status"].as_str().unwrap_or_default());
        let ready = match said {
            _ if has_no_status(key.kind, &object) => Ready::True,
            "True" if current => Ready::True,
            "False" => Ready::False,
            _ => Ready::Unknown,
        };
        Self {
            ready,
            reason: condition.map(|c| text(&c["reason"])).unwrap_or_default(),
            message: condition.map(|c| text(&c["message"])).unwrap_or_default(),
            revision: revision(key.kind, status),
            follows_repository: follows_repository(&key, &object),
            objects: status["inventory"]["entries"].as_array().map(Vec::len),
            ready_after: None,
            failing_since: None,
            seen: true,
            key,
            object,
        }
    }

    /// Whether it waits for another object of its kind, which may take its time.
    pub(crate) fn waits_for_dependency(&self) -> bool {
        self.reason == "DependencyNotReady"
    }

    /// Whether it waits for any other object, which is no failure of its own.
    pub(crate) fn waits(&self) -> bool {
        self.waits_for_dependency() || self.reason == "SourceNotReady"
    }

    /// Its conditions, one per line.
    pub(crate) fn conditions(&self) -> String {
        let described = describe(&self.object);
        let lines = described.lines().take_while(|line| line.starts_with("  "));
        let conditions: Vec<&str> = lines.collect();
        if conditions.is_empty() {
            "  no conditions: no controller has reported yet".to_owned()
        } else {
            conditions.join("\n")
        }
    }

    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        let face = |row: &Self| {
            (
                row.ready,
                row.reason.clone(),
                row.message.clone(),
                row.revision.clone(),
                row.objects,
            )
        };
        face(self) == face(other)
    }
}

/// Some objects are but settings: no controller reports on them.
fn has_no_status(kind: &str, object: &Value) -> bool {
    match kind {
        PROVIDER | ALERT => true,
        HELM_REPOSITORY => object["spec"]["type"] == "oci",
        _ => false,
    }
}

/// What an object is at.
fn revision(kind: &str, status: &Value) -> String {
    text(match kind {
        KUSTOMIZATION => &status["lastAppliedRevision"],
        HELM_RELEASE => &status["history"][0]["chartVersion"],
        IMAGE_REPOSITORY => &status["lastScanResult"]["latestTags"][0],
        IMAGE_POLICY => &status["latestRef"]["tag"],
        IMAGE_UPDATE_AUTOMATION => &status["lastPushCommit"],
        _ => &status["artifact"]["revision"],
    })
}

/// Whether it is the demo's source, or is applied from it.
fn follows_repository(key: &Key, object: &Value) -> bool {
    let is_source = |kind: &str, namespace: &str, name: &str| {
        (kind, namespace, name) == (GIT_REPOSITORY, NAMESPACE, NAME)
    };
    if key.kind != KUSTOMIZATION {
        return is_source(key.kind, &key.namespace, &key.name);
    }
    let reference = &object["spec"]["sourceRef"];
    let of = |field: &str| reference[field].as_str().unwrap_or_default();
    let namespace = reference["namespace"].as_str().unwrap_or(&key.namespace);
    is_source(of("kind"), namespace, of("name"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::{IMAGE_POLICY, OCI_REPOSITORY};

    fn row(kind: &'static str, object: Value) -> Row {
        Row::new(Key::of(kind, "x"), object)
    }

    #[test]
    fn settings_without_a_status_are_ready_at_once() {
        assert_eq!(row(PROVIDER, json!({})).ready, Ready::True);
        assert_eq!(row(ALERT, json!({})).ready, Ready::True);
        let of_type = |kind: &str| row(HELM_REPOSITORY, json!({ "spec": { "type": kind } }));
        assert_eq!(of_type("oci").ready, Ready::True);
        assert_eq!(of_type("default").ready, Ready::Unknown);
    }

    #[test]
    fn each_kind_tells_what_it_is_at() {
        let at = |kind, status: Value| row(kind, json!({ "status": status })).revision;
        let artifact = json!({ "artifact": { "revision": "1.0.0@sha256:1" } });
        assert_eq!(at(OCI_REPOSITORY, artifact), "1.0.0@sha256:1");
        let history =
            json!({ "history": [{ "chartVersion": "1.1.0" }, { "chartVersion": "1.0.0" }] });
        assert_eq!(at(HELM_RELEASE, history), "1.1.0");
        assert_eq!(
            at(IMAGE_POLICY, json!({ "latestRef": { "tag": "2" } })),
            "2"
        );
        assert_eq!(at(IMAGE_UPDATE_AUTOMATION, json!({})), "");
    }

    #[test]
    fn only_the_source_and_what_is_applied_from_it_follow_the_repository() {
        let unit = |reference: Value| {
            let object = json!({ "spec": { "sourceRef": reference } });
            row(KUSTOMIZATION, object).follows_repository
        };
        assert!(unit(json!({ "kind": "GitRepository", "name": "demo" })));
        assert!(!unit(json!({ "kind": "GitRepository", "name": "other" })));
        assert!(!unit(json!({ "kind": "OCIRepository", "name": "demo" })));
        assert!(!unit(
            json!({ "kind": "GitRepository", "name": "demo", "namespace": "elsewhere" })
        ));
        assert!(Row::new(Key::of(GIT_REPOSITORY, NAME), json!({})).follows_repository);
        assert!(!Row::new(Key::of(GIT_REPOSITORY, "other"), json!({})).follows_repository);
    }
}
