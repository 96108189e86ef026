//! What to do once all is Ready.

use std::path::Path;

use crate::cluster::Cluster;
use crate::repository::Repository;

/// A change of the demo repository that is worth watching.
const EDIT: &str =
    "sed -i.bak 's/newTag: 4.2.0/newTag: 4.3.0/' apps/shop/overlays/demo/kustomization.yaml";

/// Lines that say how to look around, change something, and end it.
pub(crate) fn lines(cluster: &Cluster, repository: &Repository, logs: &Path) -> Vec<String> {
    let mut lines = vec![
        "Look around:".to_owned(),
        format!("  export KUBECONFIG={}", cluster.kubeconfig.display()),
        "  kubectl get gitrepositories,kustomizations --all-namespaces".to_owned(),
    ];
    if repository.is_demo() {
        lines.push("  kubectl --namespace shop get deployments,pods,configmaps".to_owned());
        lines.push("Change something:".to_owned());
        lines.push(format!(
            "  git clone {} fleet && cd fleet",
            repository.url()
        ));
        lines.push(format!("  {EDIT}"));
        lines.push("  git commit --all --message 'Ship storefront 4.3.0' && git push".to_owned());
    } else if let Some(git_dir) = repository.git_dir() {
        lines.push(format!(
            "Every commit on branch {} of {} is applied at once.",
            repository.branch(),
            git_dir.display()
        ));
    } else {
        lines.push(format!(
            "Every commit on branch {} of {} is applied within 30 s.",
            repository.branch(),
            repository.url()
        ));
    }
    lines.push(format!("Logs: {}", logs.display()));
    if let Some(logs) = cluster.logs() {
        lines.push(format!("      {}", logs.display()));
    }
    let leaves = if cluster.is_local() {
        "Ctrl-C ends it; nothing stays behind."
    } else {
        "Ctrl-C removes what was applied, and ends it."
    };
    lines.push(leaves.to_owned());
    lines
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
        assert_eq!(text.matches("newTag: 4.2.0").count(), 1);
    }
}
