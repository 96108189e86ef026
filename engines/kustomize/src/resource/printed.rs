//! What a build prints.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use yaml::Value;
use yaml::node::Layout;

use super::changes::Changes;
use super::known::Known;
use super::sheet::Sheet;
use super::{ResMap, Resource};
use crate::node::{NotJson, to_object};

/// The objects of a build in their order, as values and as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    objects: Vec<Printed>,
    /// Of those that were made from what builds share, one behind the other.
    text: String,
}

/// One object.
#[derive(Clone, Debug)]
enum Printed {
    Whole(Arc<Whole>),
    Changed(Changed),
}

/// An object with its value.
#[derive(Debug)]
pub(crate) struct Whole {
    object: Value,
    /// How many bytes of text are in it.
    size: usize,
    text: OnceLock<String>,
}

/// An object that was made from one that builds share. Most are only printed: it has its text.
#[derive(Clone, Debug)]
struct Changed {
    resource: Resource,
    text: Range<usize>,
}

impl Whole {
    fn text(&self) -> &str {
        // Other builds print the very same.
        self.text.get_or_init(|| yaml::encode(&self.object))
    }
}

impl Changed {
    fn object(&self) -> Value {
        let node = &self.resource.node;
        let known = self.resource.known();
        let value = match known.and_then(|known| known.sheet()) {
            Some(sheet) => sheet.root.value(node, Layout::Block),
            None => to_object(node),
        };
        // What has a text has a value.
        value.unwrap_or_default()
    }
}

impl Output {
    /// With room for these objects.
    pub(crate) fn of(objects: &ResMap) -> Self {
        let drafts = objects.iter().filter(|object| object.node.is_draft());
        let sheets = drafts.filter_map(|object| object.known()?.sheet());
        let size: usize = sheets.map(|sheet| sheet.text.len()).sum();
        Self {
            objects: Vec::with_capacity(objects.len()),
            // What is written is seldom more than an eighth.
            text: String::with_capacity(size + size / 8),
        }
    }

    pub(crate) fn objects(&self) -> Vec<Value> {
        let value = |printed: &Printed| match printed {
            Printed::Whole(whole) => whole.object.clone(),
            Printed::Changed(changed) => changed.object(),
        };
        self.objects.iter().map(value).collect()
    }

    pub(crate) fn to_yaml(&self) -> String {
        let texts = || {
            self.objects.iter().map(|printed| match printed {
                Printed::Whole(whole) => whole.text(),
                Printed::Changed(changed) => &self.text[changed.text.clone()],
            })
        };
        let size = texts().map(|text| text.len() + SEPARATOR.len()).sum();
        let mut out = String::with_capacity(size);
        for (at, text) in texts().enumerate() {
            if at > 0 {
                out.push_str(SEPARATOR);
            }
            out.push_str(text);
        }
        out
    }

    /// Appends an object with its value, and tells how many bytes of text are in it.
    pub(crate) fn push(&mut self, whole: Arc<Whole>) -> usize {
        let size = whole.size;
        self.objects.push(Printed::Whole(whole));
        size
    }

    /// Appends an object, and tells how many bytes of text are in it.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(crate) fn print(
        &mut self,
        resource: Resource,
        changes: &mut Changes,
    ) -> Result<usize, NotJson> {
        if let Some(sheet) = resource.changed_sheet() {
            let start = self.text.len();
            let printed = changes.print(sheet, &resource.node, &mut self.text);
            // The long way tells what is wrong.
            if let Ok(Some(size)) = printed {
                let text = start..self.text.len();
                let changed = Changed { resource, text };
                self.objects.push(Printed::Changed(changed));
                return Ok(size);
            }
        }
        Ok(self.push(Arc::new(resource.whole()?)))
    }
}

/// What stands between objects.
const SEPARATOR: &str = "---\n";

impl Resource {
    /// The text that builds share, when it is that of an object that this one was made from.
    fn changed_sheet(&self) -> Option<&Sheet> {
        let is_changed = |known: &&Arc<Known>| self.node.is_draft() || !known.is_of(&self.node);
        self.known().filter(is_changed)?.sheet()
    }

    /// The object with its value.
    ///
    /// # Errors
    ///
    /// When it cannot be printed.
    pub(crate) fn whole(&self) -> Result<Whole, NotJson> {
        Ok(Whole {
            object: to_object(&self.node)?,
            size: self.node.text_size(),
            text: OnceLock::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{MemoryView, Options, ParseCache};

    /// The most that a thousand overlays over one base may cost hangs on this.
    #[test]
    fn an_overlay_that_moves_renames_and_labels_all_objects_makes_no_trees() {
        let mut view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with(
                "base/r.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {a: b}}\n---\n\
                 apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}}\n---\n\
                 apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
                 containers: [{name: c, envFrom: [{configMapRef: {name: a}}]}]\n",
            );
        let options = Options {
            cache: Some(ParseCache::new().into()),
            ..Options::default()
        };
        for at in 0..3 {
            view.insert(
                format!("o{at}/kustomization.yaml"),
                format!(
                    "resources: [../base]\nnamespace: n{at}\nnamePrefix: p{at}-\n\
                     labels: [{{pairs: {{team: t{at}}}, includeSelectors: true}}]\n"
                ),
            );
            let build = crate::build(&view, Path::new(&format!("o{at}")), &options).unwrap();
            assert!(build.to_yaml().contains(&format!("name: p{at}-a")));
            assert_eq!(build.output.objects.len(), 3);
            for printed in &build.output.objects {
                let is_draft = |changed: &Changed| changed.resource.node.is_draft();
                assert!(matches!(printed, Printed::Changed(changed) if is_draft(changed)));
            }
        }
    }
}
