//! A place for temporary files that does not fill up: what a killed process left behind is removed by the next one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// What the directories of this controller begin with.
const PREFIX: &str = "source-controller-";

/// Held for as long as the process lives.
const LOCK: &str = "lock";

/// Seconds after which a process that makes its directory has certainly locked it.
const YOUNG: i64 = 60;

/// A directory of this process alone, removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    directory: tempfile::TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes a directory below `parent`, and removes those of processes that are gone.
    pub fn create(parent: &Path) -> io::Result<Self> {
        // Leftovers that cannot be removed are no reason not to work.
        if let Err(error) = remove_abandoned(parent, Timestamp::now().as_second()) {
            tracing::warn!(%error, "failed to remove temporary files of an earlier process");
        }
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create(directory.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self {
            directory,
            _lock: lock,
        })
    }

    /// The directory.
    pub fn path(&self) -> PathBuf {
        self.directory.path().to_owned()
    }
}

/// `now` is in seconds since the Unix epoch.
fn remove_abandoned(parent: &Path, now: i64) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if !is_ours || !entry.file_type()?.is_dir() {
            continue;
        }
        // One without a lock file is being made this very moment, or was left before it had one: it is empty.
        let Ok(lock) = File::open(entry.path().join(LOCK)) else {
            continue;
        };
        if now - lock.metadata()?.mtime() < YOUNG {
            continue;
        }
        match lock.try_lock() {
            Ok(()) => fs::remove_dir_all(entry.path())?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_of_the_dead_are_removed_and_of_the_living_are_not() {
        let parent = tempfile::tempdir().unwrap();
        let living = Scratch::create(parent.path()).unwrap();
        let dead = parent.path().join("source-controller-dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        fs::write(dead.join("pack"), "rest").unwrap();
        let other = parent.path().join("somebody-else");
        fs::create_dir(&other).unwrap();

        let now = Timestamp::now().as_second();
        remove_abandoned(parent.path(), now).unwrap();
        assert!(dead.exists(), "it may just be starting");
        remove_abandoned(parent.path(), now + YOUNG).unwrap();
        assert!(living.path().exists() && other.exists());
        assert!(!dead.exists());
        let path = living.path();
        drop(living);
        assert!(!path.exists());
    }
}
