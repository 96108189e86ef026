//! Paths that users write.

use std::path::{Component, Path, PathBuf};

/// A path that stays below where it starts: `..` at the top leads nowhere.
pub fn inside(path: &str) -> PathBuf {
    let mut inside = PathBuf::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::ParentDir => {
                inside.pop();
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g7_destinations_are_jailed() {
        for (path, expected) in [
            ("a/b", "a/b"),
            ("./a", "a"),
            ("/etc", "etc"),
            ("../../etc", "etc"),
            ("a/../../b", "b"),
            ("", ""),
        ] {
            assert_eq!(inside(path), Path::new(expected), "{path}");
        }
    }
}
