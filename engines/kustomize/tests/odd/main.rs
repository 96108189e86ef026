//! What few would write, with what the real program makes of it.
#![allow(clippy::unwrap_used)]

mod values;
mod yaml;

use std::path::Path;

use kustomize::{MemoryView, Options};

/// Builds `/` of these files.
fn built(files: &[(&str, &str)]) -> Result<String, String> {
    let mut view = MemoryView::new();
    for (path, content) in files {
        view.insert(path, content);
    }
    kustomize::build(&view, Path::new("/"), &Options::default())
        .map(|build| build.to_yaml())
        .map_err(|failure| failure.to_string())
}

/// One object, as it is read.
fn read(object: &str) -> Result<String, String> {
    let kustomization = "resources: [r.yaml]\n";
    built(&[("kustomization.yaml", kustomization), ("r.yaml", object)])
}

/// A ConfigMap with this data, as it is read.
fn config_map(data: &str) -> Result<String, String> {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";
    read(&format!("{head}{data}"))
}
