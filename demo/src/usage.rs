//! What to do once all is Ready.

use std::path::Path;

use crate::cluster::Cluster;
use crate::component::{Component, Components};
use crate::kinds;
use crate::objects::SERVICES;
use crate::repository::Repository;
use crate::servers::{IMAGE, Places, TAGS};

/// A change of the demo repository that is worth watching.
const EDIT: &str =
    "sed -i.bak 's/newTag: 1.9.3/newTag: 1.9.4/' apps/shop/overlays/demo/kustomization.yaml";

/// The tag to push by hand.
const TAG: &str = "4.4.0";

/// What the lines are about.
pub(crate) struct Usage<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) components: &'a Components,
    pub(crate) repository: &'a Repository,
    pub(crate) places: &'a Places,
    pub(crate) logs: &'a Path,
}

impl Usage<'_> {
    /// Lines that say how to look around, change something, and end it.
    pub(crate) fn lines(&self) -> Vec<String> {
        let has = |component| self.components.has(component);
        let mut lines = vec![
            "Look around:".to_owned(),
            format!("  export KUBECONFIG={}", self.cluster.kubeconfig.display()),
        ];
        let kinds: Vec<String> = kinds::served(self.components)
            .into_iter()
            .map(kinds::plural)
            .collect();
        lines.push(format!(
            "  kubectl get {} --all-namespaces",
            kinds.join(",")
        ));
        if self.repository.is_demo() && has(Component::Kustomize) {
            lines.push("  kubectl --namespace shop get deployments,pods,configmaps".to_owned());
        }
        if self.repository.is_demo() && has(Component::Helm) {
            lines.push(format!("  helm --namespace {SERVICES} list"));
        }
        lines.extend(self.changes());
        lines.push(format!("Logs: {}", self.logs.display()));
        if let Some(logs) = self.cluster.logs() {
            lines.push(format!("      {}", logs.display()));
        }
        let leaves = if self.cluster.is_local() {
            "Ctrl-C ends it; nothing stays behind."
        } else {
            "Ctrl-C removes what was applied, and ends it."
        };
        lines.push(leaves.to_owned());
        lines
    }

    /// What can be changed, and what is looked at by itself.
    fn changes(&self) -> Vec<String> {
        let (url, branch) = (self.repository.url(), self.repository.branch());
        let mut lines = Vec::new();
        if !self.components.has(Component::Source) {
            return lines;
        }
        if self.repository.is_demo() {
            if self.components.has(Component::Kustomize) {
                lines.push("Change something:".to_owned());
                lines.push(format!("  git clone {url} fleet && cd fleet"));
                lines.push(format!("  {EDIT}"));
                lines.push("  git commit --all --message 'Ship cart 1.9.4' && git push".to_owned());
            }
            if let Some(registry) = &self.places.registry
                && self.components.has(Component::ImageReflector)
            {
                lines.push("Push a tag, which is noticed within 10 s:".to_owned());
                lines.extend(push(registry));
            }
        } else if let Some(git_dir) = self.repository.git_dir() {
            lines.push(format!(
                "Every commit on branch {branch} of {} is applied at once.",
                git_dir.display()
            ));
        } else {
            lines.push(format!(
                "Every commit on branch {branch} of {url} is applied within 30 s."
            ));
        }
        lines
    }
}

/// Gives an image that is there another tag.
fn push(registry: &str) -> [String; 2] {
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifests = format!("http://{registry}/v2/{IMAGE}/manifests");
    [
        format!("  curl -sH 'Accept: {kind}' {manifests}/{} |", TAGS[1]),
        format!("    curl -X PUT -H 'Content-Type: {kind}' --data-binary @- {manifests}/{TAG}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suggested_change_is_one_that_the_demo_repository_takes() {
        let [_, path] = EDIT
            .rsplit_once(' ')
            .map(|(edit, path)| [edit, path])
            .unwrap();
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("repository")
            .join(path);
        let text = std::fs::read_to_string(file).unwrap();
        assert_eq!(text.matches("newTag: 1.9.3").count(), 1);
    }
}
