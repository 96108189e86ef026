//! An image, the tag that is wanted of it, and who writes it into the repository.

use serde_json::json;

use super::NAME;
use super::plan::Object;
use crate::component::{Component, Components};
use crate::kinds::{GIT_REPOSITORY, IMAGE_POLICY, IMAGE_REPOSITORY, IMAGE_UPDATE_AUTOMATION};
use crate::servers::{IMAGE, Places};

/// The name of the image and of the policy: files of the demo repository name it.
pub(crate) const POLICY: &str = "storefront";

/// The name of the automation.
pub(crate) const AUTOMATION: &str = NAME;

/// What the commit of a new tag says.
const MESSAGE: &str = "Ship storefront {{ range .Changed.Changes }}{{ .NewValue }}{{ end }}\n";

/// From a tag to a commit, as far as controllers run.
pub(super) fn objects(components: &Components, places: &Places) -> Vec<Object> {
    let (true, Some(registry)) = (components.has(Component::ImageReflector), &places.registry)
    else {
        return Vec::new();
    };
    // A tag that somebody pushes by hand is not told by a webhook.
    let repository = json!({
        "interval": "10s",
        "image": format!("{registry}/{IMAGE}"),
        "insecure": true,
    });
    let policy = json!({
        "imageRepositoryRef": { "name": POLICY },
        "policy": { "semver": { "range": "4.x" } },
    });
    let mut objects = vec![
        Object::new(IMAGE_REPOSITORY, POLICY, repository),
        Object::new(IMAGE_POLICY, POLICY, policy),
    ];
    if components.has(Component::ImageAutomation) {
        let spec = json!({
            "interval": "10m",
            "sourceRef": { "kind": GIT_REPOSITORY, "name": NAME },
            "git": { "commit": {
                "author": { "name": "Sluice", "email": "sluice@example.dev" },
                "messageTemplate": MESSAGE,
            }},
            "update": { "strategy": "Setters", "path": "./apps" },
        });
        objects.push(Object::new(IMAGE_UPDATE_AUTOMATION, AUTOMATION, spec));
    }
    objects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::NAMESPACE;
    use crate::servers::TAGS;

    #[test]
    fn the_demo_repository_runs_the_first_tag_and_says_which_policy_writes_it() {
        let file = "repository/apps/shop/overlays/demo/kustomization.yaml";
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(file).unwrap();
        let marker = format!("{{\"$imagepolicy\": \"{NAMESPACE}:{POLICY}:tag\"}}");
        let line = format!("    newTag: {} # {marker}\n", TAGS[0]);
        assert_eq!(text.matches(&line).count(), 1, "{text}");
    }
}
