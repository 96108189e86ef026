//! What the kinds of this controller share: each ends its passes with an artifact in storage.
//!
//! - [`Publisher`]: what a kind tells about itself.
//! - [`conditions`]: the condition types that all of them have (K7).
//! - [`storage`]: the first step of each, and the clean-up at the end of an object (R2, R5).
//! - [`announce`]: a new revision is told before it is archived (R6).
//! - [`archive`]: a tree of files becomes an artifact (section 4, section 5).
//! - [`cosign`]: signatures of OCI artifacts (O6).
//! - [`notify`]: the success event (E3, E4).
//! - [`secrets`]: certificates, proxies and pull secrets (section 12).
//! - [`fault`]: what can go wrong with any of it.

pub mod announce;
pub mod archive;
pub mod background;
pub mod conditions;
pub mod cosign;
pub mod fault;
pub mod notify;
mod options;
pub mod storage;

pub use common::secrets;

use artifact::store::{ArtifactPath, ObjectDir};
use common::object::Object;
use common::reconcile::{Flow, Reconciler, Stop};
use crds::meta::Artifact;
use crds::source::{GitRepository, HelmChart, HelmRepository, OciRepository};

pub use self::background::background;
pub use self::fault::StorageError;
pub use self::options::{Budget, Options};
use crate::storage::Storage;

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "source-controller";

/// Success of a step that leaves the rest to do.
pub const NEXT: Result<Flow, Stop> = Ok(Flow::Next);

/// Whose objects publish artifacts.
pub trait Published: Object {
    /// The artifact in the status.
    fn artifact(&self) -> Option<&Artifact>;

    /// The artifact in the status, to be changed.
    fn artifact_mut(&mut self) -> &mut Option<Artifact>;

    /// The address in the status that stays the same from revision to revision, for kinds that have one.
    fn url_mut(&mut self) -> Option<&mut Option<String>> {
        None
    }

    /// The name of the link to the newest artifact, for kinds that have one (S1).
    const LINK: Option<&'static str> = None;

    /// The directory of the object's artifacts (S1).
    fn directory(&self) -> Result<ObjectDir, StorageError> {
        let key = self.key();
        Ok(ObjectDir::new(&Self::kind(&()), &key.namespace, &key.name)?)
    }
}

/// Publishes to a storage.
pub trait Publisher: Reconciler<Object: Published> {
    /// Where to.
    fn storage(&self) -> &Storage;
}

impl Published for GitRepository {
    fn artifact(&self) -> Option<&Artifact> {
        self.status.artifact.as_ref()
    }

    fn artifact_mut(&mut self) -> &mut Option<Artifact> {
        &mut self.status.artifact
    }
}

impl Published for OciRepository {
    fn artifact(&self) -> Option<&Artifact> {
        self.status.artifact.as_ref()
    }

    fn artifact_mut(&mut self) -> &mut Option<Artifact> {
        &mut self.status.artifact
    }

    fn url_mut(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.status.url)
    }

    const LINK: Option<&'static str> = Some("latest.tar.gz");
}

impl Published for HelmRepository {
    fn artifact(&self) -> Option<&Artifact> {
        self.status.artifact.as_ref()
    }

    fn artifact_mut(&mut self) -> &mut Option<Artifact> {
        &mut self.status.artifact
    }

    fn url_mut(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.status.url)
    }

    const LINK: Option<&'static str> = Some("index.yaml");
}

impl Published for HelmChart {
    fn artifact(&self) -> Option<&Artifact> {
        self.status.artifact.as_ref()
    }

    fn artifact_mut(&mut self) -> &mut Option<Artifact> {
        &mut self.status.artifact
    }

    fn url_mut(&mut self) -> Option<&mut Option<String>> {
        Some(&mut self.status.url)
    }

    const LINK: Option<&'static str> = Some("latest.tar.gz");
}

/// Moves the stable link to a new artifact, as far as that works (S2), and notes its address.
pub fn link<R: Publisher>(
    publisher: &R,
    pass: &mut common::reconcile::Pass<R>,
    artifact: &ArtifactPath,
) {
    let Some(name) = <R::Object as Published>::LINK else {
        return;
    };
    match publisher.storage().link(artifact, name) {
        Ok(url) => {
            if let Some(status) = pass.object.url_mut() {
                *status = Some(url);
            }
        }
        Err(error) => {
            let message = format!("failed to update status URL symlink: {error}");
            let reason = crds::source::well_known::reason::SYMLINK_UPDATE_FAILED;
            pass.event(common::reconcile::Notice::Trace, reason, &message, &[]);
        }
    }
}
