//! Where artifacts lie: one directory per object, files named by revision (S1), written atomically (S6),
//! verified (R5) and collected (S8).

mod garbage;
mod lock;
mod path;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub use garbage::{Collected, Retention};
pub use lock::Lock;
pub use path::{ArtifactPath, ObjectDir, PathError};

use crate::digest::{Algorithm, Digest, Hashing};

/// Temporary files begin with this; no artifact does.
const TEMPORARY_PREFIX: &str = ".tmp-";

/// The storage directory of a controller.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// The directory given is none (S10).
#[derive(Debug, thiserror::Error)]
#[error("storage path {path} is not an existing directory: create it or mount a volume there")]
pub struct OpenError {
    /// The path that was given.
    pub path: PathBuf,
}

/// What was written under an artifact's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Digest of the file.
    pub digest: Digest,
    /// Bytes of the file.
    pub size: u64,
}

/// What a look at a stored file found (R5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// The file is there and has the digest.
    Intact,
    /// There is no regular file.
    Missing,
    /// The file has another digest.
    Mismatch {
        /// The digest that it has.
        actual: Digest,
    },
}

impl Store {
    /// Opens an existing directory as store.
    pub fn open(root: &Path) -> Result<Self, OpenError> {
        if root.is_dir() {
            Ok(Self {
                root: root.to_owned(),
            })
        } else {
            Err(OpenError {
                path: root.to_owned(),
            })
        }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where an artifact lies on disk.
    pub fn local_path(&self, artifact: &ArtifactPath) -> PathBuf {
        self.root.join(artifact.as_str())
    }

    /// Makes the directory that the artifact goes to, private to the process.
    pub fn make_directory(&self, artifact: &ArtifactPath) -> io::Result<()> {
        let directory = self.root.join(artifact.object().as_str());
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
    }

    /// Writes an artifact: `content` fills a temporary file in the same directory, which is synced and renamed
    /// over the artifact's path when it returns `Ok`, and removed otherwise (S6). Readers see the old
    /// file or the new one, never a part.
    pub fn write<T, E>(
        &self,
        artifact: &ArtifactPath,
        algorithm: Algorithm,
        content: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<(Stored, T), E>
    where
        E: From<io::Error>,
    {
        let target = self.local_path(artifact);
        let directory = target.parent().unwrap_or(&self.root);
        let file = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .permissions(fs::Permissions::from_mode(0o600))
            .tempfile_in(directory)?;
        let mut hashing = Hashing::new(io::BufWriter::new(file), algorithm);
        let value = content(&mut hashing)?;
        hashing.flush()?;
        let (digest, size, buffer) = hashing.finish();
        let file = buffer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)?;
        // The rename itself has to survive a crash too.
        File::open(directory)?.sync_all()?;
        Ok((Stored { digest, size }, value))
    }

    /// Whether the artifact is a regular file.
    pub fn contains(&self, artifact: &ArtifactPath) -> bool {
        fs::symlink_metadata(self.local_path(artifact)).is_ok_and(|found| found.is_file())
    }

    /// Hashes the stored file and compares (R5).
    pub fn verify(&self, artifact: &ArtifactPath, expected: &Digest) -> io::Result<Verification> {
        if !self.contains(artifact) {
            return Ok(Verification::Missing);
        }
        let mut file = match File::open(self.local_path(artifact)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Verification::Missing);
            }
            other => other?,
        };
        let mut sink = Hashing::new(io::sink(), expected.algorithm());
        io::copy(&mut file, &mut sink)?;
        let (actual, ..) = sink.finish();
        Ok(if actual == *expected {
            Verification::Intact
        } else {
            Verification::Mismatch { actual }
        })
    }

    /// Opens a stored artifact for reading.
    pub fn read(&self, artifact: &ArtifactPath) -> io::Result<File> {
        File::open(self.local_path(artifact))
    }

    /// Removes one artifact; one that is gone already is fine.
    pub fn remove(&self, artifact: &ArtifactPath) -> io::Result<()> {
        match fs::remove_file(self.local_path(artifact)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Removes everything of an object (R2), and tells whether there was anything.
    pub fn remove_object(&self, object: &ObjectDir) -> io::Result<bool> {
        match fs::remove_dir_all(self.root.join(object.as_str())) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes `link` a symbolic link to an artifact, in one step: readers see the old target or the new one (S2).
    pub fn link(&self, artifact: &ArtifactPath, link: &ArtifactPath) -> io::Result<()> {
        let target = std::path::absolute(self.local_path(artifact))?;
        let path = self.local_path(link);
        let mut temporary = path.clone().into_os_string();
        temporary.push(".tmp");
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::os::unix::fs::symlink(target, &temporary)?;
        fs::rename(&temporary, path)
    }

    /// Takes the lock of an artifact, waiting for whoever holds it (S6).
    pub fn lock(&self, artifact: &ArtifactPath) -> io::Result<Lock> {
        let mut path = self.local_path(artifact).into_os_string();
        path.push(lock::SUFFIX);
        Lock::acquire(Path::new(&path))
    }
}

#[cfg(test)]
mod tests;
