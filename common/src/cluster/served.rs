//! What the server is and serves, as a whole: for templates that ask.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use apply::cluster::ApiError;
use http::header::ACCEPT;
use kube::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::api_error;

/// Aggregated discovery: all groups with their kinds in one document.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// What a server is and serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Its version, such as `v1.36.3`.
    pub version: String,
    /// `group/version` of all groups and `group/version/Kind` of all kinds, sorted; the core group is `v1`.
    pub api_versions: Vec<String>,
}

/// The answer, as long as it holds.
pub(super) struct Catalogue {
    client: Client,
    known: Mutex<Option<Arc<Served>>>,
    reading: tokio::sync::Mutex<()>,
}

impl Catalogue {
    pub fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Reads it where it is not known; who asks meanwhile waits for that one reading.
    pub async fn served(&self) -> Result<Arc<Served>, ApiError> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let _one_at_a_time = self.reading.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let served = Arc::new(self.read().await?);
        *self.lock() = Some(Arc::clone(&served));
        Ok(served)
    }

    /// Something that the server serves has changed.
    pub fn forget(&self) {
        *self.lock() = None;
    }

    async fn read(&self) -> Result<Served, ApiError> {
        let version: Version = self.get("/version", "application/json").await?;
        let mut api_versions = BTreeSet::new();
        for path in ["/api", "/apis"] {
            let groups: Groups = self.get(path, AGGREGATED).await?;
            groups.collect(&mut api_versions);
        }
        Ok(Served {
            version: version.git_version,
            api_versions: api_versions.into_iter().collect(),
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, accept: &str) -> Result<T, ApiError> {
        let request = http::Request::get(path)
            .header(ACCEPT, accept)
            .body(Vec::new())
            .map_err(|error| ApiError::Transport(error.to_string()))?;
        self.client.request(request).await.map_err(api_error)
    }

    fn known(&self) -> Option<Arc<Served>> {
        self.lock().clone()
    }

    /// Nothing panics while the lock is held.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Served>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    git_version: String,
}

#[derive(Deserialize)]
struct Groups {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Default, Deserialize)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    response_kind: Kind,
    #[serde(default)]
    subresources: Vec<Subresource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subresource {
    #[serde(default)]
    response_kind: Kind,
}

#[derive(Default, Deserialize)]
struct Kind {
    #[serde(default)]
    kind: String,
}

impl Groups {
    fn collect(self, found: &mut BTreeSet<String>) {
        for group in self.items {
            for version in group.versions {
                let name = &group.metadata.name;
                let group_version = if name.is_empty() {
                    version.version
                } else {
                    format!("{name}/{}", version.version)
                };
                let kinds = version.resources.iter().flat_map(|resource| {
                    let below = resource.subresources.iter().map(|it| &it.response_kind);
                    std::iter::once(&resource.response_kind).chain(below)
                });
                let kinds = kinds.filter(|kind| !kind.kind.is_empty());
                found.extend(kinds.map(|kind| format!("{group_version}/{}", kind.kind)));
                found.insert(group_version);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_kinds_are_listed_once_and_sorted() {
        let text = r#"{"items": [
            {"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": [
                {"resource": "deployments", "responseKind": {"kind": "Deployment"},
                 "subresources": [{"subresource": "scale", "responseKind": {"kind": "Scale"}},
                                  {"subresource": "status", "responseKind": {"kind": "Deployment"}}]}]}]},
            {"metadata": {}, "versions": [{"version": "v1", "resources": [
                {"resource": "pods", "responseKind": {"kind": "Pod"}}, {"resource": "x", "responseKind": null}]}]},
            {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]}
        ]}"#;
        let text = text.replace("\"responseKind\": null", "\"verbs\": []");
        let groups: Groups = serde_json::from_str(&text).unwrap();
        let mut found = BTreeSet::new();
        groups.collect(&mut found);
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        let want = [
            "apps/v1",
            "apps/v1/Deployment",
            "apps/v1/Scale",
            "metrics.k8s.io/v1beta1",
            "v1",
            "v1/Pod",
        ];
        assert_eq!(found, want);
    }
}
