//! Where objects say what they have published.

use artifact::store::ObjectDir;
use common::object::Object;
use crds::meta::Artifact;
use crds::source::{GitRepository, HelmChart, HelmRepository, OciRepository};

use super::StorageError;

/// Whose objects publish artifacts.
pub trait Published: Object {
    /// The name of the link to the newest artifact, for kinds that have one (S1).
    const LINK: Option<&'static str>;

    /// The artifact in the status.
    fn artifact(&self) -> Option<&Artifact>;

    /// The artifact in the status, to be changed.
    fn artifact_mut(&mut self) -> &mut Option<Artifact>;

    /// The address in the status that stays the same from revision to revision, for kinds that have a link.
    fn url_mut(&mut self) -> Option<&mut Option<String>>;

    /// The directory of the object's artifacts (S1).
    fn directory(&self) -> Result<ObjectDir, StorageError> {
        let key = self.key();
        Ok(ObjectDir::new(&Self::kind(&()), &key.namespace, &key.name)?)
    }
}

/// The fields lie in the same places of every status.
macro_rules! published {
    ($kind:ident, $link:expr, |$status:pat_param| $url:expr) => {
        impl Published for $kind {
            const LINK: Option<&'static str> = $link;

            fn artifact(&self) -> Option<&Artifact> {
                self.status.artifact.as_ref()
            }

            fn artifact_mut(&mut self) -> &mut Option<Artifact> {
                &mut self.status.artifact
            }

            fn url_mut(&mut self) -> Option<&mut Option<String>> {
                let $status = &mut self.status;
                $url
            }
        }
    };
}

published!(GitRepository, None, |_| None);
published!(OciRepository, Some("latest.tar.gz"), |it| Some(&mut it.url));
published!(HelmRepository, Some("index.yaml"), |it| Some(&mut it.url));
published!(HelmChart, Some("latest.tar.gz"), |it| Some(&mut it.url));
