//! The generated files: the definitions of the custom resources, `crds/*.yaml`, and the same beside the controller that
//! each belongs to, `manifests/bases/*/crds.yaml`, since a kustomization reads nothing outside of its directory.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

const HEADER: &str = "# Made by `cargo xtask generate` from the types in crds/src; edit those.\n";

/// Which definitions come with which base of `manifests/bases`, by the beginning of their names (J5).
const BASES: &[(&str, &[&str])] = &[
    ("source-controller", &["source.toolkit.fluxcd.io_"]),
    ("kustomize-controller", &["kustomize.toolkit.fluxcd.io_"]),
    ("helm-controller", &["helm.toolkit.fluxcd.io_"]),
    (
        "notification-controller",
        &["notification.toolkit.fluxcd.io_"],
    ),
    (
        "image-reflector-controller",
        &[
            "image.toolkit.fluxcd.io_imagepolicies",
            "image.toolkit.fluxcd.io_imagerepositories",
        ],
    ),
    (
        "image-automation-controller",
        &["image.toolkit.fluxcd.io_imageupdateautomations"],
    ),
];

/// A file that is made and never edited.
pub struct Generated {
    /// Path relative to the root of the repository.
    pub path: String,
    /// What it holds.
    pub content: String,
}

/// Every generated file, as it should be.
pub fn all() -> Vec<Generated> {
    let files = crds::definition::all().into_iter();
    let definitions: Vec<(String, String)> = files
        .map(|file| {
            let text = yaml::encode(&yaml::Value::from_json(file.document));
            (file.name, text)
        })
        .collect();
    let bases = BASES.iter().map(|(base, prefixes)| {
        let own = definitions
            .iter()
            .filter(|(name, _)| prefixes.iter().any(|prefix| name.starts_with(prefix)));
        let texts: Vec<&str> = own.map(|(_, text)| text.as_str()).collect();
        Generated {
            path: format!("manifests/bases/{base}/crds.yaml"),
            content: HEADER.to_owned() + &texts.join("---\n"),
        }
    });
    let single = definitions.iter().map(|(name, text)| Generated {
        path: format!("crds/{name}"),
        content: HEADER.to_owned() + text,
    });
    single.chain(bases).collect()
}

/// Paths of files that look generated, but that nothing makes any more.
pub fn stale(workspace: &Workspace) -> Result<Vec<String>> {
    let made: Vec<String> = all().into_iter().map(|file| file.path).collect();
    let mut stale = Vec::new();
    for entry in fs::read_dir(workspace.path("crds")).context("list crds/")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("crds/{name}");
        if Path::new(&name)
            .extension()
            .is_some_and(|ext| ext == "yaml")
            && !made.contains(&path)
        {
            stale.push(path);
        }
    }
    stale.sort();
    Ok(stale)
}

/// Writes what differs, and removes what is stale.
pub fn run(workspace: &Workspace) -> Result<()> {
    for file in all() {
        let path = workspace.path(&file.path);
        if fs::read_to_string(&path).is_ok_and(|content| content == file.content) {
            continue;
        }
        fs::write(&path, &file.content).with_context(|| format!("write {}", file.path))?;
        println!("wrote {}", file.path);
    }
    for path in stale(workspace)? {
        fs::remove_file(workspace.path(&path)).with_context(|| format!("remove {path}"))?;
        println!("removed {path}");
    }
    Ok(())
}
