//! What a build prints.

use std::convert::Infallible;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use yaml::Value;
use yaml::node::Layout;

use super::changes::Changes;
use super::known::Known;
use super::sheet::Sheet;
use super::sorted::Shared;
use super::{ResMap, Resource};
use crate::node::{NotJson, to_object};

/// The objects of a build in their order, as values and as text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Output {
    objects: Vec<Printed>,
    /// Of those that were made from what builds share, one behind the other, with what stands in
    /// front of each.
    text: String,
    /// What its objects were made from.
    shared: Option<Arc<Shared>>,
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
    /// With what separates it from the object before it.
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
        let shared = objects.shared.clone();
        let text = shared.as_ref().map(|shared| shared.spares.take_text());
        Self {
            objects: Vec::with_capacity(objects.len()),
            text: text.unwrap_or_default(),
            shared,
        }
    }

    pub(crate) fn objects(&self) -> Vec<Value> {
        let value = |printed: &Printed| match printed {
            Printed::Whole(whole) => whole.object.clone(),
            Printed::Changed(changed) => changed.object(),
        };
        self.objects.iter().map(value).collect()
    }

    /// Gives all text away, in pieces as large as there are.
    fn try_for_each_piece<E>(&self, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut piece = 0..0;
        for (at, printed) in self.objects.iter().enumerate() {
            match printed {
                Printed::Changed(changed) if changed.text.start == piece.end => {
                    piece.end = changed.text.end;
                }
                Printed::Changed(changed) => {
                    put(&self.text[piece])?;
                    piece = changed.text.clone();
                }
                Printed::Whole(whole) => {
                    put(&self.text[piece.clone()])?;
                    piece.start = piece.end;
                    put(if at > 0 { SEPARATOR } else { "" })?;
                    put(whole.text())?;
                }
            }
        }
        put(&self.text[piece])
    }

    pub(crate) fn to_yaml(&self) -> String {
        let mut size = 0;
        let Ok(()) = self.try_for_each_piece(|piece| {
            size += piece.len();
            Ok::<_, Infallible>(())
        });
        let mut out = String::with_capacity(size);
        let Ok(()) = self.try_for_each_piece(|piece| {
            out.push_str(piece);
            Ok::<_, Infallible>(())
        });
        out
    }

    pub(crate) fn write_yaml(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(CHUNK, out);
        self.try_for_each_piece(|piece| out.write_all(piece.as_bytes()))?;
        out.flush()
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
    /// With the object, when it cannot be printed.
    pub(crate) fn print(
        &mut self,
        resource: Resource,
        changes: &mut Changes,
    ) -> Result<usize, (Resource, NotJson)> {
        if let Some(sheet) = resource.changed_sheet() {
            let start = self.text.len();
            if !self.objects.is_empty() {
                self.text.push_str(SEPARATOR);
            }
            let printed = changes.print(sheet, &resource.node, &mut self.text);
            // The long way tells what is wrong.
            if let Ok(Some(size)) = printed {
                let text = start..self.text.len();
                let changed = Changed { resource, text };
                self.objects.push(Printed::Changed(changed));
                return Ok(size);
            }
            self.text.truncate(start);
        }
        match resource.whole() {
            Ok(whole) => Ok(self.push(Arc::new(whole))),
            Err(error) => Err((resource, error)),
        }
    }
}

/// What other builds need of one that is done with.
impl Drop for Output {
    fn drop(&mut self) {
        let Some(shared) = &self.shared else {
            return;
        };
        shared.spares.put_text(std::mem::take(&mut self.text));
        let objects = self.objects.drain(..);
        shared
            .spares
            .put(objects.filter_map(|printed| match printed {
                Printed::Changed(changed) => Some(changed.resource),
                Printed::Whole(_) => None,
            }));
    }
}

/// What stands between objects.
const SEPARATOR: &str = "---\n";

