//! A git server beside the controllers.

use std::ops::{Deref, DerefMut};

use common::kube::Api;
use crds::source::GitRepository;
use serde_json::{Value, json};
use testing::git::{Auth, Repository, Server, Transport};

use crate::plane::{Plane, merge};

pub use crate::plane::{PATIENCE, find, is, says};

/// Everything around one test.
pub struct World {
    plane: Plane,
    pub git: Server,
    pub repository: Repository,
}

impl Deref for World {
    type Target = Plane;

    fn deref(&self) -> &Plane {
        &self.plane
    }
}

impl DerefMut for World {
    fn deref_mut(&mut self) -> &mut Plane {
        &mut self.plane
    }
}

impl World {
    /// A world with an empty repository and running controllers.
    pub async fn new() -> Self {
        Self::with(Transport::Http, Auth::None).await
    }

    pub async fn with(transport: Transport, auth: Auth) -> Self {
        let git = Server::start_with(transport, auth).await.unwrap();
        Self {
            plane: Plane::new().await,
            repository: git.create("r").unwrap(),
            git,
        }
    }

    /// Adds files to `main` of the test's repository; the commit comes back.
    pub fn commit(&self, files: &[(&str, impl AsRef<str>)]) -> String {
        let mut commit = self.repository.commit("main");
        for (path, text) in files {
            commit = commit.file(path, text.as_ref());
        }
        commit.write().unwrap()
    }

    /// Deletes an object, without waiting.
    pub async fn delete(&self, name: &str) {
        self.plane.delete::<GitRepository>(name).await;
    }

    pub fn api(&self) -> Api<GitRepository> {
        self.plane.api()
    }

    /// Creates an object that follows `main` of the test's repository, with more fields of the spec.
    pub async fn create(&self, name: &str, more: Value) {
        let mut spec =
            json!({ "url": self.git.url("r"), "interval": "1h", "ref": { "branch": "main" } });
        merge(&mut spec, more);
        self.plane.create::<GitRepository>(name, spec).await;
    }

    pub async fn change(&self, name: &str, spec: Value) {
        self.plane.change::<GitRepository>(name, spec).await;
    }

    pub async fn merge(&self, name: &str, patch: Value) {
        self.plane.merge::<GitRepository>(name, patch).await;
    }

    pub async fn reconcile(&self, name: &str, token: &str) -> GitRepository {
        self.plane.reconcile(name, token).await
    }

    pub async fn settled(&self) {
        self.plane.settled().await;
    }

    pub async fn patch_status(&self, name: &str, patch: Value) {
        self.plane.patch_status::<GitRepository>(name, patch).await;
    }

    pub async fn wait(
        &self,
        name: &str,
        what: &str,
        condition: impl Fn(&GitRepository) -> bool,
    ) -> GitRepository {
        self.plane.wait(name, what, condition).await
    }

    pub async fn wait_gone(&self, name: &str) {
        self.plane.wait_gone::<GitRepository>(name).await;
    }

    pub async fn wait_ready(&self, name: &str) -> GitRepository {
        self.plane.wait_ready(name).await
    }

    pub async fn wait_failed(&self, name: &str, reason: &str) -> GitRepository {
        self.plane.wait_failed(name, reason).await
    }
}
