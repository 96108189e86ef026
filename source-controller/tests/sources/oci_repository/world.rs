//! A registry beside the controllers.

use std::ops::Deref;

use artifact::{Root, archive};
use crds::source::OciRepository;
use select::ignore::Matcher;
use serde_json::{Value, json};
use testing::Dir;
use testing::registry::{Artifact, Options, Registry};

use crate::plane::{Plane, merge};

/// The type of the layers that the upstream command line pushes.
pub const CONTENT: &str = "application/vnd.cncf.flux.content.v1.tar+gzip";

/// Everything around one test.
pub struct World {
    plane: Plane,
    pub registry: Registry,
}

impl Deref for World {
    type Target = Plane;

    fn deref(&self) -> &Plane {
        &self.plane
    }
}

impl World {
    /// A world with an empty registry for everybody.
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        Self {
            registry: Registry::start_with(options).await.unwrap(),
            plane: Plane::new().await,
        }
    }

    /// Creates an object that follows `latest` of the repository `apps`, with more fields of the spec.
    pub async fn create(&self, name: &str, more: Value) {
        let mut spec = json!({ "url": self.registry.url("apps"), "interval": "1h" });
        merge(&mut spec, more);
        self.plane.create::<OciRepository>(name, spec).await;
    }

    pub async fn change(&self, name: &str, spec: Value) {
        self.plane.change::<OciRepository>(name, spec).await;
    }

    pub async fn reconcile(&self, name: &str, token: &str) -> OciRepository {
        self.plane.reconcile(name, token).await
    }

    pub async fn wait_ready(&self, name: &str) -> OciRepository {
        self.plane.wait_ready(name).await
    }

    pub async fn wait_failed(&self, name: &str, reason: &str) -> OciRepository {
        self.plane.wait_failed(name, reason).await
    }

    /// Pushes files to the repository `apps`, and returns the digest.
    pub async fn push(&self, tag: &str, files: &[(&str, &str)]) -> String {
        let artifact = Artifact::of(CONTENT, tarball(files));
        self.registry.push("apps", tag, &artifact).await.unwrap()
    }
}

/// Files as a compressed tarball.
pub fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
    let directory = Dir::new("layer").unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let root = Root::open(directory.path()).unwrap();
    let mut bytes = Vec::new();
    archive::write(&root, &Matcher::exactly(Vec::new()), 1 << 20, &mut bytes).unwrap();
    bytes
}
