//! The source, and the Kustomization that applies it.

use serde_json::json;

use super::NAME;
use super::plan::Object;
use crate::component::{Component, Components};
use crate::kinds::{GIT_REPOSITORY, KUSTOMIZATION};
use crate::repository::Repository;

/// What follows the repository.
pub(super) fn objects(components: &Components, repository: &Repository) -> Vec<Object> {
    let mut objects = Vec::new();
    if components.has(Component::Source) {
        // A repository on this machine is looked at when it has a new commit.
        let interval = if repository.git_dir().is_some() {
            "1h"
        } else {
            "30s"
        };
        let mut spec = json!({
            "interval": interval,
            "timeout": "60s",
            "url": repository.url(),
            "ref": { "branch": repository.branch() },
        });
        if repository.credentials().is_some() {
            spec["secretRef"] = json!({ "name": NAME });
        }
        objects.push(Object::new(GIT_REPOSITORY, NAME, spec));
    }
    if components.has(Component::Kustomize) {
        let spec = json!({
            "interval": "10m",
            "retryInterval": "15s",
            "timeout": "3m",
            "sourceRef": { "kind": GIT_REPOSITORY, "name": NAME },
            "path": format!("./{}", repository.path()),
            "prune": true,
            "wait": true,
        });
        objects.push(Object::new(KUSTOMIZATION, NAME, spec));
    }
    objects
}
