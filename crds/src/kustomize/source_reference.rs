//! The reference from a Kustomization to its source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::go;
use crate::text_enum::text_enum;

/// The object that publishes the artifact, in any namespace.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase", default)]
pub struct CrossNamespaceSourceReference {
    /// API version of the source.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub api_version: Option<String>,
    /// Kind of the source.
    pub kind: SourceKind,
    /// Name of the source.
    pub name: String,
    /// Namespace of the source; the Kustomization's own when unset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub namespace: Option<String>,
}

impl CrossNamespaceSourceReference {
    /// Namespace of the source, for a Kustomization in the namespace `own`.
    pub fn namespace_or<'a>(&'a self, own: &'a str) -> &'a str {
        self.namespace.as_deref().unwrap_or(own)
    }
}

text_enum! {
    /// Kinds of objects that publish artifacts.
    SourceKind {
        /// A layer of an artifact in an OCI registry.
        OciRepository = "OCIRepository",
        /// A revision of a git repository.
        GitRepository = "GitRepository",
        /// The files of a bucket.
        Bucket = "Bucket",
        /// What another program publishes.
        ExternalArtifact = "ExternalArtifact",
    }
}
