//! The renderers of a spec, in order: those of the user, the common metadata, the origin labels (H14.1).

use std::collections::BTreeMap;
use std::path::Path;

use crds::helm::{GROUP, HelmRelease, KustomizeRenderer};
use crds::kustomize::{Image, Patch, Selector};
use kustomize::{Build, LoadRestrictor, MemoryView, Options, Reorder};
use serde_json::{Value as Json, json};
use yaml::{Map, Value};

/// What the rendered documents are read from.
const INPUT: &str = "helm-output.yaml";

/// Objects with this annotation are for tools, and a build leaves them out.
const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";
/// What it is called where it is to have no effect.
const HIDDEN: &str = "postrenderer.helm.sh/hidden-local-config";

/// All that changes the rendering of one release.
pub(super) struct Chain {
    user: Vec<Step>,
    metadata: Step,
}

/// One build: a kustomization, and the transformers that it names.
struct Step {
    kustomization: Json,
    transformers: Vec<Json>,
}

impl Chain {
    /// The renderers of an object. The origin labels are always among them, and win over the common metadata.
    pub fn of(object: &HelmRelease) -> Self {
        let renderers = object
            .spec
            .post_renderers
            .iter()
            .filter_map(|renderer| renderer.kustomize.as_ref());
        let user = renderers.map(user).collect();
        let mut transformers = Vec::new();
        if let Some(common) = &object.spec.common_metadata {
            transformers.extend(setter("LabelTransformer", "labels", &common.labels));
            transformers.extend(setter(
                "AnnotationsTransformer",
                "annotations",
                &common.annotations,
            ));
        }
        transformers.extend(setter("LabelTransformer", "labels", &origin(object)));
        let names = (0..transformers.len()).map(transformer_name);
        let kustomization = kustomization(json!({"transformers": names.collect::<Vec<_>>()}));
        let metadata = Step {
            kustomization,
            transformers,
        };
        Self { user, metadata }
    }

    /// The documents of a stream, changed. No document at all stays so.
    pub fn run(&self, stream: String) -> Result<Vec<Value>, kustomize::Error> {
        let mut text = stream;
        for step in &self.user {
            text = step.run(&text)?.to_yaml();
        }
        // Only the renderers of the user leave such objects out.
        let hides = text.contains(LOCAL_CONFIG);
        if hides {
            text = text.replace(LOCAL_CONFIG, HIDDEN);
        }
        let objects = self.metadata.run(&text)?.objects();
        Ok(if hides {
            objects.iter().map(show).collect()
        } else {
            objects
        })
    }
}

/// The value with the annotation under its own name.
fn show(value: &Value) -> Value {
    match value {
        Value::Str(text) if text.contains(HIDDEN) => text.replace(HIDDEN, LOCAL_CONFIG).into(),
        Value::Seq(items) => items.iter().map(show).collect(),
        Value::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| (key.replace(HIDDEN, LOCAL_CONFIG), show(value)));
            entries.collect::<Map>().into()
        }
        other => other.clone(),
    }
}

impl Step {
    fn run(&self, input: &str) -> Result<Build, kustomize::Error> {
        let mut view = MemoryView::new();
        view.insert(INPUT, input);
        view.insert("kustomization.yaml", self.kustomization.to_string());
        for (at, transformer) in self.transformers.iter().enumerate() {
            let mut transformer = transformer.clone();
            transformer["metadata"] = json!({"name": format!("transformer-{at}")});
            view.insert(transformer_name(at), transformer.to_string());
        }
        let options = Options {
            load_restrictor: LoadRestrictor::None,
            reorder: Reorder::None,
            ..Options::default()
        };
        kustomize::build(&view, Path::new("/"), &options).map_err(|failure| failure.error)
    }
}

fn transformer_name(at: usize) -> String {
    format!("transformer-{at}.yaml")
}

fn kustomization(fields: Json) -> Json {
    let mut all = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [INPUT],
    });
    if let (Some(all), Json::Object(fields)) = (all.as_object_mut(), fields) {
        all.extend(fields);
    }
    all
}

/// A renderer of the user: patches and images.
fn user(renderer: &KustomizeRenderer) -> Step {
    let mut fields = json!({});
    if !renderer.images.is_empty() {
        fields["images"] = renderer.images.iter().map(image).collect();
    }
    if !renderer.patches.is_empty() {
        fields["patches"] = renderer.patches.iter().map(patch).collect();
    }
    Step {
        kustomization: kustomization(fields),
        transformers: Vec::new(),
    }
}

fn image(image: &Image) -> Json {
    let name = Some(image.name.clone()).filter(|name| !name.is_empty());
    object([
        ("name", &name),
        ("newName", &image.new_name),
        ("newTag", &image.new_tag),
        ("digest", &image.digest),
    ])
}

fn patch(patch: &Patch) -> Json {
    let text = Some(patch.patch.clone()).filter(|text| !text.is_empty());
    let mut value = object([("patch", &text)]);
    if let Some(target) = &patch.target {
        value["target"] = selector(target);
    }
    value
}

fn selector(target: &Selector) -> Json {
    object([
        ("group", &target.group),
        ("version", &target.version),
        ("kind", &target.kind),
        ("name", &target.name),
        ("namespace", &target.namespace),
        ("annotationSelector", &target.annotation_selector),
        ("labelSelector", &target.label_selector),
    ])
}

/// The fields that are set.
fn object<const N: usize>(fields: [(&str, &Option<String>); N]) -> Json {
    let set = fields
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    Json::Object(set.collect())
}

/// A transformer that sets entries of the object's own metadata, leaving templates and selectors alone.
fn setter(kind: &str, field: &str, entries: &BTreeMap<String, String>) -> Option<Json> {
    (!entries.is_empty()).then(|| {
        json!({
            "apiVersion": "builtin",
            "kind": kind,
            field: entries,
            "fieldSpecs": [{"path": format!("metadata/{field}"), "create": true}],
        })
    })
}

/// Labels that lead from an object to its HelmRelease.
fn origin(object: &HelmRelease) -> BTreeMap<String, String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    BTreeMap::from([
        (format!("{GROUP}/name"), text(&object.metadata.name)),
        (
            format!("{GROUP}/namespace"),
            text(&object.metadata.namespace),
        ),
    ])
}
