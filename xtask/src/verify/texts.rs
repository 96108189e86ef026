//! Tracked texts name no place on one machine or in one network.

use std::fs;

use anyhow::Result;

use crate::workspace::Workspace;

/// Folders that exist on the machine of whoever wrote them.
const HOMES: &[&str] = &["/home/", "/Users/", "/root/", "/work/", "C:\\Users\\"];

/// Hosts that packages come from inside a network, as they appear in lock files and settings.
const PRIVATE_HOSTS: &[&str] = &[
    "artifactory",
    "jfrog.",
    "nexus.",
    ".internal",
    ".corp",
    ".lan/",
];

/// Names the lines with a path or a registry of one machine.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for path in workspace.tracked_files()? {
        // Fixtures hold what the world holds, and this file holds what it looks for.
        if path.contains("testdata/") || path == "xtask/src/verify/texts.rs" {
            continue;
        }
        let Ok(text) = fs::read_to_string(workspace.path(&path)) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            if let Some(what) = local_part(line) {
                problems.push(format!("{path}:{}: {what:?} is of one machine", index + 1));
            }
            if let Some(what) = registry(&path, line) {
                problems.push(format!(
                    "{path}:{}: {what:?} is a registry of its own",
                    index + 1
                ));
            }
        }
    }
    Ok(problems)
}

/// The part of a line that is an absolute path in somebody's home.
fn local_part(line: &str) -> Option<&str> {
    HOMES.iter().find_map(|home| {
        let start = line
            .match_indices(home)
            .map(|(start, _)| start)
            .find(|start| {
                // `src/work/x` and `https://example.com/home/x` are not absolute paths.
                let before = line[..*start].chars().next_back();
                before.is_none_or(|c| !(c.is_alphanumeric() || "._-/*)}$~".contains(c)))
            })?;
        let rest = &line[start..];
        let end = rest.find(|c: char| c.is_whitespace() || "\"'`),;".contains(c));
        Some(&rest[..end.unwrap_or(rest.len())])
    })
}

/// A source of packages in a lock file or in cargo's settings that is not the public one.
fn registry<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name {
        "Cargo.lock" => {
            let source = line.strip_prefix("source = \"")?.trim_end_matches('"');
            let public = "registry+https://github.com/rust-lang/crates.io-index";
            (source != public).then_some(source)
        }
        "config.toml" | "Cargo.toml" | "go.mod" | "go.sum" | "rust-toolchain.toml" => {
            let lower = line.to_lowercase();
            let private = PRIVATE_HOSTS.iter().any(|host| lower.contains(host));
            (private || line.contains("registry = ") || line.contains("GOPROXY")).then_some(line)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_in_homes_are_found_and_others_are_not() {
        assert_eq!(local_part(r#"path = "/home/me/x", y"#), Some("/home/me/x"));
        assert_eq!(local_part("/Users/me"), Some("/Users/me"));
        for line in [
            "https://example.com/home/x",
            "a/work/b",
            "~/work/x",
            "$HOME/root/",
            "/etc/x",
        ] {
            assert_eq!(local_part(line), None, "{line}");
        }
    }

    #[test]
    fn only_the_public_registry_may_be_in_the_lock_file() {
        let public = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
        assert_eq!(registry("Cargo.lock", public), None);
        let private = r#"source = "registry+https://mirror.example.com/index""#;
        assert_eq!(
            registry("Cargo.lock", private),
            Some("registry+https://mirror.example.com/index")
        );
        assert_eq!(registry("docs/config.md", "registry = x"), None);
        assert_eq!(
            registry(".cargo/config.toml", "registry = x"),
            Some("registry = x")
        );
    }
}
