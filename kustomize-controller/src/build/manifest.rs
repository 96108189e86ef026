//! The build as a whole.

use std::path::Path;
use std::sync::Arc;

use apply::Object;
use artifact::Algorithm;
use crds::kustomize::KustomizationSpec;
use kustomize::{FileView, LoadRestrictor, Options, ParseCache, Reorder};
use yaml::Value;

use super::generate::generate;
use super::substitute::Substitution;
use super::{BuildError, Overlay};

/// What a Kustomization comes to: its objects, before anything is added to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// In the order of the build.
    pub objects: Vec<Object>,
    /// `sha256:<hex>` of the manifest as text (K3.6).
    pub digest: String,
}

/// Builds the directory `directory` of an artifact. `parsed` are files that other builds have read already.
///
/// # Errors
/// [`BuildError`]. Nothing has happened then.
pub fn build(
    view: &dyn FileView,
    directory: &Path,
    spec: &KustomizationSpec,
    substitution: Option<&Substitution>,
    parsed: Option<&Arc<ParseCache>>,
) -> Result<Manifest, BuildError> {
    let generated = generate(view, directory, spec)?;
    let overlay = Overlay::new(view, generated.path, generated.content.into_bytes());
    let options = options(parsed);
    let built = kustomize::build(&overlay, directory, &options)
        .map_err(|error| BuildError::Build(error.to_string()))?;
    let mut resources = built.objects();
    for resource in &mut resources {
        let text = |keys: &[&str]| {
            resource
                .at(keys)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (version, kind, name) = (
            text(&["apiVersion"]),
            text(&["kind"]),
            text(&["metadata", "name"]),
        );
        if version.is_empty() || kind.is_empty() || name.is_empty() {
            return Err(BuildError::NotAnObject(format!(
                "apiVersion {version:?}, kind {kind:?}, name {name:?}"
            )));
        }
        let Some(substitution) = substitution else {
            continue;
        };
        let identity = format!("{}/{name}", gvk(version, kind));
        let changed = substitution
            .apply(resource)
            .map_err(|source| BuildError::Substitute {
                resource: identity,
                source,
            })?;
        if let Some(changed) = changed {
            *resource = changed;
        }
    }
    let text: Vec<String> = resources.iter().map(yaml::encode).collect();
    let digest = Algorithm::Sha256
        .digest(text.join("---\n").as_bytes())
        .to_string();
    Ok(Manifest {
        objects: objects(resources)?,
        digest,
    })
}

/// Any file of the artifact may be read, and nothing outside it is in the view (K11.1). The order is that of the files.
fn options(parsed: Option<&Arc<ParseCache>>) -> Options {
    Options {
        cache: parsed.cloned(),
        load_restrictor: LoadRestrictor::None,
        reorder: Reorder::None,
        ..Options::default()
    }
}

/// `Kind.version.group`, as the engine's users know it.
fn gvk(api_version: &str, kind: &str) -> String {
    match api_version.split_once('/') {
        Some((group, version)) => format!("{kind}.{version}.{group}"),
        None => format!("{kind}.{api_version}.[noGrp]"),
    }
}

/// Takes lists apart, and drops kustomizations that were built as resources (K5.2).
fn objects(resources: Vec<Value>) -> Result<Vec<Object>, BuildError> {
    let mut objects = Vec::with_capacity(resources.len());
    for resource in resources {
        let is_list = resource
            .get("kind")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.ends_with("List"));
        match resource.get("items") {
            Some(Value::Seq(items)) if is_list => {
                for item in items.iter() {
                    objects.push(object(item)?);
                }
            }
            _ => objects.push(object(&resource)?),
        }
    }
    objects.retain(|object| {
        object.kind() != "Kustomization" || object.group() != "kustomize.config.k8s.io"
    });
    Ok(objects)
}

fn object(resource: &Value) -> Result<Object, BuildError> {
    Object::new(resource.to_json()).map_err(|error| BuildError::NotAnObject(error.to_string()))
}

#[cfg(test)]
mod tests;
