//! The tags of images, on disk (section 3.2).
//!
//! One small file for each image or object, written whole under a temporary name, synced and renamed: killed at any
//! instruction, the next start finds the old tags or the new ones. What cannot be read counts as not there, and is
//! scanned anew.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

use artifact::Algorithm;
use common::object::ObjectKey;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The folder below the storage path.
const FOLDER: &str = "tags";

/// How names of unfinished files end.
const UNFINISHED: &str = ".tmp";

/// What tags belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The image, so that objects with the same image share them, and nobody removes them (R13).
    ByImage,
    /// The object, with which they go: the gate `FluxStorage`.
    ByObject,
}

/// The tags of one image or object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

/// The tags of all images; clones share them.
#[derive(Debug, Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    keeping: Keeping,
    /// Counts what was written, for those who wait for tags.
    written: watch::Sender<u64>,
}

/// A file of tags.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// What they belong to; the name of the file is its digest.
    name: String,
    /// In the order that they were given in.
    tags: Vec<String>,
}

impl Database {
    /// Opens the database below this path, and removes what an earlier process left unfinished.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(path: &Path, keeping: Keeping) -> io::Result<Self> {
        let folder = path.join(FOLDER);
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            }
        }
        let shared = Shared {
            folder,
            keeping,
            written: watch::Sender::new(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// What tags belong to.
    pub fn keeping(&self) -> Keeping {
        self.shared.keeping
    }

    /// The key of an ImageRepository whose image has this canonical name.
    pub fn key(&self, object: &ObjectKey, image: &str) -> Key {
        Key(match self.shared.keeping {
            Keeping::ByImage => image.to_owned(),
            Keeping::ByObject => object.to_string(),
        })
    }

    /// The tags as they were given; none when there are none, or they cannot be made sense of.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub async fn tags(&self, key: &Key) -> io::Result<Vec<String>> {
        let (path, name) = (self.path(key), key.0.clone());
        blocking(move || {
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            match serde_json::from_slice::<Entry>(&bytes) {
                Ok(entry) if entry.name == name => Ok(entry.tags),
                _ => {
                    tracing::warn!(image = name, "stored tags are damaged, they count as none");
                    Ok(Vec::new())
                }
            }
        })
        .await
    }

    /// Replaces the tags, and wakes those who wait for some.
    ///
    /// # Errors
    /// When they cannot be written; the old ones stay.
    pub async fn set(&self, key: &Key, tags: Vec<String>) -> io::Result<()> {
        let (path, name) = (self.path(key), key.0.clone());
        let folder = self.shared.folder.clone();
        blocking(move || {
            let bytes = serde_json::to_vec(&Entry { name, tags })?;
            if fs::read(&path).is_ok_and(|stored| stored == bytes) {
                return Ok(());
            }
            let mut file = tempfile::Builder::new()
                .suffix(UNFINISHED)
                .tempfile_in(&folder)?;
            file.write_all(&bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error)?;
            fs::File::open(&folder)?.sync_all()
        })
        .await?;
        self.shared.written.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Forgets the tags.
    ///
    /// # Errors
    /// When they are there and cannot be removed.
    pub async fn remove(&self, key: &Key) -> io::Result<()> {
        let path = self.path(key);
        blocking(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }

    /// Waits until there are tags; for as long as it takes.
    ///
    /// # Errors
    /// As [`Database::tags`].
    pub async fn wait(&self, key: &Key) -> io::Result<Vec<String>> {
        let mut written = self.shared.written.subscribe();
        loop {
            let tags = self.tags(key).await?;
            if !tags.is_empty() {
                return Ok(tags);
            }
            // The sender lives as long as the database.
            let _ = written.changed().await;
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        let digest = Algorithm::Sha256.digest(key.0.as_bytes());
        self.shared.folder.join(format!("{}.json", digest.hex()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Runs what touches the disk where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: (&str, &str) = ("ns", "app");

    fn open(dir: &Path, keeping: Keeping) -> (Database, Key) {
        let database = Database::open(dir, keeping).unwrap();
        let key = database.key(&ObjectKey::new(OBJECT.0, OBJECT.1), "ghcr.io/org/app");
        (database, key)
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    #[tokio::test]
    async fn tags_survive_a_restart_and_unfinished_files_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let (database, key) = open(dir.path(), Keeping::ByImage);
        assert!(database.tags(&key).await.unwrap().is_empty());
        database.set(&key, tags(&["b", "a"])).await.unwrap();
        drop(database);
        // What a process leaves that is killed between two instructions.
        let unfinished = dir.path().join(FOLDER).join("x.tmp");
        fs::write(&unfinished, "{\"name\": \"ghcr").unwrap();
        let (database, key) = open(dir.path(), Keeping::ByImage);
        assert_eq!(database.tags(&key).await.unwrap(), tags(&["b", "a"]));
        assert!(!unfinished.exists());
    }

    #[tokio::test]
    async fn damaged_files_count_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let (database, key) = open(dir.path(), Keeping::ByImage);
        for damage in ["", "{", "{\"name\": \"other\", \"tags\": [\"a\"]}"] {
            fs::write(database.path(&key), damage).unwrap();
            assert!(database.tags(&key).await.unwrap().is_empty(), "{damage}");
        }
        database.set(&key, tags(&["a"])).await.unwrap();
        assert_eq!(database.tags(&key).await.unwrap(), tags(&["a"]));
    }

    #[tokio::test]
    async fn r13_objects_share_the_tags_of_an_image_unless_they_are_kept_by_object() {
        let dir = tempfile::tempdir().unwrap();
        let other = ObjectKey::new("ns", "other");
        for (keeping, shared) in [(Keeping::ByImage, true), (Keeping::ByObject, false)] {
            let (database, key) = open(dir.path(), keeping);
            database.set(&key, tags(&["a"])).await.unwrap();
            let theirs = database.key(&other, "ghcr.io/org/app");
            assert_eq!(!database.tags(&theirs).await.unwrap().is_empty(), shared);
            database.remove(&key).await.unwrap();
            database.remove(&key).await.unwrap();
            assert!(database.tags(&key).await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn whoever_waits_for_tags_is_woken() {
        let dir = tempfile::tempdir().unwrap();
        let (database, key) = open(dir.path(), Keeping::ByImage);
        let waiting = tokio::spawn({
            let (database, key) = (database.clone(), key.clone());
            async move { database.wait(&key).await }
        });
        database.set(&key, tags(&[])).await.unwrap();
        database.set(&key, tags(&["a"])).await.unwrap();
        assert_eq!(waiting.await.unwrap().unwrap(), tags(&["a"]));
    }
}
