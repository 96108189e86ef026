//! The crates of the workspace and what they depend on, from cargo metadata.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The crates of the workspace.
#[derive(Debug, Default)]
pub struct Graph {
    /// The crates, sorted by folder.
    pub crates: Vec<Crate>,
}

/// A crate of the workspace. Dependencies for tests alone do not count anywhere here.
#[derive(Clone, Debug, Default)]
pub struct Crate {
    /// Package name.
    pub name: String,
    /// Folder relative to the root of the repository, with `/`.
    pub folder: String,
    /// Folders of the workspace crates it names in its manifest.
    pub internal: BTreeSet<String>,
    /// Names of the other packages in its manifest.
    pub external: BTreeSet<String>,
    /// Names of all packages outside of the workspace that end up in it.
    pub reaches: BTreeSet<String>,
}

impl Graph {
    /// Reads what `cargo metadata --format-version 1` prints; `root` is the repository.
    pub fn from_metadata(metadata: &Value, root: &Path) -> Result<Self> {
        let packages = metadata["packages"]
            .as_array()
            .context("metadata without packages")?;
        let nodes = metadata["resolve"]["nodes"]
            .as_array()
            .context("metadata without resolve")?;
        let members: BTreeSet<&str> = metadata["workspace_members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut names = BTreeMap::new();
        let mut folders = BTreeMap::new();
        for package in packages {
            let id = package["id"].as_str().context("package without id")?;
            names.insert(
                id,
                package["name"].as_str().context("package without name")?,
            );
            if members.contains(id) {
                folders.insert(id, folder(package, root)?);
            }
        }
        let edges: BTreeMap<&str, Vec<&str>> = nodes.iter().map(edges_of).collect();
        let mut crates: Vec<Crate> = folders
            .iter()
            .map(|(id, folder)| {
                let direct = edges.get(id).map(Vec::as_slice).unwrap_or_default();
                let named = |id: &&str| (*names.get(id).unwrap_or(id)).to_owned();
                Crate {
                    name: named(id),
                    folder: folder.clone(),
                    internal: direct
                        .iter()
                        .filter_map(|id| folders.get(id).cloned())
                        .collect(),
                    external: direct
                        .iter()
                        .filter(|id| !members.contains(*id))
                        .map(named)
                        .collect(),
                    reaches: closure(&edges, id)
                        .iter()
                        .filter(|id| !members.contains(*id))
                        .map(named)
                        .collect(),
                }
            })
            .collect();
        crates.sort_by(|a, b| a.folder.cmp(&b.folder));
        if crates.is_empty() {
            bail!("metadata without workspace crates");
        }
        Ok(Self { crates })
    }
}

fn folder(package: &Value, root: &Path) -> Result<String> {
    let manifest = Path::new(
        package["manifest_path"]
            .as_str()
            .context("package without path")?,
    );
    let folder = manifest.parent().context("manifest without folder")?;
    let folder = folder
        .strip_prefix(root)
        .context("crate outside of the repository")?;
    Ok(folder.to_string_lossy().replace('\\', "/"))
}

/// The packages that a package depends on, those for its tests aside.
fn edges_of(node: &Value) -> (&str, Vec<&str>) {
    let dependencies = node["deps"].as_array().into_iter().flatten();
    let edges = dependencies.filter_map(|dependency| {
        let kinds = dependency["dep_kinds"].as_array()?;
        let counts = kinds.iter().any(|kind| kind["kind"] != "dev");
        counts.then(|| dependency["pkg"].as_str()).flatten()
    });
    (node["id"].as_str().unwrap_or_default(), edges.collect())
}

fn closure<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, start: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut todo = vec![start];
    while let Some(id) = todo.pop() {
        for next in edges.get(id).into_iter().flatten() {
            if seen.insert(*next) {
                todo.push(next);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_gives_folders_edges_and_everything_reached_but_by_tests() {
        let edge = |pkg: &str, kind: Value| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "workspace_members": ["a", "b"],
            "packages": [
                { "id": "a", "name": "sluice-a", "manifest_path": "/r/engines/a/Cargo.toml" },
                { "id": "b", "name": "sluice-b", "manifest_path": "/r/b/Cargo.toml" },
                { "id": "x 1", "name": "x", "manifest_path": "/reg/x/Cargo.toml" },
                { "id": "y 1", "name": "y", "manifest_path": "/reg/y/Cargo.toml" },
                { "id": "t 1", "name": "t", "manifest_path": "/reg/t/Cargo.toml" },
            ],
            "resolve": { "nodes": [
                { "id": "a", "deps": [edge("x 1", json!(null)), edge("t 1", json!("dev"))] },
                { "id": "b", "deps": [edge("a", json!(null)), edge("y 1", json!("build"))] },
                { "id": "x 1", "deps": [edge("y 1", json!(null))] },
                { "id": "y 1", "deps": [] },
                { "id": "t 1", "deps": [] },
            ] },
        });
        let graph = Graph::from_metadata(&metadata, Path::new("/r")).unwrap();
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let [b, a] = &graph.crates[..] else {
            panic!("{graph:?}")
        };
        assert_eq!((a.folder.as_str(), b.folder.as_str()), ("engines/a", "b"));
        assert_eq!((&a.external, &a.reaches), (&set(&["x"]), &set(&["x", "y"])));
        assert_eq!(
            (&b.internal, &b.external),
            (&set(&["engines/a"]), &set(&["y"]))
        );
        assert_eq!(b.reaches, set(&["x", "y"]));
    }
}
