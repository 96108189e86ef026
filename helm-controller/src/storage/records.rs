//! What a storage must be able to do.

use std::collections::BTreeMap;

use apply::ApiError;
use futures::future::BoxFuture;
use helm::release::StoredRelease;

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its labels: name, status and version of the release among them (H16.2).
    pub labels: BTreeMap<String, String>,
    /// The encoded release; empty where only labels were asked for.
    pub payload: Vec<u8>,
    /// Moves with every write.
    pub resource_version: String,
}

impl Record {
    /// The number of the revision.
    pub fn version(&self) -> Option<i64> {
        self.labels.get("version")?.parse().ok()
    }
}

/// What a request gives.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ApiError>>;

/// A storage of records. Each method is one request (a list: one per page).
pub trait Records: Send + Sync {
    /// All records of a release.
    fn list<'a>(&'a self, release: &'a str) -> Answer<'a, Vec<Record>>;

    /// The labels of all records of a release, as they were some moments ago: good enough to see that nothing has moved, not to act on.
    fn list_labels<'a>(&'a self, release: &'a str) -> Answer<'a, Vec<Record>>;

    /// Stores a new record. Gives its resource version.
    fn create<'a>(&'a self, record: &'a StoredRelease) -> Answer<'a, String>;

    /// Puts a record in the place of the one of the same name. Gives its resource version.
    fn update<'a>(&'a self, record: &'a StoredRelease) -> Answer<'a, String>;

    /// Deletes the record of this name.
    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, ()>;
}
