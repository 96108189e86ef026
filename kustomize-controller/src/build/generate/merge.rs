//! Merging a spec into a kustomization (K10.6).

use crds::kustomize::{BuildMetadata, Image, KustomizationSpec, Patch, Selector};
use yaml::{Map, Value};

/// The fields of a kustomization, deprecated ones included (K10.4).
pub(super) const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "imageTags",
    "images",
    "labels",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
];

/// Sets `apiVersion` and `kind` where they are missing.
pub(super) fn identify(kustomization: &mut Map) {
    kustomization.get_or_insert("apiVersion", || "kustomize.config.k8s.io/v1beta1".into());
    kustomization.get_or_insert("kind", || "Kustomization".into());
}

/// Is there nothing under this key?
pub(super) fn is_empty(kustomization: &Map, key: &str) -> bool {
    match kustomization.get(key) {
        None | Some(Value::Null) => true,
        Some(Value::Seq(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// A list of texts.
pub(super) fn strings<S: Into<String>>(texts: impl IntoIterator<Item = S>) -> Value {
    texts
        .into_iter()
        .map(|text| Value::from(text.into()))
        .collect::<Vec<_>>()
        .into()
}

/// Overwrites namespace, prefix and suffix; appends patches and components; replaces the build metadata; merges images.
pub(super) fn merge(kustomization: &mut Map, spec: &KustomizationSpec, components: Vec<String>) {
    for (key, value) in [
        ("namespace", &spec.target_namespace),
        ("namePrefix", &spec.name_prefix),
        ("nameSuffix", &spec.name_suffix),
    ] {
        if let Some(value) = value {
            kustomization.insert(key, value.as_str());
        }
    }
    append(
        kustomization,
        "patches",
        spec.patches.iter().map(patch).collect(),
    );
    append(
        kustomization,
        "components",
        components.into_iter().map(Value::from).collect(),
    );
    for image in &spec.images {
        merge_image(kustomization, image);
    }
    if !spec.build_metadata.is_empty() {
        let wanted = spec.build_metadata.iter().map(BuildMetadata::as_str);
        kustomization.insert("buildMetadata", strings(wanted));
    }
}

fn append(kustomization: &mut Map, key: &str, more: Vec<Value>) {
    if more.is_empty() {
        return;
    }
    let list = kustomization.get_or_insert(key, Value::empty_seq);
    if list.is_null() {
        *list = Value::empty_seq();
    }
    // A value of another type stays, for the build to refuse with its own words.
    if let Some(items) = list.as_seq_mut() {
        items.extend(more);
    }
}

fn patch(patch: &Patch) -> Value {
    let mut fields = Map::new();
    fields.insert("patch", patch.patch.as_str());
    if let Some(target) = &patch.target {
        fields.insert("target", selector(target));
    }
    fields.into()
}

fn selector(selector: &Selector) -> Value {
    let mut fields = Map::new();
    for (key, value) in [
        ("group", &selector.group),
        ("version", &selector.version),
        ("kind", &selector.kind),
        ("namespace", &selector.namespace),
        ("name", &selector.name),
        ("annotationSelector", &selector.annotation_selector),
        ("labelSelector", &selector.label_selector),
    ] {
        if let Some(value) = value {
            fields.insert(key, value.as_str());
        }
    }
    fields.into()
}

/// An image of the same name takes the new name, and the tag and digest as one: a digest left beside a new tag would win
/// (K23.11).
fn merge_image(kustomization: &mut Map, image: &Image) {
    let list = kustomization.get_or_insert("images", Value::empty_seq);
    if list.is_null() {
        *list = Value::empty_seq();
    }
    let Some(images) = list.as_seq_mut() else {
        return;
    };
    let same_name =
        |known: &&mut Value| known.get("name").and_then(Value::as_str) == Some(&image.name);
    let known = images.iter_mut().find(same_name);
    if let Some(known) = known.and_then(Value::as_map_mut) {
        if let Some(name) = &image.new_name {
            known.insert("newName", name.as_str());
        }
        if image.new_tag.is_some() || image.digest.is_some() {
            known.remove("newTag");
            known.remove("digest");
            version(known, image);
        }
    } else {
        let mut fields = Map::new();
        fields.insert("name", image.name.as_str());
        if let Some(name) = &image.new_name {
            fields.insert("newName", name.as_str());
        }
        version(&mut fields, image);
        images.push(fields.into());
    }
}

fn version(fields: &mut Map, image: &Image) {
    for (key, value) in [("newTag", &image.new_tag), ("digest", &image.digest)] {
        if let Some(value) = value {
            fields.insert(key, value.as_str());
        }
    }
}
