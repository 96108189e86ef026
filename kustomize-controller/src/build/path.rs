//! Where in an artifact a Kustomization lives.

use std::path::{Component, Path, PathBuf};

/// The absolute path inside the artifact that `spec.path` names. A `..` at the root stays there.
pub fn build_path(path: &str) -> PathBuf {
    let mut inside = PathBuf::from("/");
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::ParentDir => drop(inside.pop()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_clamped_to_the_artifact() {
        for (path, inside) in [
            ("", "/"),
            (".", "/"),
            ("./", "/"),
            ("./apps/prod", "/apps/prod"),
            ("/apps//prod/", "/apps/prod"),
            ("apps/../infra", "/infra"),
            ("../../etc", "/etc"),
            ("apps/../../..", "/"),
        ] {
            assert_eq!(build_path(path), Path::new(inside), "{path}");
        }
    }
}
