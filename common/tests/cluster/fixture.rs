//! A namespace of its own on the shared control plane, and short ways to make objects.

use apply::testing::{Recorder, Verb};
use apply::{ApplyFailure, ApplyOptions, ChangeSet, Cluster, Gvk, Object, ObjectRef, Owner};
use common::cluster::KubeCluster;
use serde_json::{Value, json};
use testing::ControlPlane;

pub struct Fixture {
    pub cluster: Recorder<KubeCluster>,
    pub client: kube::Client,
    pub namespace: String,
    pub options: ApplyOptions,
    pub plane: &'static ControlPlane,
}

pub fn owner() -> Owner {
    Owner {
        field_manager: "kustomize-controller".into(),
        group: "kustomize.toolkit.fluxcd.io".into(),
    }
}

impl Fixture {
    pub async fn new(prefix: &str) -> Self {
        let plane = ControlPlane::shared().await;
        let client = plane.client().await;
        Self {
            cluster: Recorder::new(KubeCluster::new(client.clone())),
            client,
            namespace: plane.namespace(prefix).await,
            options: ApplyOptions::for_owner(&owner(), &[]),
            plane,
        }
    }

    /// A desired object in the namespace of the fixture, with the owner labels of unit `unit`.
    pub fn object(&self, mut value: Value) -> Object {
        if value["metadata"].get("namespace").is_none() {
            value["metadata"]["namespace"] = json!(self.namespace);
        }
        self.cluster_object(value)
    }

    pub fn cluster_object(&self, value: Value) -> Object {
        let mut object = Object::new(value).unwrap();
        owner().mark(&mut object, "unit", &self.namespace);
        object
    }

    pub fn config(&self, name: &str, data: Value) -> Object {
        self.object(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data
        }))
    }

    pub async fn apply(&self, objects: Vec<Object>) -> Result<ChangeSet, ApplyFailure> {
        apply::apply_all(&self.cluster, objects, &self.options).await
    }

    /// Applies, and gives the lines of the change set.
    pub async fn lines(&self, objects: Vec<Object>) -> Vec<String> {
        let changes = self
            .apply(objects)
            .await
            .unwrap_or_else(|failure| panic!("{failure}"));
        changes
            .changes
            .iter()
            .map(|change| self.short(&change.to_string()))
            .collect()
    }

    /// A text in which the namespace of the fixture reads `ns`.
    pub fn short(&self, text: &str) -> String {
        text.replace(&self.namespace, "ns")
    }

    /// The requests since the last call, counted by verb.
    pub fn counts(&self) -> Vec<(Verb, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for request in self.cluster.take() {
            *counts.entry(request.verb).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }

    pub fn target(&self, api_version: &str, kind: &str, name: &str) -> ObjectRef {
        ObjectRef {
            gvk: Gvk::new(api_version, kind),
            namespace: self.namespace.clone(),
            name: name.to_owned(),
        }
    }

    pub async fn get(&self, api_version: &str, kind: &str, name: &str) -> Object {
        let target = self.target(api_version, kind, name);
        self.cluster.inner().get(&target).await.unwrap()
    }

    pub async fn exists(&self, api_version: &str, kind: &str, name: &str) -> bool {
        let target = self.target(api_version, kind, name);
        match self.cluster.inner().get(&target).await {
            Ok(live) => !live.is_terminating(),
            Err(error) if error.is_not_found() => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// A merge patch by another field manager, as an editor or a controller would send it.
    pub async fn edit(
        &self,
        api_version: &str,
        kind: &str,
        name: &str,
        manager: &str,
        patch: Value,
    ) {
        use kube::api::{Patch, PatchParams};
        let api = self.api(api_version, kind);
        let params = PatchParams {
            field_manager: Some(manager.into()),
            ..PatchParams::default()
        };
        api.patch(name, &params, &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// A server-side apply by another field manager.
    pub async fn apply_as(&self, manager: &str, value: Value) {
        use kube::api::{Patch, PatchParams};
        let object = self.object(value);
        let api = self.api(object.api_version(), object.kind());
        let params = PatchParams::apply(manager).force();
        let mut value = object.as_value().clone();
        value["metadata"].as_object_mut().unwrap().remove("labels");
        api.patch(object.name(), &params, &Patch::Apply(value))
            .await
            .unwrap();
    }

    pub fn api(&self, api_version: &str, kind: &str) -> kube::Api<kube::api::DynamicObject> {
        let gvk = Gvk::new(api_version, kind);
        let gvk = kube::api::GroupVersionKind::gvk(&gvk.group, &gvk.version, &gvk.kind);
        let resource = kube::api::ApiResource::from_gvk(&gvk);
        kube::Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }
}
