//! The artifact of a source: what a consumer needs to fetch and check it (K4, T1).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Time;
use crate::go;

/// Key of [`Artifact::metadata`] that names the commit an OCI artifact was made from (T8).
pub const ORIGIN_REVISION_KEY: &str = "org.opencontainers.image.revision";

/// Key of [`Artifact::metadata`] that names the repository an OCI artifact was made from (E5).
pub const ORIGIN_SOURCE_KEY: &str = "org.opencontainers.image.source";

/// A published archive: where it is, what it was made from and what it must hash to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("required" = ["digest", "lastUpdateTime", "path", "revision", "url"]))]
pub struct Artifact {
    /// Path of the file below the storage root: `<kind>/<namespace>/<name>/<file>`.
    pub path: String,
    /// HTTP address of the file inside the cluster.
    pub url: String,
    /// What the artifact was made from, for people and for comparison, such as
    /// `main@sha1:<commit>` or `latest@sha256:<digest>`.
    pub revision: String,
    /// Digest of the file as `<algorithm>:<hex>`.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    #[schemars(regex(pattern = r"^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$"))]
    pub digest: String,
    /// When the file was last written.
    pub last_update_time: Time,
    /// Size of the file in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// Further facts about the origin, such as the annotations of an OCI manifest.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub metadata: BTreeMap<String, String>,
}

impl Artifact {
    /// The commit that the artifact was made from, where the origin tells (T8).
    pub fn origin_revision(&self) -> Option<&str> {
        self.metadata
            .get(ORIGIN_REVISION_KEY)
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }
}
