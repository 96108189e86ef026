//! The storage as reconcilers see it: artifacts of objects, with addresses and digests.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use artifact::store::{ArtifactPath, Lock, ObjectDir, Retention, Store, Stored, Verification};
use artifact::{Algorithm, Digest};
use crds::meta::Artifact;
use jiff::Timestamp;

use crate::advertise::Advertised;

/// A file written less than this ago may be written again without its times moving.
const GRAIN: Duration = Duration::from_secs(2);

/// The artifacts of this controller. Clones share it.
#[derive(Debug, Clone)]
pub struct Storage {
    store: Store,
    advertised: Advertised,
    algorithm: Algorithm,
    retention: Retention,
    verified: Arc<Mutex<HashMap<ArtifactPath, Verified>>>,
}

/// A file that was found intact, as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verified {
    digest: Digest,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

/// Why an advertised artifact cannot be used (R5).
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// There is no such file.
    #[error("artifact is not in storage")]
    Missing,
    /// The status does not say what it should hash to.
    #[error("{0}")]
    NoDigest(String),
    /// The file is another one.
    #[error("computed digest '{actual}' doesn't match '{expected}'")]
    Mismatch {
        /// From the status.
        expected: Digest,
        /// Of the file.
        actual: Digest,
    },
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
}

impl Storage {
    /// A storage in an existing directory.
    pub fn new(
        store: Store,
        advertised: Advertised,
        algorithm: Algorithm,
        retention: Retention,
    ) -> Self {
        Self {
            store,
            advertised,
            algorithm,
            retention,
            verified: Arc::default(),
        }
    }

    /// Where an artifact lies on disk.
    pub fn local_path(&self, path: &ArtifactPath) -> PathBuf {
        self.store.local_path(path)
    }

    /// Whether there is such an artifact.
    pub fn contains(&self, path: &ArtifactPath) -> bool {
        self.store.contains(path)
    }

    /// The directory that is served.
    pub fn root(&self) -> &Path {
        self.store.root()
    }

    /// The address of an artifact (S1).
    pub fn url(&self, path: &ArtifactPath) -> String {
        self.advertised.artifact_url(path)
    }

    /// The address of a stable link (S1).
    pub fn link_url(&self, link: &ArtifactPath) -> String {
        self.advertised.link_url(link)
    }

    /// Makes the link of this name lead to an artifact of the same object (S2), and gives its address.
    pub fn link(&self, artifact: &ArtifactPath, name: &str) -> io::Result<String> {
        let link = artifact
            .object()
            .file(name)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.store.link(artifact, &link)?;
        Ok(self.link_url(&link))
    }

    /// The path of an advertised artifact, if it belongs to the object.
    pub fn path_of(&self, object: &ObjectDir, artifact: &Artifact) -> Option<ArtifactPath> {
        ArtifactPath::parse(&artifact.path)
            .ok()
            .filter(|path| path.object() == *object)
    }

    /// Whether the advertised artifact is there and unchanged (R5).
    ///
    /// The file is hashed the first time it is seen, and again whenever its inode, size or change time moved.
    pub fn verify(&self, path: &ArtifactPath, digest: &str) -> Result<(), Damage> {
        let expected = Digest::parse(digest).map_err(|error| {
            Damage::NoDigest(format!(
                "failed to parse artifact digest '{digest}': {error}"
            ))
        })?;
        let before = self.look(path, &expected)?;
        if self.known().get(path) == Some(&before) {
            return Ok(());
        }
        match self.store.verify(path, &expected)? {
            Verification::Missing => Err(Damage::Missing),
            Verification::Mismatch { actual } => Err(Damage::Mismatch { expected, actual }),
            Verification::Intact => {
                let changed = Duration::new(
                    u64::try_from(before.changed.0).unwrap_or_default(),
                    u32::try_from(before.changed.1).unwrap_or_default(),
                );
                if now().saturating_sub(changed) > GRAIN && self.look(path, &expected)? == before {
                    self.known().insert(path.clone(), before);
                }
                Ok(())
            }
        }
    }

    /// Removes old artifacts of the object (S8), and tells how many.
    pub fn collect_garbage(&self, current: &ArtifactPath) -> io::Result<usize> {
        let removed = self.store.collect_garbage(current, self.retention, now())?;
        if !removed.is_empty() {
            let object = current.object();
            self.known()
                .retain(|path, _| path == current || path.object() != object);
        }
        Ok(removed.len())
    }

    /// Removes one artifact.
    pub fn remove(&self, path: &ArtifactPath) -> io::Result<()> {
        self.known().remove(path);
        self.store.remove(path)
    }

