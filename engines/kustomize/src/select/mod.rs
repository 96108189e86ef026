//! Which objects a selector means (`api/types/selector.go`).

mod labels;
mod pattern;

use regex::Regex;

use crate::config::Selector;
use crate::error::Error;
use crate::id::{Gvk, ResId};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

use labels::LabelSelector;

pub(crate) use pattern::compile;

/// A selector with its patterns compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: LabelSelector,
    annotations: LabelSelector,
    /// No object part is set.
    pub(crate) is_any_id: bool,
    /// No label or annotation part is set.
    pub(crate) is_any_metadata: bool,
}

/// An anchored pattern; none for the empty one, which matches everything.
fn pattern(text: &str) -> Result<Option<Regex>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    compile(&format!("^(?:{text})$"))
        .map(Some)
        .map_err(Error::Config)
}

fn matches(pattern: Option<&Regex>, text: &str) -> bool {
    pattern.is_none_or(|pattern| pattern.is_match(text))
}

impl Compiled {
    pub(crate) fn new(selector: &Selector) -> Result<Self, Error> {
        Ok(Self {
            group: pattern(&selector.group)?,
            version: pattern(&selector.version)?,
            kind: pattern(&selector.kind)?,
            name: pattern(&selector.name)?,
            namespace: pattern(&selector.namespace)?,
            labels: LabelSelector::parse(&selector.label_selector)?,
            annotations: LabelSelector::parse(&selector.annotation_selector)?,
            is_any_id: selector.id().is_empty(),
            is_any_metadata: selector.label_selector.is_empty()
                && selector.annotation_selector.is_empty(),
        })
    }

    fn matches_gvk(&self, gvk: &Gvk) -> bool {
        matches(self.group.as_ref(), &gvk.group)
            && matches(self.version.as_ref(), &gvk.version)
            && matches(self.kind.as_ref(), &gvk.kind)
    }

    /// Whether an id is meant; its namespace is taken as written.
    pub(crate) fn matches_id(&self, id: &ResId) -> bool {
        self.matches_gvk(&id.gvk)
            && matches(self.name.as_ref(), &id.name)
            && matches(self.namespace.as_ref(), &id.namespace)
    }

    /// Whether labels and annotations are as asked.
    pub(crate) fn matches_metadata(&self, resource: &Resource) -> bool {
        (self.annotations.is_empty() || self.annotations.matches(&resource.annotations()))
            && (self.labels.is_empty() || self.labels.matches(&resource.labels()))
    }

    fn matches_resource(&self, resource: &Resource, schemas: &Schemas) -> bool {
        if !self.matches_gvk(&resource.gvk()) {
            return false;
        }
        if self.name.is_some() || self.namespace.is_some() {
            let current = resource.id(schemas);
            let original = resource.original_id(schemas);
            let namespace = |id: &ResId| matches(self.namespace.as_ref(), id.effective_namespace());
            let name = |id: &ResId| matches(self.name.as_ref(), &id.name);
            if !namespace(&original) && !namespace(&current) {
                return false;
            }
            if !name(&original) && !name(&current) {
                return false;
            }
        }
        self.matches_metadata(resource)
    }
}

/// The objects that a selector means, by their name now or at first.
pub(crate) fn select(
    objects: &ResMap,
    selector: &Selector,
    schemas: &Schemas,
) -> Result<Vec<usize>, Error> {
    let compiled = Compiled::new(selector)?;
    Ok(objects
        .iter()
        .enumerate()
        .filter(|(_, resource)| compiled.matches_resource(resource, schemas))
        .map(|(at, _)| at)
        .collect())
}
