//! A server of files beside the controllers.

use std::ops::Deref;

use crds::source::HelmRepository;
use serde_json::{Value, json};
use testing::http::Files;

use crate::plane::{Plane, merge};

/// An index with a chart and two versions of it.
pub const INDEX: &str = "\
apiVersion: v1
generated: 2020-01-02T03:04:05Z
entries:
  app:
  - {name: app, version: 1.0.0, apiVersion: v2, urls: [app-1.0.0.tgz]}
  - {name: app, version: 1.10.0, apiVersion: v2, urls: [app-1.10.0.tgz]}
";

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
    /// A world with an index.
    pub async fn new() -> Self {
        Self::with(Files::start().await.unwrap()).await
    }

    pub async fn with(files: Files) -> Self {
        files.put("/charts/index.yaml", INDEX);
        Self {
            files,
            plane: Plane::new().await,
        }
    }

    /// Creates an object for the index, with more fields of the spec.
    pub async fn create(&self, name: &str, more: Value) {
        let mut spec = json!({ "url": format!("{}/charts", self.files.url()), "interval": "1h" });
        merge(&mut spec, more);
        self.plane.create::<HelmRepository>(name, spec).await;
    }

    pub async fn change(&self, name: &str, spec: Value) {
        self.plane.change::<HelmRepository>(name, spec).await;
    }

    pub async fn reconcile(&self, name: &str, token: &str) -> HelmRepository {
        self.plane.reconcile(name, token).await
    }

    pub async fn wait_ready(&self, name: &str) -> HelmRepository {
        self.plane.wait_ready(name).await
    }

    pub async fn wait_failed(&self, name: &str, reason: &str) -> HelmRepository {
        self.plane.wait_failed(name, reason).await
    }
}
