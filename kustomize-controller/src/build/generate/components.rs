//! The components that a spec adds.

use std::path::Path;

use crds::kustomize::KustomizationSpec;
use kustomize::FileView;

use super::GenerateError;
use crate::build::build_path;

/// What marks a path as a place elsewhere, compared without regard to case.
const REMOTE: [&str; 8] = [
    "git::",
    "gh:",
    "ssh://",
    "https://",
    "http://",
    "git@",
    "github.com:",
    "github.com/",
];

/// The components of the spec; those that are not there are left out where the spec says so (K10.7).
pub(super) fn wanted(
    view: &dyn FileView,
    directory: &Path,
    spec: &KustomizationSpec,
) -> Result<Vec<String>, GenerateError> {
    let mut wanted = Vec::new();
    for component in &spec.components {
        if !is_local_relative(component) {
            return Err(GenerateError::RemoteComponent(component.clone()));
        }
        let path = build_path(&format!("{}/{component}", directory.display()));
        if spec.ignore_missing_components && view.resolve(&path).is_err() {
            continue;
        }
        wanted.push(component.clone());
    }
    Ok(wanted)
}

fn is_local_relative(path: &str) -> bool {
    let lower = path.to_lowercase();
    let remote = REMOTE
        .iter()
        .any(|mark| lower.len() > mark.len() && lower.starts_with(mark));
    let local = lower.strip_prefix("file://").unwrap_or(&lower);
    !remote && !local.starts_with('/')
}
