//! Garbage collection of one object's directory (S8).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ArtifactPath, Store, TEMPORARY_PREFIX, lock};

/// Files looked at in one collection; what lies beyond waits for the next one.
const MAX_FILES: usize = 1000;

/// A temporary file that nobody wrote to for this long has no writer any more.
const ABANDONED: Duration = Duration::from_mins(10);

/// How much of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Artifacts that are not current go when they are older than this.
    pub ttl: Duration,
    /// While more than this many remain, the oldest that is not current goes.
    pub records: usize,
}

/// Names of the files that a collection removed.
pub type Collected = Vec<String>;

struct Candidate {
    path: PathBuf,
    name: String,
    /// Time since the epoch.
    modified: Duration,
}

impl Candidate {
    fn is_temporary(&self) -> bool {
        self.name.starts_with(TEMPORARY_PREFIX)
    }
}

impl Store {
    /// Removes old artifacts beside `current` (S8). `now` is the time since the Unix epoch. The current artifact
    /// stays whatever its age, so one that has just been replaced outlives its replacement by a pass.
    pub fn collect_garbage(
        &self,
        current: &ArtifactPath,
        retention: Retention,
        now: Duration,
    ) -> io::Result<Collected> {
        let directory = self.root.join(current.object().as_str());
        let (mut files, is_current_there) = candidates(&directory, current.file_name())?;
        files.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));

        let artifacts = files.iter().filter(|file| !file.is_temporary()).count();
        let mut kept = artifacts + usize::from(is_current_there);
        let mut removed = Vec::new();
        for file in files {
            let age = now.saturating_sub(file.modified);
            if file.is_temporary() {
                if age > retention.ttl.max(ABANDONED) {
                    remove_with_lock(&file.path)?;
                }
            } else if age > retention.ttl || kept > retention.records {
                remove_with_lock(&file.path)?;
                kept -= 1;
                removed.push(file.name);
            }
        }
        Ok(removed)
    }
}

/// The files that may go, and whether the current one is among those looked at.
fn candidates(directory: &Path, current: &str) -> io::Result<(Vec<Candidate>, bool)> {
    let mut files = Vec::new();
    let mut is_current_there = false;
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((files, false)),
        other => other?,
    };
    for entry in entries.take(MAX_FILES) {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let metadata = match entry.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        if !metadata.is_file() || name.ends_with(lock::SUFFIX) {
            continue;
        }
        if name == current {
            is_current_there = true;
            continue;
        }
        let seconds = u64::try_from(metadata.mtime()).unwrap_or_default();
        let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or_default();
        let modified = Duration::new(seconds, nanoseconds);
        files.push(Candidate {
            path: entry.path(),
            name,
            modified,
        });
    }
    Ok((files, is_current_there))
}

fn remove_with_lock(path: &Path) -> io::Result<()> {
    let mut lock = path.as_os_str().to_owned();
    lock.push(lock::SUFFIX);
    for path in [path, Path::new(&lock)] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
