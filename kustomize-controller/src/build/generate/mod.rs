//! The kustomization.yaml that is built: the one in the artifact or one made of the files there, with the spec merged in
//! (section 10).

mod components;
mod merge;
mod scan;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use crds::kustomize::KustomizationSpec;
use kustomize::{FileKind, FileView};
use yaml::{Budget, Dialect, Map, Value};

/// The names a kustomization may have, in the order they are looked for (K10.1).
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The kustomization to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Its path inside the artifact.
    pub path: PathBuf,
    /// Its content.
    pub content: String,
}

/// Why there is no kustomization to build.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A file or directory cannot be read.
    #[error("failed to read {path}: {source}")]
    Read {
        /// Inside the artifact.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A manifest is not one (K10.2).
    #[error("failed to decode Kubernetes YAML from {path}: {problem}")]
    Manifest {
        /// Inside the artifact.
        path: String,
        /// With the line, where there is one.
        problem: String,
    },
    /// The kustomization of the artifact is no YAML mapping.
    #[error("failed to decode {path}: {problem}")]
    Kustomization {
        /// Inside the artifact.
        path: String,
        /// With the line, where there is one.
        problem: String,
    },
    /// A component elsewhere (K10.7).
    #[error("component path '{0}' must be local and relative")]
    RemoteComponent(String),
}

/// Makes the kustomization of `directory`, an absolute path in `view`.
///
/// # Errors
/// [`GenerateError`].
pub fn generate(
    view: &dyn FileView,
    directory: &Path,
    spec: &KustomizationSpec,
) -> Result<Generated, GenerateError> {
    let (path, mut kustomization) = match existing(view, directory)? {
        Some((path, content)) => {
            let mut kustomization = read(&path, &content)?;
            if merge::is_empty(&kustomization, "resources") {
                // A file with generators or components alone counts as empty to the build without this (K10.5).
                kustomization.insert("buildMetadata", merge::strings(["originAnnotations"]));
            }
            (path, kustomization)
        }
        None => (directory.join(NAMES[0]), from_files(view, directory)?),
    };
    merge::merge(
        &mut kustomization,
        spec,
        components::wanted(view, directory, spec)?,
    );
    let content = yaml::encode(&Value::from(kustomization));
    Ok(Generated { path, content })
}

/// The first kustomization of the directory, with its content.
fn existing(
    view: &dyn FileView,
    directory: &Path,
) -> Result<Option<(PathBuf, Vec<u8>)>, GenerateError> {
    for name in NAMES {
        let path = directory.join(name);
        if is_file(view, &path) {
            let content = view
                .read(&path)
                .map_err(|source| unreadable(&path, source))?;
            return Ok(Some((path, content.to_vec())));
        }
    }
    Ok(None)
}

fn is_file(view: &dyn FileView, path: &Path) -> bool {
    matches!(view.resolve(path), Ok((_, FileKind::File)))
}

/// Decodes leniently: only the first document counts, and what is no field of a kustomization goes (K10.4).
fn read(path: &Path, content: &[u8]) -> Result<Map, GenerateError> {
    let wrong = |problem: String| GenerateError::Kustomization {
        path: shown(path),
        problem,
    };
    let decoded = yaml::decode_first(content, Dialect::Kubernetes, &Budget::default())
        .map_err(|error| wrong(scan::with_line(&error)))?;
    let mut kustomization = match decoded {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Map(map)) => (*map).clone(),
        Some(other) => return Err(wrong(format!("expected a mapping, found {}", other.kind()))),
    };
    kustomization.retain(|key, _| merge::FIELDS.contains(&key.as_str()));
    merge::identify(&mut kustomization);
    Ok(kustomization)
}

/// A kustomization of all manifests below (K10.2, K10.3).
fn from_files(view: &dyn FileView, directory: &Path) -> Result<Map, GenerateError> {
    let resources = scan::resources(view, directory)?;
    let mut kustomization = Map::new();
    merge::identify(&mut kustomization);
    if resources.is_empty() {
        // Builds to nothing instead of failing, so that an empty directory is valid (K23.13).
        kustomization.insert("namespace", "_placeholder");
    } else {
        kustomization.insert("resources", merge::strings(resources));
    }
    Ok(kustomization)
}

fn unreadable(path: &Path, source: io::Error) -> GenerateError {
    GenerateError::Read {
        path: shown(path),
        source,
    }
}

/// A path of the view as users know it: relative to the artifact.
fn shown(path: &Path) -> String {
    let inside = path.strip_prefix("/").unwrap_or(path).display().to_string();
    if inside.is_empty() {
        ".".to_owned()
    } else {
        inside
    }
}
