//! Manifests and indexes (OCI image specification 1.1, docker image manifest version 2).

use std::collections::BTreeMap;

use artifact::Digest;
use serde::{Deserialize, Deserializer};

use crate::name::parse_digest;

/// Types of manifests of one image.
pub const MANIFESTS: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Types of lists of manifests, one per platform.
pub const INDEXES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// What is in an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The type of artifact, where it says so.
    #[serde(default)]
    pub artifact_type: Option<String>,
    /// The configuration; absent in very old artifacts.
    #[serde(default)]
    pub config: Option<Descriptor>,
    /// The content, in order.
    #[serde(default, deserialize_with = "null_as_default")]
    pub layers: Vec<Descriptor>,
    /// What its author wrote beside it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
}

/// A list of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Index {
    /// The manifests.
    #[serde(default, deserialize_with = "null_as_default")]
    pub manifests: Vec<Descriptor>,
}

/// Names some content.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    #[serde(default)]
    pub media_type: String,
    /// Its digest.
    #[serde(deserialize_with = "digest")]
    pub digest: Digest,
    /// Its bytes.
    #[serde(default)]
    pub size: u64,
    /// The type of artifact that a manifest is of.
    #[serde(default)]
    pub artifact_type: Option<String>,
    /// What its author wrote beside it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub annotations: BTreeMap<String, String>,
    /// What it runs on; linux/amd64 when it does not say.
    #[serde(default)]
    pub platform: Option<Platform>,
}

/// What an image runs on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Platform {
    /// `linux`
    #[serde(default)]
    pub os: String,
    /// `amd64`
    #[serde(default)]
    pub architecture: String,
}

impl Index {
    /// The first manifest for linux on amd64 (O1).
    pub fn default_platform(&self) -> Option<&Descriptor> {
        self.manifests.iter().find(|one| {
            one.platform
                .as_ref()
                .is_none_or(|platform| platform.os == "linux" && platform.architecture == "amd64")
        })
    }
}

fn digest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_digest(&text).map_err(serde::de::Error::custom)
}

/// Go writes empty lists and maps as null.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_read() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let manifest: Manifest = serde_json::from_str(&format!(
            r#"{{"schemaVersion": 2, "config": {{"mediaType": "c", "digest": "{digest}", "size": 2}},
                "layers": [{{"mediaType": "l", "digest": "{digest}", "size": 3, "annotations": null}}],
                "annotations": {{"k": "v"}}}}"#
        ))
        .unwrap();
        assert_eq!(manifest.layers[0].size, 3);
        assert_eq!(manifest.layers[0].digest.to_string(), digest);
        assert_eq!(manifest.annotations["k"], "v");
        let empty: Manifest = serde_json::from_str(r#"{"layers": null}"#).unwrap();
        assert!(empty.layers.is_empty());
        assert!(serde_json::from_str::<Manifest>(r#"{"layers": [{"digest": "abc"}]}"#).is_err());
        assert!(
            serde_json::from_str::<Manifest>(r#"{"layers": [{"digest": "../x", "size": -1}]}"#)
                .is_err()
        );
    }

    #[test]
    fn o1_the_child_for_linux_on_amd64_is_chosen() {
        let child = |hex: char, platform: &str| {
            format!(
                r#"{{"digest": "sha256:{}"{platform}}}"#,
                hex.to_string().repeat(64)
            )
        };
        let index = |children: &[String]| {
            let text = format!(r#"{{"manifests": [{}]}}"#, children.join(","));
            serde_json::from_str::<Index>(&text).unwrap()
        };
        let arm = child(
            'a',
            r#", "platform": {"os": "linux", "architecture": "arm64"}"#,
        );
        let amd = child(
            'b',
            r#", "platform": {"os": "linux", "architecture": "amd64"}"#,
        );
        let any = child('c', "");
        let chosen = |children: &[String]| {
            index(children)
                .default_platform()
                .map(|one| one.digest.to_string().chars().last().unwrap())
        };
        assert_eq!(chosen(&[arm.clone(), amd, any.clone()]), Some('b'));
        assert_eq!(chosen(&[arm.clone(), any]), Some('c'));
        assert_eq!(chosen(&[arm]), None);
    }
}
