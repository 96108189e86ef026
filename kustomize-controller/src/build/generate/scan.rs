//! Finding the manifests of a directory that has no kustomization.

use std::path::Path;

use kustomize::{FileKind, FileView};
use yaml::{Budget, Dialect, Value};

use super::{GenerateError, NAMES, is_file, shown, unreadable};

/// The resources below `base`, as `./relative/path`: manifests, and directories with a kustomization of their own,
/// which are not descended into (K10.2, K23.12). Depth first, by name.
pub(super) fn resources(view: &dyn FileView, base: &Path) -> Result<Vec<String>, GenerateError> {
    let mut found = Vec::new();
    walk(view, base, ".", &mut found)?;
    Ok(found)
}

fn walk(
    view: &dyn FileView,
    directory: &Path,
    relative: &str,
    found: &mut Vec<String>,
) -> Result<(), GenerateError> {
    for name in view
        .list(directory)
        .map_err(|source| unreadable(directory, source))?
    {
        let path = directory.join(&name);
        let relative = format!("{relative}/{name}");
        let (_, kind) = view
            .resolve(&path)
            .map_err(|source| unreadable(&path, source))?;
        match kind {
            FileKind::Dir if NAMES.iter().any(|name| is_file(view, &path.join(name))) => {
                found.push(relative);
            }
            FileKind::Dir => walk(view, &path, &relative, found)?,
            FileKind::File if is_manifest(&name) => {
                check(view, &path)?;
                found.push(relative);
            }
            FileKind::File => {}
        }
    }
    Ok(())
}

fn is_manifest(name: &str) -> bool {
    matches!(
        Path::new(name)
            .extension()
            .and_then(|extension| extension.to_str()),
        Some("yaml" | "yml")
    ) || matches!(name, ".yaml" | ".yml")
}

/// Every document must be an object with a kind and, unless it is a list, a name.
fn check(view: &dyn FileView, path: &Path) -> Result<(), GenerateError> {
    let wrong = |problem: String| GenerateError::Manifest {
        path: shown(path),
        problem,
    };
    let content = view.read(path).map_err(|source| unreadable(path, source))?;
    let documents = yaml::decode(&content, Dialect::Kyaml, &Budget::default())
        .map_err(|error| wrong(with_line(&error)))?;
    for (index, document) in documents.iter().enumerate() {
        if let Some(problem) = fault(document) {
            return Err(wrong(format!("{problem} (document {})", index + 1)));
        }
    }
    Ok(())
}

/// The error with its true line: the one in the text is where go-yaml's parser gave up.
pub(super) fn with_line(error: &yaml::Error) -> String {
    match error.line() {
        0 => error.to_string(),
        line => format!("{error} (at line {line})"),
    }
}

/// What keeps a document from being an object. Its content is not quoted: it may be that of a Secret.
fn fault(document: &Value) -> Option<String> {
    let map = match document {
        Value::Null => return None,
        Value::Map(map) if map.is_empty() => return None,
        Value::Map(_) => document,
        other => return Some(format!("expected an object, found {}", other.kind())),
    };
    let text = |keys: &[&str]| map.at(keys).and_then(Value::as_str).unwrap_or_default();
    let (kind, name) = (text(&["kind"]), text(&["metadata", "name"]));
    if kind.is_empty() {
        Some("missing kind in object".to_owned())
    } else if name.is_empty() && !kind.ends_with("List") {
        Some(format!("missing metadata.name in object of kind {kind}"))
    } else {
        None
    }
}
