//! One story: a namespace, a repository, objects, and ways to watch them.

use std::time::Duration;

use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use testing::ControlPlane;
use testing::git::{Repository, Server};

use crate::toolkit::{SHARD, Toolkit};

/// How long a condition may take on a busy machine; a story that works takes a small part of it.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// How often something is looked at that cannot be watched.
pub const LOOK: Duration = Duration::from_millis(50);

/// The annotation that asks for a reconcile.
pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";

/// A namespace of its own, with one repository that the controllers fetch from.
pub struct Scenario {
    /// An administrator's client.
    pub client: Client,
    /// The namespace of all objects of the story.
    pub namespace: String,
    /// The git server of the story.
    pub git: Server,
    /// The repository that `GitRepository/repo` points to.
    pub repo: Repository,
    shard: Option<String>,
}

impl Scenario {
    /// A story for the shared controllers.
    pub async fn new(name: &str) -> Self {
        Toolkit::shared().await;
        Self::of(ControlPlane::shared().await, name, None).await
    }

    /// A story for the controllers of a shard.
    pub async fn on(toolkit: &Toolkit, name: &str) -> Self {
        Self::of(toolkit.plane, name, toolkit.shard.clone()).await
    }

    async fn of(plane: &ControlPlane, name: &str, shard: Option<String>) -> Self {
        let git = Server::start().await.unwrap();
        let repo = git.create("fleet").unwrap();
        Self {
            client: plane.client().await,
            namespace: plane.namespace(name).await,
            git,
            repo,
            shard,
        }
    }

    /// Commits these files (`None` removes one) to `main` and returns the revision of the commit.
    pub fn push(&self, files: &[(&str, Option<&str>)]) -> String {
        let mut commit = self.repo.commit("main");
        for (path, content) in files {
            commit = match content {
                Some(content) => commit.file(path, content),
                None => commit.remove(path),
            };
        }
        format!("main@sha1:{}", commit.write().unwrap())
    }

    /// The address of the repository.
    pub fn url(&self) -> String {
        self.git.url("fleet")
    }

