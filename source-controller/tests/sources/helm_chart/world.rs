//! A server of files beside the controllers, and charts for it.

use std::ops::Deref;

use crds::meta::Artifact;
use crds::source::{HelmChart, HelmRepository};
use helm::chart::{Chart, Package};
use serde_json::{Value, json};
use testing::http::Files;

use crate::oci_repository::world::tarball;
use crate::plane::{Kind, Plane, merge};

/// Everything around one test.
pub struct World {
    plane: Plane,
    pub files: Files,
}

impl Deref for World {
    type Target = Plane;

    fn deref(&self) -> &Plane {
        &self.plane
    }
}

impl World {
    pub async fn new() -> Self {
        Self {
            files: Files::start().await.unwrap(),
            plane: Plane::new().await,
        }
    }

    /// Puts charts and their index on the server.
    pub fn publish(&self, versions: &[&str]) {
        let mut index = "apiVersion: v1\nentries:\n  app:\n".to_owned();
        for version in versions {
            self.files
                .put(&format!("/app-{version}.tgz"), chart("app", version, &[]));
            let entry = format!(
                "  - {{name: app, version: {version}, apiVersion: v2, urls: [app-{version}.tgz]}}\n"
            );
            index.push_str(&entry);
        }
        self.files.put("/index.yaml", index);
    }

    /// Creates the HelmRepository `charts` for the server, with more fields, and waits for it.
    pub async fn repository(&self, more: Value) {
        let mut spec = json!({ "url": self.files.url(), "interval": "1h" });
        merge(&mut spec, more);
        self.plane.create::<HelmRepository>("charts", spec).await;
        self.plane.wait_ready::<HelmRepository>("charts").await;
    }

    /// Creates a chart of it, with more fields of the spec.
    pub async fn create(&self, name: &str, more: Value) {
        let mut spec = json!({
            "chart": "app",
            "interval": "1h",
            "sourceRef": { "kind": "HelmRepository", "name": "charts" },
        });
        merge(&mut spec, more);
        self.plane.create::<HelmChart>(name, spec).await;
    }

    pub async fn change(&self, name: &str, spec: Value) {
        self.plane.change::<HelmChart>(name, spec).await;
    }

    pub async fn reconcile(&self, name: &str, token: &str) -> HelmChart {
        self.plane.reconcile(name, token).await
    }

    pub async fn wait_ready(&self, name: &str) -> HelmChart {
        self.plane.wait_ready(name).await
    }

    pub async fn create_of<K: Kind>(&self, name: &str, spec: Value) {
        self.plane.create::<K>(name, spec).await;
    }

    pub async fn change_of<K: Kind>(&self, name: &str, spec: Value) {
        self.plane.change::<K>(name, spec).await;
    }

    pub async fn reconcile_of<K: Kind>(&self, name: &str, token: &str) -> K {
        self.plane.reconcile(name, token).await
    }

    pub async fn wait_ready_of<K: Kind>(&self, name: &str) -> K {
        self.plane.wait_ready(name).await
    }

    pub async fn wait_failed(&self, name: &str, reason: &str) -> HelmChart {
        self.plane.wait_failed(name, reason).await
    }

    /// The published chart, as Helm would load it.
    pub fn load(&self, artifact: &Artifact) -> Chart {
        let bytes = std::fs::read(self.file(artifact)).unwrap();
        Chart::from_archive(&bytes).unwrap().chart
    }

    /// A file of the published chart.
    pub fn text(&self, artifact: &Artifact, file: &str) -> String {
        let bytes = std::fs::read(self.file(artifact)).unwrap();
        let package = Package::from_archive(&bytes).unwrap();
        String::from_utf8(package.file(file).unwrap().to_vec()).unwrap()
    }
}

/// The files of a chart, below a directory of its name.
pub fn files(name: &str, version: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let chart = format!("apiVersion: v2\nname: {name}\nversion: {version}\n");
    let mut files = vec![
        (format!("{name}/Chart.yaml"), chart),
        (
            format!("{name}/values.yaml"),
            "replicas: 1\nimage: {tag: a, name: x}\n".to_owned(),
        ),
        (
            format!("{name}/templates/x.yaml"),
            "x: {{ .Values.replicas }}\n".to_owned(),
        ),
    ];
    for (path, text) in more {
        files.push((format!("{name}/{path}"), (*text).to_owned()));
    }
    files
}

/// The archive of a chart.
pub fn chart(name: &str, version: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let files = files(name, version, more);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (&**path, &**text))
        .collect();
    tarball(&files)
}
