//! Files as one stream of documents, and back (Helm's `annotateAndMerge` and `splitAndDeannotate`).

use std::collections::BTreeMap;

use helm::output::{Hook, Manifest, split};
use yaml::node::{self, SequenceIndent};
use yaml::{Budget, Dialect, Map, Value};

use super::Error;
use super::chain::Chain;

/// Tells on the way through the renderers which file a document is from.
const FILE_NAME: &str = "postrenderer.helm.sh/postrender-filename";

/// Documents by the path of their template.
#[derive(Clone, Debug, Default)]
pub(super) struct Files(BTreeMap<String, Vec<String>>);

impl Files {
    pub fn of_manifests(manifests: &[Manifest]) -> Self {
        let mut files = Self::default();
        files.add_manifests(manifests);
        files
    }

    pub fn of_hooks(hooks: &[Hook]) -> Self {
        let mut files = Self::default();
        files.add_hooks(hooks);
        files
    }

    pub fn add_manifests(&mut self, manifests: &[Manifest]) {
        for manifest in manifests {
            self.add(&manifest.path, &manifest.content);
        }
    }

    pub fn add_hooks(&mut self, hooks: &[Hook]) {
        for hook in hooks {
            self.add(&hook.path, &hook.manifest);
        }
    }

    pub fn append(&mut self, other: Self) {
        for (path, documents) in other.0 {
            self.0.entry(path).or_default().extend(documents);
        }
    }

    fn add(&mut self, path: &str, document: &str) {
        self.0
            .entry(path.to_owned())
            .or_default()
            .push(document.to_owned());
    }

    /// Each file as one text.
    pub fn to_texts(&self) -> BTreeMap<String, String> {
        let join = |documents: &Vec<String>| documents.join("---\n");
        self.0
            .iter()
            .map(|(path, documents)| (path.clone(), join(documents)))
            .collect()
    }

    /// The files after the renderers. `group` names them in errors, `prefix` what a renderer has added.
    pub fn changed_by(
        &self,
        chain: &Chain,
        group: &'static str,
        prefix: &str,
    ) -> Result<Self, Error> {
        let stream = self.merged().map_err(|(path, problem)| Error::Input {
            group: if group == "files" { "manifests" } else { group },
            path,
            problem,
        })?;
        let objects = chain.run(stream).map_err(|error| Error::Render {
            group,
            problem: error.to_string(),
        })?;
        let mut files = Self::default();
        for (at, mut object) in objects.into_iter().enumerate() {
            let path = take_file_name(&mut object).unwrap_or_else(|| match prefix {
                "" => format!("generated-by-postrender-{at}.yaml"),
                prefix => format!("generated-by-postrender-{prefix}-{at}.yaml"),
            });
            files.add(&path, &printed(&object));
        }
        Ok(files)
    }

    /// All documents as one stream, each with the name of its file. The error is of the file that it names.
    fn merged(&self) -> Result<String, (String, String)> {
        let mut texts = Vec::new();
        for (path, documents) in &self.0 {
            for document in documents.iter().flat_map(|text| split(text)) {
                let values = yaml::decode(document.as_bytes(), Dialect::Kyaml, &Budget::default())
                    .map_err(|error| (path.clone(), format!("MalformedYAMLError: {error}")))?;
                for value in values.into_iter().flat_map(items) {
                    texts.push(yaml::encode(&with_file_name(value, path)));
                }
            }
        }
        Ok(texts.join("---\n"))
    }
}

/// The items of a list, or the value itself; nothing for nothing.
fn items(value: Value) -> Vec<Value> {
    let is_list = matches!(
        value.get("kind").and_then(Value::as_str),
        Some("List" | "ResourceList")
    );
    match value.get("items") {
        _ if value.is_null() => Vec::new(),
        Some(Value::Seq(items)) if is_list => items.as_ref().clone(),
        _ => vec![value],
    }
}

fn with_file_name(mut value: Value, path: &str) -> Value {
    let annotations = value
        .as_map_mut()
        .and_then(|object| table(object, "metadata"))
        .and_then(|metadata| table(metadata, "annotations"));
    if let Some(annotations) = annotations {
        annotations.insert(FILE_NAME, path);
    }
    value
}

/// The mapping under a key, made where there is none.
fn table<'a>(map: &'a mut Map, key: &str) -> Option<&'a mut Map> {
    let entry = map.get_or_insert(key, Value::empty_map);
    if entry.is_null() {
        *entry = Value::empty_map();
    }
    entry.as_map_mut()
}

/// Takes the name of the file off an object, and what is empty without it.
fn take_file_name(object: &mut Value) -> Option<String> {
    let object = object.as_map_mut()?;
    let metadata = object.get_mut("metadata").and_then(Value::as_map_mut)?;
    let annotations = metadata
        .get_mut("annotations")
        .and_then(Value::as_map_mut)?;
    let name = annotations
        .remove(FILE_NAME)
        .and_then(|name| name.as_str().map(str::to_owned));
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    if metadata.is_empty() {
        object.remove("metadata");
    }
    name.filter(|name| !name.is_empty())
}

/// The text that Helm records: printed by kustomize, read and printed once more by kyaml.
fn printed(object: &Value) -> String {
    let text = yaml::encode(object);
    match node::parse(text.as_bytes(), &Budget::default()) {
        Ok(trees) => node::print(&trees, SequenceIndent::Compact),
        Err(_) => text,
    }
}