    /// The API of a kind in the namespace of the story.
    pub fn api(&self, kind: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource(kind))
    }

    /// Creates an object of the story from kind, name and spec.
    pub async fn create(&self, kind: &str, name: &str, spec: Value) -> DynamicObject {
        let resource = resource(kind);
        let mut object = DynamicObject::new(name, &resource).data(json!({ "spec": spec }));
        if let Some(shard) = &self.shard {
            object.labels_mut().insert(SHARD.to_owned(), shard.clone());
        }
        self.api(kind)
            .create(&PostParams::default(), &object)
            .await
            .unwrap()
    }

    /// Creates an object that has no spec from its other fields.
    pub async fn put(&self, kind: &str, name: &str, fields: Value) {
        let object = DynamicObject::new(name, &resource(kind)).data(fields);
        self.api(kind)
            .create(&PostParams::default(), &object)
            .await
            .unwrap();
    }

    /// `GitRepository/repo`: the repository of the story, branch main, looked at when it is asked for.
    pub async fn source(&self) {
        let url = self.url();
        self.create(
            "GitRepository",
            "repo",
            json!({ "interval": "1h", "timeout": "20s", "url": url, "ref": { "branch": "main" } }),
        )
        .await;
    }

    /// A Kustomization of the directory `path` that puts its objects in the namespace of the story; `more` is merged into the spec.
    pub async fn unit(&self, name: &str, path: &str, more: Value) {
        let mut spec = json!({
            "interval": "1h", "retryInterval": "1s", "timeout": "5m", "prune": true, "path": path,
            "sourceRef": { "kind": "GitRepository", "name": "repo" },
            "targetNamespace": self.namespace,
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.create("Kustomization", name, spec).await;
    }

    /// An ImageUpdateAutomation that keeps the markers below `./app` on `main`; `more` is merged into the spec.
    pub async fn automate(&self, name: &str, more: Value) {
        let author = json!({ "name": "Bot", "email": "bot@example.dev" });
        let mut spec = json!({
            "interval": "1h", "sourceRef": { "kind": "GitRepository", "name": "repo" },
            "git": {
                "checkout": { "ref": { "branch": "main" } }, "commit": { "author": author },
                "push": { "branch": "main" },
            },
            "update": { "path": "./app", "strategy": "Setters" },
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        self.create("ImageUpdateAutomation", name, spec).await;
    }

    /// Merges a change into the spec of an object.
    pub async fn change(&self, kind: &str, name: &str, spec: Value) -> DynamicObject {
        self.patch(kind, name, json!({ "spec": spec })).await
    }

    /// A JSON merge patch.
    pub async fn patch(&self, kind: &str, name: &str, patch: Value) -> DynamicObject {
        let params = PatchParams::default();
        self.api(kind)
            .patch(name, &params, &Patch::Merge(&patch))
            .await
            .unwrap()
    }

    /// Asks for a reconcile with this token.
    pub async fn request(&self, kind: &str, name: &str, token: &str) {
        let patch = json!({ "metadata": { "annotations": { REQUESTED_AT: token } } });
        self.patch(kind, name, patch).await;
    }

    /// Asks the source to look at the remote now.
    pub async fn sync(&self, token: &str) {
        self.request("GitRepository", "repo", token).await;
    }

    /// Deletes an object, without waiting.
    pub async fn delete(&self, kind: &str, name: &str) {
        self.api(kind)
            .delete(name, &DeleteParams::default())
            .await
            .unwrap();
    }

    /// The object as it is now.
    pub async fn get(&self, kind: &str, name: &str) -> Option<DynamicObject> {
        self.api(kind).get_opt(name).await.unwrap()
    }

    /// Waits until the object exists and `condition` holds for it as JSON.
    pub async fn wait(
        &self,
        kind: &str,
        name: &str,
        what: &str,
        condition: impl Fn(&Value) -> bool,
    ) -> Value {
        let as_json = |object: &DynamicObject| serde_json::to_value(object).unwrap();
        let holds = |object: Option<&DynamicObject>| {
            object.is_some_and(|object| condition(&as_json(object)))
        };
        let found = testing::wait_for(&self.api(kind), name, what, DEADLINE, holds).await;
        as_json(&found.unwrap().unwrap())
    }

    /// Waits until the object is gone.
    pub async fn gone(&self, kind: &str, name: &str) {
        let gone = |object: Option<&DynamicObject>| object.is_none();
        testing::wait_for(&self.api(kind), name, "gone", DEADLINE, gone)
            .await
            .unwrap();
    }

    /// Waits until a source has stored, or a unit has applied, this revision and is Ready.
    pub async fn ready(&self, kind: &str, name: &str, revision: &str) -> Value {
        self.wait(kind, name, &format!("ready at {revision}"), |object| {
            let status = &object["status"];
            let at = match kind {
                "Kustomization" => &status["lastAppliedRevision"],
                _ => &status["artifact"]["revision"],
            };
            at == revision && ready(object, "True")
        })
        .await
    }

    /// Waits for a condition with this type, status and reason, and returns its message.
    pub async fn condition(&self, kind: &str, name: &str, wanted: (&str, &str, &str)) -> String {
        let what = format!("{}={} with reason {}", wanted.0, wanted.1, wanted.2);
        let object = self
            .wait(kind, name, &what, |object| {
                message(object, wanted).is_some()
            })
            .await;
        message(&object, wanted).unwrap().to_owned()
    }

    /// The texts of the Kubernetes events about an object so far, as `type reason: message`.
    pub async fn events(&self, kind: &str, name: &str) -> Vec<String> {
        let about = format!("involvedObject.kind={kind},involvedObject.name={name}");
        let list = self
            .api("Event")
            .list(&ListParams::default().fields(&about))
            .await
            .unwrap();
        let text = |event: DynamicObject| {
            let field = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {}: {}",
                field("type"),
                field("reason"),
                field("message")
            )
        };
        list.items.into_iter().map(text).collect()
    }

    /// Waits until an event about the object contains this text.
    pub async fn event(&self, kind: &str, name: &str, text: &str) {
        let end = tokio::time::Instant::now() + DEADLINE;
        loop {
            let events = self.events(kind, name).await;
            if events.iter().any(|event| event.contains(text)) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < end,
                "no event about {kind}/{name} says {text:?}; there are: {events:#?}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Whether the Ready condition of the current generation has this status.
pub fn ready(object: &Value, status: &str) -> bool {
    conditions(object).any(|c| c["type"] == "Ready" && c["status"] == status)
}

/// The conditions of an object.
pub fn conditions(object: &Value) -> impl Iterator<Item = &Value> {
    object["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
}

fn message<'a>(object: &'a Value, (kind, status, reason): (&str, &str, &str)) -> Option<&'a str> {
    conditions(object)
        .find(|c| c["type"] == kind && c["status"] == status && c["reason"] == reason)
        .and_then(|c| c["message"].as_str())
}

/// The API resource of a kind that the stories use.
fn resource(kind: &str) -> ApiResource {
    let (group, version, plural) = match kind {
        "GitRepository" => ("source.toolkit.fluxcd.io", "v1", "gitrepositories"),
        "OCIRepository" => ("source.toolkit.fluxcd.io", "v1", "ocirepositories"),
        "HelmRepository" => ("source.toolkit.fluxcd.io", "v1", "helmrepositories"),
        "HelmChart" => ("source.toolkit.fluxcd.io", "v1", "helmcharts"),
        "Kustomization" => ("kustomize.toolkit.fluxcd.io", "v1", "kustomizations"),
        "HelmRelease" => ("helm.toolkit.fluxcd.io", "v2", "helmreleases"),
        "Provider" => ("notification.toolkit.fluxcd.io", "v1beta3", "providers"),
        "Alert" => ("notification.toolkit.fluxcd.io", "v1beta3", "alerts"),
        "Receiver" => ("notification.toolkit.fluxcd.io", "v1", "receivers"),
        "ImageRepository" => ("image.toolkit.fluxcd.io", "v1", "imagerepositories"),
        "ImagePolicy" => ("image.toolkit.fluxcd.io", "v1", "imagepolicies"),
        "ImageUpdateAutomation" => ("image.toolkit.fluxcd.io", "v1", "imageupdateautomations"),
        "ConfigMap" => ("", "v1", "configmaps"),
        "Secret" => ("", "v1", "secrets"),
        "Event" => ("", "v1", "events"),
        "ServiceAccount" => ("", "v1", "serviceaccounts"),
        "Deployment" => ("apps", "v1", "deployments"),
        "Job" => ("batch", "v1", "jobs"),
        "Role" => ("rbac.authorization.k8s.io", "v1", "roles"),
        "RoleBinding" => ("rbac.authorization.k8s.io", "v1", "rolebindings"),
        other => panic!("add {other} to the kinds of the stories"),
    };
    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural)
}