/// So many bytes are written at once.
const CHUNK: usize = 1 << 14;

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

    const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {a: b}}\n---\n\
         apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: a}}\n---\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
         containers: [{name: c, envFrom: [{configMapRef: {name: a}}]}]\n";

    fn options() -> Options {
        Options {
            cache: Some(ParseCache::new().into()),
            ..Options::default()
        }
    }

    #[test]
    fn an_overlay_takes_the_memory_of_those_that_are_done() {
        let mut view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", OBJECTS);
        let options = options();
        let mut states = Vec::new();
        for at in 0..3 {
            let text = format!("resources: [../base]\nnamespace: n{at}\nnamePrefix: p{at}-\n");
            view.insert(format!("o{at}/kustomization.yaml"), text);
            let root = format!("o{at}");
            let build = crate::build(&view, Path::new(&root), &options).unwrap();
            let alone = crate::build(&view, Path::new(&root), &Options::default()).unwrap();
            assert_eq!(build.to_yaml(), alone.to_yaml());
            let state = |printed: &Printed| match printed {
                Printed::Changed(changed) => std::ptr::from_ref(&*changed.resource).addr(),
                Printed::Whole(_) => 0,
            };
            let mut used: Vec<usize> = build.output.objects.iter().map(state).collect();
            used.sort_unstable();
            states.push(used);
        }
        assert!(states[0].len() == 3 && !states[0].contains(&0));
        assert!(states.iter().all(|used| *used == states[0]));
    }

    #[test]
    fn what_is_written_is_the_text() {
        let overlay = "resources: [../base]\npatches:\n- target: {kind: Service}\n  \
             patch: '[{\"op\": \"add\", \"path\": \"/spec/type\", \"value\": \"ClusterIP\"}]'\n";
        let view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", OBJECTS)
            .with("few/kustomization.yaml", overlay)
            .with(
                "all/kustomization.yaml",
                format!("{overlay}namespace: moved\n"),
            );
        let options = options();
        for root in ["few", "all", "few", "all"] {
            let build = crate::build(&view, Path::new(root), &options).unwrap();
            let mut written = Vec::new();
            build.write_yaml(&mut written).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), build.to_yaml());
            let alone = crate::build(&view, Path::new(root), &Options::default()).unwrap();
            assert_eq!(build.to_yaml(), alone.to_yaml());
        }
    }

    #[test]
    fn nothing_of_an_overlay_is_left_in_the_next() {
        let fields = [
            "namespace: a\nnamePrefix: p-\nlabels: [{pairs: {x: v}, includeSelectors: true}]\n",
            "nameSuffix: -s\ncommonAnnotations: {note: b}\n",
            "labels: [{pairs: {x: 'on', z: v}}]\nnamePrefix: '1'\n",
            "namespace: b\npatches: [{target: {name: a}, patch: '[{\"op\": \"add\", \"path\": \
             \"/metadata/labels\", \"value\": {\"x\": \"1\"}}]'}]\nlabels: [{pairs: {x: k}}]\n",
        ];
        let mut view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", OBJECTS);
        for (at, fields) in fields.iter().enumerate() {
            let text = format!("resources: [../base]\n{fields}");
            view.insert(format!("o{at}/kustomization.yaml"), text);
        }
        let options = options();
        let mut kept = Vec::new();
        for at in [0, 1, 0, 2, 3, 2, 1, 3, 0, 3, 1, 2, 0] {
            let root = format!("o{at}");
            let build = crate::build(&view, Path::new(&root), &options).unwrap();
            let alone = crate::build(&view, Path::new(&root), &Options::default()).unwrap();
            assert_eq!(build.to_yaml(), alone.to_yaml());
            assert_eq!(build.objects(), alone.objects());
            // Some are done with at once, some later.
            kept.push(build);
            if kept.len() % 3 == 0 {
                kept.clear();
            }
        }
    }

    #[test]
    fn more_names_than_are_told_apart_are_followed() {
        let secret = |at| format!("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s{at}}}\n");
        let secrets: String = (0..200).map(secret).collect();
        let name = |at| format!("{{name: s{at}}}");
        let names: Vec<String> = (0..200).map(name).collect();
        let account = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: a}}\nimagePullSecrets: [{}]\n",
            names.join(", ")
        );
        let mut view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", account + &secrets);
        let options = options();
        for at in 0..3 {
            let root = format!("o{at}");
            let text = format!("resources: [../base]\nnamespace: n{at}\nnamePrefix: p{at}-\n");
            view.insert(format!("{root}/kustomization.yaml"), text);
            let build = crate::build(&view, Path::new(&root), &options).unwrap();
            let alone = crate::build(&view, Path::new(&root), &Options::default()).unwrap();
            assert_eq!(build.to_yaml(), alone.to_yaml());
            assert!(build.to_yaml().contains(&format!("- name: p{at}-s199\n")));
        }
    }

    /// The most that a thousand overlays over one base may cost hangs on this.
    #[test]
    fn an_overlay_that_moves_renames_and_labels_all_objects_makes_no_trees() {
        let mut view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", OBJECTS);
        let options = options();
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
