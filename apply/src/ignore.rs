//! `spec.ignore`: fields that others own and that are no drift (compat K14.12).
//!
//! Ignored paths are left out of the comparison. When something else forces an apply, a path whose value has
//! drifted is either stripped from what is applied, where another manager applies it, or takes the live value.

mod ownership;
mod pointer;
mod selector;

pub use selector::{Selector, SelectorError};

use crate::object::Object;
use pointer::Pointer;
use selector::Matcher;
use serde_json::Value;

/// One entry of `spec.ignore`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreRule {
    /// JSON pointers (RFC 6901).
    pub paths: Vec<String>,
    /// Which objects; `None` for all.
    pub target: Option<Selector>,
}

/// Compiled rules.
#[derive(Clone, Debug, Default)]
pub struct IgnoreRules(Vec<(Option<Matcher>, Vec<Pointer>)>);

impl IgnoreRules {
    /// Compiles the selectors and pointers.
    pub fn compile(rules: &[IgnoreRule]) -> Result<Self, SelectorError> {
        let compile = |rule: &IgnoreRule| {
            let matcher = rule.target.as_ref().map(Matcher::compile).transpose()?;
            Ok((
                matcher,
                rule.paths.iter().map(|path| Pointer::parse(path)).collect(),
            ))
        };
        rules
            .iter()
            .map(compile)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths of the rules that select an object.
    fn paths_for<'a>(&'a self, object: &'a Object) -> impl Iterator<Item = &'a Pointer> {
        self.0
            .iter()
            .filter(|(target, _)| target.as_ref().is_none_or(|target| target.matches(object)))
            .flat_map(|(_, paths)| paths)
    }

    /// Whether a rule with an empty path, which means the whole object, selects this one.
    pub fn exclude(&self, object: &Object) -> bool {
        self.paths_for(object).any(Pointer::is_root)
    }

    /// Removes the ignored paths from `object`. The rules select on `decisive`, so that the live object and the
    /// dry-run are stripped alike.
    pub fn strip(&self, decisive: &Object, object: &mut Object) {
        for path in self.paths_for(decisive) {
            path.remove(object.value_mut());
        }
    }

    /// Resolves the ignored paths whose value differs between the live object and the dry-run.
    pub(crate) fn resolve(
        &self,
        live: &Object,
        dry_run: &Object,
        field_manager: &str,
    ) -> Vec<Resolution> {
        self.paths_for(dry_run)
            .filter(|path| path.get(live.as_value()) != path.get(dry_run.as_value()))
            .map(|path| {
                if ownership::applied_by_other(live, path, field_manager) {
                    Resolution::Strip(path.clone())
                } else {
                    let value = path.get(live.as_value()).cloned();
                    Resolution::Adopt(path.clone(), value)
                }
            })
            .collect()
    }
}

/// What becomes of one drifted path in the applied object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolution {
    /// Another manager applies it: leave it out.
    Strip(Pointer),
    /// Nobody else applies it: keep the live value, or leave it out where there is none.
    Adopt(Pointer, Option<Value>),
}

/// Puts the resolutions into the object that is about to be applied: first what is stripped, then what is
/// adopted.
pub(crate) fn put_into(object: &mut Object, resolutions: &[Resolution]) {
    for resolution in resolutions {
        if let Resolution::Strip(path) = resolution {
            path.remove(object.value_mut());
        }
    }
    for resolution in resolutions {
        match resolution {
            Resolution::Adopt(path, Some(value)) => path.replace(object.value_mut(), value.clone()),
            Resolution::Adopt(path, None) => path.remove(object.value_mut()),
            Resolution::Strip(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
