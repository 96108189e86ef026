//! What is done once, when everything is collected: hashes, references, vars, order, cleaning up.

use std::sync::Arc;

use super::{Accumulated, Target};
use crate::config::{FieldSpec, SortOptions};
use crate::error::Error;
use crate::id::Gvk;
use crate::resource::{Changes, ORIGIN, Output, TRANSFORMATIONS};
use crate::transform::{MapEntries, add_hashes, fix_references, resolve_vars, sort};
use crate::{Options, Reorder};

/// Builds a kustomization to the end.
pub(crate) fn finish(mut target: Target<'_>) -> Result<Output, Error> {
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
        session.warn(&format!(
            "well-defined vars that were never replaced: {}",
            unused.join(",")
        ));
    }
    for (_, resource) in objects.lively() {
        if resource.printed().is_none() && !resource.is_empty() {
            resource.check()?;
        }
    }
    objects.retain_of_lively(|resource| {
        // What another build printed was good enough there.
        resource.printed().is_some() || (!resource.is_empty() && !resource.is_local())
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
        let entries = [label].map(|(key, value)| (key.into(), value.into()));
        let labels = FieldSpec::new(Gvk::default(), "metadata/labels", true);
        MapEntries::new(&entries.into(), vec![labels])
    });
    let mut unwanted = Vec::new();
    if !asked("originAnnotations") {
        unwanted.push(ORIGIN);
    }
    if !asked("transformerAnnotations") {
        unwanted.push(TRANSFORMATIONS);
    }
    let shares = managed_by.is_none() && unwanted.len() == 2 && options.cache.is_some();
    let mut output = Output::of(&objects);
    let mut changes = Changes::default();
    let mut budget = Budget {
        left: options.max_output,
        limit: options.max_output,
    };
    for mut resource in objects.into_vec() {
        if let Some(printed) = resource.printed().filter(|_| shares) {
            budget.take(output.push(Arc::clone(printed)))?;
            continue;
        }
        // Other builds print it as this one does.
        let before = (shares && resource.is_shared()).then(|| resource.clone());
        if let Some(label) = &managed_by {
            label.apply_to(&mut resource)?;
        }
        if !resource.has_settled_annotations() {
            resource.remove_build_annotations()?;
            // One after the other: of annotations that stand there twice, each takes one away.
            for annotation in &unwanted {
                resource.remove_annotations(&[annotation])?;
            }
        }
        let printed = match before {
            Some(before) => match resource.whole() {
                Ok(whole) => {
                    let whole = Arc::new(whole);
                    before.note_printed(&whole);
                    Ok(output.push(whole))
                }
                Err(error) => Err((resource, error)),
            },
            None => output.print(resource, &mut changes),
        };
        match printed {
            Ok(size) => budget.take(size)?,
            Err((resource, error)) => {
                let error = Error::Resource(error.to_string());
                return Err(error.context(resource.id(&schemas).to_string()));
            }
        }
    }
    Ok(output)
}

/// How much text there may be.
struct Budget {
    left: usize,
    limit: usize,
}

impl Budget {
    fn take(&mut self, size: usize) -> Result<(), Error> {
        let left = self.left.checked_sub(size);
        self.left = left.ok_or(Error::Budget {
            what: "the size of the output",
            limit: self.limit,
        })?;
        Ok(())
    }
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