    /// Removes everything of an object (R2), and tells whether there was anything.
    pub fn remove_object(&self, object: &ObjectDir) -> io::Result<bool> {
        self.known().retain(|path, _| path.object() != *object);
        self.store.remove_object(object)
    }

    /// Makes the directory of an artifact.
    pub fn make_directory(&self, path: &ArtifactPath) -> io::Result<()> {
        self.store.make_directory(path)
    }

    /// Takes the lock of an artifact; blocks.
    pub fn lock(&self, path: &ArtifactPath) -> io::Result<Lock> {
        self.store.lock(path)
    }

    /// Opens an artifact for reading.
    pub fn read(&self, path: &ArtifactPath) -> io::Result<std::fs::File> {
        self.store.read(path)
    }

    /// Writes an artifact (S6), and gives what the status says of it.
    pub fn write<E: From<io::Error>>(
        &self,
        path: &ArtifactPath,
        revision: String,
        content: impl FnOnce(&mut dyn io::Write) -> Result<(), E>,
    ) -> Result<Artifact, E> {
        let (Stored { digest, size }, ()) = self.store.write(path, self.algorithm, content)?;
        Ok(Artifact {
            path: path.to_string(),
            url: self.url(path),
            revision,
            digest: digest.to_string(),
            last_update_time: crds::meta::Time(Timestamp::now()),
            size: i64::try_from(size).ok(),
            ..Artifact::default()
        })
    }

    /// The file as it is now, as if it had the digest.
    fn look(&self, path: &ArtifactPath, digest: &Digest) -> Result<Verified, Damage> {
        let found = match std::fs::symlink_metadata(self.store.local_path(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Damage::Missing),
            other => other?,
        };
        if !found.is_file() {
            return Err(Damage::Missing);
        }
        Ok(Verified {
            digest: digest.clone(),
            inode: found.ino(),
            size: found.len(),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<ArtifactPath, Verified>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Time since the Unix epoch.
fn now() -> Duration {
    Duration::try_from(Timestamp::now().duration_since(Timestamp::UNIX_EPOCH)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn storage(directory: &Path) -> Storage {
        let store = Store::open(directory).unwrap();
        let advertised = Advertised::new("localhost", ":1", None).unwrap();
        let retention = Retention {
            ttl: Duration::ZERO,
            records: 1,
        };
        Storage::new(store, advertised, Algorithm::Sha256, retention)
    }

    fn publish(storage: &Storage, name: &str) -> (ArtifactPath, Artifact) {
        let object = ObjectDir::new("GitRepository", "ns", "r").unwrap();
        let path = object.file(name).unwrap();
        storage.make_directory(&path).unwrap();
        let artifact = storage
            .write(&path, name.to_owned(), |out| out.write_all(name.as_bytes()))
            .unwrap();
        (path, artifact)
    }

    /// Makes the file look as if it was written long ago.
    fn settle(storage: &Storage, path: &ArtifactPath, artifact: &Artifact) {
        let digest = Digest::parse(&artifact.digest).unwrap();
        let found = storage.look(path, &digest).unwrap();
        storage.known().insert(path.clone(), found);
    }

    #[test]
    fn r5_a_file_is_hashed_again_when_it_was_touched() {
        let directory = tempfile::tempdir().unwrap();
        let storage = storage(directory.path());
        let (path, artifact) = publish(&storage, "a");
        storage.verify(&path, &artifact.digest).unwrap();
        assert!(
            storage.known().is_empty(),
            "just written, so it may be written again unseen"
        );
        settle(&storage, &path, &artifact);
        storage.verify(&path, &artifact.digest).unwrap();
        fs::write(storage.store.local_path(&path), "b").unwrap();
        let damage = storage.verify(&path, &artifact.digest).unwrap_err();
        assert!(matches!(damage, Damage::Mismatch { .. }), "{damage}");
        fs::remove_file(storage.store.local_path(&path)).unwrap();
        assert!(matches!(
            storage.verify(&path, &artifact.digest),
            Err(Damage::Missing)
        ));
        assert!(matches!(
            storage.verify(&path, "md5:0"),
            Err(Damage::NoDigest(_))
        ));
    }

    #[test]
    fn nothing_is_remembered_of_what_was_removed() {
        let directory = tempfile::tempdir().unwrap();
        let storage = storage(directory.path());
        let (old, old_artifact) = publish(&storage, "old");
        let (new, new_artifact) = publish(&storage, "new");
        settle(&storage, &old, &old_artifact);
        settle(&storage, &new, &new_artifact);
        assert_eq!(storage.collect_garbage(&new).unwrap(), 1);
        assert_eq!(storage.known().len(), 1);
        assert!(storage.remove_object(&new.object()).unwrap());
        assert!(storage.known().is_empty());
    }
}
