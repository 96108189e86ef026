//! Why a build failed, in the words of section 11 and K13.8.

use super::generate::GenerateError;
use super::substitute::SubstituteError;

/// A failed build. The message names the file, and the line where there is one.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No kustomization.yaml could be made.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The build itself (K11.2).
    #[error("kustomize build failed: {0}")]
    Build(String),
    /// A result that is no Kubernetes object (K11.4).
    #[error("failed to decode Kubernetes apiVersion, kind and name from: {0}")]
    NotAnObject(String),
    /// Variables (K13.8).
    #[error("post build failed for '{resource}': {source}")]
    Substitute {
        /// `Kind.version.group/name`.
        resource: String,
        /// What is wrong.
        source: SubstituteError,
    },
}
