//! What is done once, when everything is collected: hashes, references, vars, order, cleaning up.

use yaml::Value;

use super::{Accumulated, Target};
use crate::config::{FieldSpec, SortOptions};
use crate::error::{Error, ResultExt};
use crate::id::Gvk;
use crate::node::{Node, to_object};
use crate::resource::{ORIGIN, Resource, TRANSFORMATIONS};
use crate::transform::{MapEntries, add_hashes, fix_references, resolve_vars, sort};
use crate::{Options, Reorder};

/// Objects with this annotation are for tools, not for clusters.
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Builds a kustomization to the end.
pub(crate) fn finish(mut target: Target<'_>) -> Result<Vec<Value>, Error> {
    let session = target.loader.session;
    let Accumulated {
        mut objects,
        config,
        vars,
    } = target.accumulate(Accumulated::default())?;
    let schemas = session.schemas();
    add_hashes(&mut objects, &schemas)?;
    fix_references(&mut objects, &config, &schemas)?;
    let unused = resolve_vars(&mut objects, &vars, &config.var_reference)?;
    if !unused.is_empty() {
        session.warn(format!(
            "well-defined vars that were never replaced: {}",
            unused.join(",")
        ));
    }
    for resource in objects.iter() {
        if !resource.is_empty() {
            Resource::validate(&resource.node)?;
        }
    }
    objects.retain(|resource| {
        !resource.is_empty()
            && resource
                .annotation(LOCAL_CONFIG)
                .is_none_or(|value| value.text() == "false")
    });
    let options = session.options;
    let kustomization = &target.kustomization;
    if let Some(order) = sort_options(kustomization.sort_options.as_ref(), options) {
        sort(&mut objects, &order, &schemas)?;
    }
    let asked = |option: &str| {
        kustomization
            .build_metadata
            .iter()
            .any(|name| name == option)
    };
    let managed_by = (options.enable_managed_by_label || asked("managedByLabel")).then(|| {
        let label = ("app.kubernetes.io/managed-by", options.managed_by.as_str());
        MapEntries {
            entries: [label]
                .map(|(key, value)| (key.into(), value.into()))
                .into(),
            fields: vec![FieldSpec::new(Gvk::default(), "metadata/labels", true)],
        }
    });
    let mut unwanted = Vec::new();
    if !asked("originAnnotations") {
        unwanted.push(ORIGIN);
    }
    if !asked("transformerAnnotations") {
        unwanted.push(TRANSFORMATIONS);
    }
    let mut out = Vec::with_capacity(objects.len());
    for mut resource in objects.into_vec() {
        if let Some(label) = &managed_by {
            label.apply_to(&mut resource.node)?;
        }
        resource.remove_build_annotations()?;
        if !unwanted.is_empty() {
            resource.remove_annotations(&unwanted)?;
        }
        out.push(print(&resource.node).context(|| format!("{}", resource.id(&schemas)))?);
    }
    Ok(out)
}

fn print(node: &Node) -> Result<Value, Error> {
    to_object(node).map_err(|error| Error::Resource(error.to_string()))
}

/// The order that the kustomization asks for, then the options.
fn sort_options(own: Option<&SortOptions>, options: &Options) -> Option<SortOptions> {
    match (own, options.reorder) {
        (Some(own), _) => Some(own.clone()),
        (None, Reorder::None) => None,
        (None, Reorder::Legacy) => Some(SortOptions {
            order: "legacy".into(),
            legacy_sort_options: None,
        }),
    }
}
