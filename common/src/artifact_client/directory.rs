//! Directories that vanish with their owner, and those of processes that vanished first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "sluice-artifacts-";
const LOCK: &str = "lock";

/// The cache directory of this process. A lock in it is held as long as the process lives, so that the next one can tell
/// what was left behind by a kill.
#[derive(Debug)]
pub(super) struct ProcessDirectory {
    path: PathBuf,
    _lock: File,
}

impl ProcessDirectory {
    /// Makes one below `parent`, and removes those that no process holds.
    pub fn create(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        remove_abandoned(parent)?;
        let path = parent.join(format!("{PREFIX}{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&path)?;
        let lock = File::create(path.join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self { path, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new empty directory in it.
    pub fn scratch(&self) -> io::Result<Scratch> {
        let path = self
            .path
            .join(format!("new-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&path)?;
        Ok(Scratch { path: Some(path) })
    }
}

impl Drop for ProcessDirectory {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove_abandoned(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let abandoned = match File::open(entry.path().join(LOCK)) {
            Ok(lock) => match lock.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => false,
                Err(TryLockError::Error(error)) => return Err(error),
            },
            // Another process may be between making its directory and its lock.
            Err(_) => false,
        };
        if abandoned {
            remove(&entry.path());
        }
    }
    Ok(())
}

/// A directory that is removed unless it is kept.
#[derive(Debug)]
pub(super) struct Scratch {
    path: Option<PathBuf>,
}

impl Scratch {
    /// Gives the whole directory its final name at once.
    pub fn persist(mut self, name: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, name)?;
        }
        self.path = None;
        Ok(())
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            remove(path);
        }
    }
}

/// Removes a directory; what cannot be removed is left to the next process.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_dir_all(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "failed to remove a cached artifact");
    }
}
