//! Which kinds the server serves, read group by group when they are first needed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use apply::cluster::{ApiError, Mapping, Scope};
use apply::{GroupKind, Gvk};
use kube::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::api_error;
use super::path::{encode, group_version};

/// The cache. It holds no lock across a request, except the one that lets a group be read by one caller at a time.
pub(super) struct Mappings {
    client: Client,
    known: Mutex<Known>,
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// By group, then version.
    kinds: BTreeMap<String, BTreeMap<String, Arc<Kinds>>>,
    /// The versions of a group, the preferred one first.
    versions: BTreeMap<String, Vec<String>>,
    /// How often anything was read: tells a waiting caller that somebody else has just done its work.
    reads: u64,
}

/// The kinds of one version of a group.
type Kinds = BTreeMap<String, (String, Scope)>;

/// `/apis/<group>/<version>` (apimachinery `APIResourceList`), as far as it is needed.
#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
}

/// `/apis/<group>` (apimachinery `APIGroup`), as far as it is needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(default)]
    versions: Vec<Version>,
    preferred_version: Option<Version>,
}

#[derive(Deserialize)]
struct Version {
    version: String,
}

impl Mappings {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// How a kind is served at its version. A kind that is not known is looked for once more: its definition may be
    /// new.
    pub async fn mapping(&self, gvk: &Gvk) -> Result<Mapping, ApiError> {
        let seen = {
            let known = self.known();
            if let Some(mapping) = known.mapping(gvk) {
                return Ok(mapping);
            }
            known.reads
        };
        let _one_at_a_time = self.reading.lock().await;
        {
            let known = self.known();
            if known.reads != seen
                && let Some(mapping) = known.mapping(gvk)
            {
                return Ok(mapping);
            }
        }
        let list: Option<ResourceList> =
            self.read(&group_version(&gvk.group, &gvk.version)).await?;
        let mut known = self.known();
        known.reads += 1;
        let versions = known.kinds.entry(gvk.group.clone()).or_default();
        match list {
            Some(list) => versions.insert(gvk.version.clone(), Arc::new(kinds(list))),
            None => versions.remove(&gvk.version),
        };
        known
            .mapping(gvk)
            .ok_or_else(|| ApiError::NoMatch(gvk.clone()))
    }

    /// How a kind is served at the version that the server prefers, or else at the next that has the kind.
    pub async fn preferred(&self, kind: &GroupKind) -> Result<Mapping, ApiError> {
        let no_match = |version: &str| {
            ApiError::NoMatch(Gvk {
                group: kind.group.clone(),
                version: version.to_owned(),
                kind: kind.kind.clone(),
            })
        };
        let versions = self.versions(&kind.group).await?;
        for version in &versions {
            let gvk = Gvk {
                group: kind.group.clone(),
                version: version.clone(),
                kind: kind.kind.clone(),
            };
            match self.mapping(&gvk).await {
                Err(ApiError::NoMatch(_)) => {}
                answer => return answer,
            }
        }
        // The group may have gained a version since it was read.
        self.forget(&kind.group);
        Err(no_match(versions.first().map_or("", String::as_str)))
    }

    /// Drops all that is known of a group.
    pub fn forget(&self, group: &str) {
        let mut known = self.known();
        known.kinds.remove(group);
        known.versions.remove(group);
    }

    async fn versions(&self, group: &str) -> Result<Vec<String>, ApiError> {
        if group.is_empty() {
            return Ok(vec!["v1".to_owned()]);
        }
        if let Some(versions) = self.known().versions.get(group) {
            return Ok(versions.clone());
        }
        let Some(answer) = self
            .read::<Group>(&format!("/apis/{}", encode(group)))
            .await?
        else {
            return Ok(Vec::new());
        };
        let mut versions: Vec<String> = answer
            .preferred_version
            .into_iter()
            .map(|version| version.version)
            .collect();
        for Version { version } in answer.versions {
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
        self.known()
            .versions
            .insert(group.to_owned(), versions.clone());
        Ok(versions)
    }

    /// Reads a document of discovery; `None` where there is none.
    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ApiError> {
        let request = http::Request::get(path)
            .body(Vec::new())
            .map_err(|error| ApiError::Transport(error.to_string()))?;
        match self.client.request(request).await.map_err(api_error) {
            Ok(document) => Ok(Some(document)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn mapping(&self, gvk: &Gvk) -> Option<Mapping> {
        let (plural, scope) = self
            .kinds
            .get(&gvk.group)?
            .get(&gvk.version)?
            .get(&gvk.kind)?;
        Some(Mapping {
            gvk: gvk.clone(),
            plural: plural.clone(),
            scope: *scope,
        })
    }
}

/// Subresources are left out; of two resources with one kind the first stands.
fn kinds(list: ResourceList) -> Kinds {
    let mut kinds = Kinds::new();
    for resource in list.resources {
        if resource.name.contains('/') {
            continue;
        }
        let scope = if resource.namespaced {
            Scope::Namespaced
        } else {
            Scope::Cluster
        };
        kinds.entry(resource.kind).or_insert((resource.name, scope));
    }
    kinds
}
