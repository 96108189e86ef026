//! The revisions of one release.

use std::collections::BTreeMap;
use std::sync::Arc;

use helm::release::{Release, Status, Written as Stored};
use jiff::Timestamp;

use super::StorageError;
use super::records::{Record, Records};
use super::secrets::exists;
use crate::snapshot::observe::Written;

/// The stored revisions of a release, as of the last list and what was written since.
pub struct History {
    records: Arc<dyn Records>,
    name: String,
    revisions: BTreeMap<i64, Revision>,
    resource_versions: BTreeMap<i64, String>,
    written: Written,
}

enum Revision {
    Encoded(Box<Record>),
    Decoded(Arc<Release>),
}

impl History {
    /// Lists the revisions of the release `name`.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn list(records: Arc<dyn Records>, name: &str) -> Result<Self, StorageError> {
        let found = records.list(name).await.map_err(StorageError::List)?;
        let mut revisions = BTreeMap::new();
        let mut resource_versions = BTreeMap::new();
        for record in found {
            let Some(version) = record.version() else {
                tracing::warn!(release = name, "a release record has no version");
                continue;
            };
            resource_versions.insert(version, record.resource_version.clone());
            revisions.insert(version, Revision::Encoded(Box::new(record)));
        }
        Ok(Self {
            records,
            name: name.to_owned(),
            revisions,
            resource_versions,
            written: Written::new(),
        })
    }

    /// The name of the release.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The newest revision. Records that nobody can read are passed over, as Helm does.
    pub fn last(&mut self) -> Option<Arc<Release>> {
        let versions: Vec<i64> = self.revisions.keys().rev().copied().collect();
        versions.into_iter().find_map(|version| self.get(version))
    }

    /// One revision.
    pub fn get(&mut self, version: i64) -> Option<Arc<Release>> {
        let revision = self.revisions.get_mut(&version)?;
        if let Revision::Encoded(record) = revision {
            match Release::from_stored(&record.payload, &record.labels) {
                Ok(release) => *revision = Revision::Decoded(Arc::new(release)),
                Err(error) => {
                    tracing::warn!(release = self.name, version, %error, "failed to decode a release record");
                    self.revisions.remove(&version);
                    return None;
                }
            }
        }
        match self.revisions.get(&version)? {
            Revision::Decoded(release) => Some(Arc::clone(release)),
            Revision::Encoded(_) => None,
        }
    }

    /// The revisions that are deployed, the newest first.
    pub fn deployed(&mut self) -> Vec<Arc<Release>> {
        let versions: Vec<i64> = self
            .revisions
            .iter()
            .rev()
            .filter(|(_, revision)| revision.status() == Status::Deployed.as_str())
            .map(|(version, _)| *version)
            .collect();
        versions
            .into_iter()
            .filter_map(|version| self.get(version))
            .collect()
    }

    /// The numbers of all revisions, the oldest first.
    pub fn versions(&self) -> Vec<i64> {
        self.revisions.keys().copied().collect()
    }

    /// What is stored, by number and resource version.
    pub fn sight(&self) -> Vec<(i64, String)> {
        let known = self.resource_versions.iter();
        known
            .map(|(number, version)| (*number, version.clone()))
            .collect()
    }

    /// What was written since this was last asked: the last state of each revision.
    pub fn take_written(&mut self) -> Written {
        std::mem::take(&mut self.written)
    }

    /// Counts a revision as written although it stays as it is: where Helm writes what is there already.
    pub fn note(&mut self, release: &Release) {
        self.written.insert(release.version, release.clone());
    }

    /// Stores a new revision. Older ones make room for it, as far as `max_history` asks; zero keeps all (H16.6).
    ///
    /// # Errors
    /// When it cannot be stored, or somebody else has made it.
    pub async fn create(
        &mut self,
        release: &Release,
        max_history: i64,
    ) -> Result<(), StorageError> {
        if max_history > 0 {
            self.prune(max_history - 1).await?;
        }
        let stored = release.to_stored(Stored::Created(now()));
        let answer = self.records.create(&stored).await.map_err(|error| {
            if exists(&error) {
                StorageError::Exists
            } else {
                StorageError::Create(error)
            }
        })?;
        self.keep(release, answer);
        Ok(())
    }

    /// Stores a revision anew.
    ///
    /// # Errors
    /// When it cannot be stored, or is not there any more.
    pub async fn update(&mut self, release: &Release) -> Result<(), StorageError> {
        let stored = release.to_stored(Stored::Modified(now()));
        let answer = self.records.update(&stored).await;
        self.keep(release, answer.map_err(StorageError::Update)?);
        Ok(())
    }

    /// Deletes a revision.
    ///
    /// # Errors
    /// When it is still there.
    pub async fn delete(&mut self, version: i64) -> Result<(), StorageError> {
        let name = helm::release::secret_name(&self.name, version);
        self.records
            .delete(&name)
            .await
            .map_err(|source| StorageError::Delete { name, source })?;
        self.revisions.remove(&version);
        self.resource_versions.remove(&version);
        Ok(())
    }

    fn keep(&mut self, release: &Release, resource_version: String) {
        let version = release.version;
        self.resource_versions.insert(version, resource_version);
        let decoded = Revision::Decoded(Arc::new(release.clone()));
        self.revisions.insert(version, decoded);
        self.written.insert(version, release.clone());
    }

    /// Deletes the oldest revisions until `most` are left; the one that is deployed stays.
    async fn prune(&mut self, most: i64) -> Result<(), StorageError> {
        let most = usize::try_from(most).unwrap_or_default();
        let deployed = self.deployed().first().map(|release| release.version);
        let surplus = self.revisions.len().saturating_sub(most);
        let oldest: Vec<i64> = self
            .revisions
            .keys()
            .copied()
            .filter(|version| Some(*version) != deployed)
            .take(surplus)
            .collect();
        for version in oldest {
            self.delete(version).await?;
        }
        Ok(())
    }
}

impl Revision {
    fn status(&self) -> &str {
        match self {
            Self::Encoded(record) => record.labels.get("status").map_or("", String::as_str),
            Self::Decoded(release) => release.info.status.as_str(),
        }
    }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}
