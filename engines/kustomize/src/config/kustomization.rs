//! The kustomization file (`api/types`).

use std::collections::BTreeMap;

use yaml::Value;

use super::{
    Context, Decode, FieldSpec, GeneratorArgs, GeneratorOptions, Mode, ReplacementField,
    decode_struct,
};
use crate::error::Error;
use crate::id::{Gvk, ResId};

/// The API of kustomizations.
pub(crate) const API_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
/// The API of components.
pub(crate) const COMPONENT_API_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";
/// The kind of files that build on their own.
pub(crate) const KIND: &str = "Kustomization";
/// The kind of files that work on what includes them.
pub(crate) const COMPONENT_KIND: &str = "Component";

decode_struct! {
    /// A kustomization file, legacy fields folded into today's.
    pub(crate) struct Kustomization {
        api_version: String = "apiVersion",
        kind: String = "kind",
        metadata: Option<ObjectMeta> = "metadata",
        openapi: BTreeMap<String, String> = "openapi",
        name_prefix: String = "namePrefix",
        name_suffix: String = "nameSuffix",
        namespace: String = "namespace",
        common_labels: BTreeMap<String, String> = "commonLabels",
        labels: Vec<Label> = "labels",
        common_annotations: BTreeMap<String, String> = "commonAnnotations",
        patches_strategic_merge: Vec<String> = "patchesStrategicMerge",
        patches_json6902: Vec<Patch> = "patchesJson6902",
        patches: Vec<Patch> = "patches",
        images: Vec<Image> = "images",
        image_tags: Vec<Image> = "imageTags",
        replacements: Vec<ReplacementField> = "replacements",
        replicas: Vec<Replica> = "replicas",
        vars: Vec<Var> = "vars",
        sort_options: Option<SortOptions> = "sortOptions",
        resources: Vec<String> = "resources",
        components: Vec<String> = "components",
        crds: Vec<String> = "crds",
        bases: Vec<String> = "bases",
        config_map_generator: Vec<GeneratorArgs> = "configMapGenerator",
        secret_generator: Vec<GeneratorArgs> = "secretGenerator",
        helm_globals: Option<Value> = "helmGlobals",
        helm_charts: Vec<Value> = "helmCharts",
        helm_chart_inflation_generator: Vec<Value> = "helmChartInflationGenerator",
        generator_options: Option<GeneratorOptions> = "generatorOptions",
        configurations: Vec<String> = "configurations",
        generators: Vec<String> = "generators",
        transformers: Vec<String> = "transformers",
        validators: Vec<String> = "validators",
        build_metadata: Vec<String> = "buildMetadata",
    }
}

decode_struct! {
    /// An entry of `labels`.
    pub(crate) struct Label {
        pairs: BTreeMap<String, String> = "pairs",
        include_selectors: bool = "includeSelectors",
        include_templates: bool = "includeTemplates",
        include_volume_claim_templates: bool = "includeVolumeClaimTemplates",
        fields: Vec<FieldSpec> = "fields",
    }
}

decode_struct! {
    /// A patch, in place or in a file.
    pub(crate) struct Patch {
        path: String = "path",
        patch: String = "patch",
        target: Option<Selector> = "target",
        options: Option<PatchOptions> = "options",
    }
}

decode_struct! {
    /// What a strategic merge may change beside content.
    pub(crate) struct PatchOptions {
        allow_name_change: bool = "allowNameChange",
        allow_kind_change: bool = "allowKindChange",
    }
}

decode_struct! {
    /// Which objects are meant; names are regular expressions.
    pub(crate) struct Selector {
        group: String = embedded "group",
        version: String = embedded "version",
        kind: String = embedded "kind",
        name: String = embedded "name",
        namespace: String = embedded "namespace",
        annotation_selector: String = "annotationSelector",
        label_selector: String = "labelSelector",
    }
}

impl Selector {
    /// The parts that are names, as an id.
    pub(crate) fn id(&self) -> ResId {
        ResId {
            gvk: Gvk::new(&*self.group, &*self.version, &*self.kind),
            name: self.name.as_str().into(),
            namespace: self.namespace.as_str().into(),
            cluster_scoped: false,
        }
    }
}

decode_struct! {
    /// An entry of `images`.
    pub(crate) struct Image {
        name: String = "name",
        new_name: String = "newName",
        tag_suffix: String = "tagSuffix",
        new_tag: String = "newTag",
        digest: String = "digest",
    }
}

decode_struct! {
    /// An entry of `replicas`.
    pub(crate) struct Replica {
        name: String = "name",
        count: i64 = "count",
    }
}

decode_struct! {
    /// An entry of `vars`.
    pub(crate) struct Var {
        name: String = "name",
        objref: VarTarget = "objref",
        fieldref: VarField = "fieldref",
    }
}

decode_struct! {
    /// The object that a var reads.
    pub(crate) struct VarTarget {
        api_version: String = "apiVersion",
        group: String = embedded "group",
        version: String = embedded "version",
        kind: String = embedded "kind",
        name: String = "name",
        namespace: String = "namespace",
    }
}

decode_struct! {
    /// The field that a var reads.
    pub(crate) struct VarField {
        field_path: String = "fieldPath",
    }
}

decode_struct! {
    /// `sortOptions`.
    pub(crate) struct SortOptions {
        order: String = "order",
        legacy_sort_options: Option<LegacySortOptions> = "legacySortOptions",
    }
}

decode_struct! {
    /// Kinds that come first and last.
    pub(crate) struct LegacySortOptions {
        order_first: Vec<String> = "orderFirst",
        order_last: Vec<String> = "orderLast",
    }
}

decode_struct! {
    /// The metadata of a kustomization; nothing is done with them.
    pub(crate) struct ObjectMeta {
        name: String = "name",
        namespace: String = "namespace",
        labels: BTreeMap<String, String> = "labels",
        annotations: BTreeMap<String, String> = "annotations",
    }
}

impl VarTarget {
    /// Group, version and kind; `apiVersion` wins over the parts.
    pub(crate) fn gvk(&self) -> Gvk {
        let mut gvk = Gvk::new(&*self.group, &*self.version, &*self.kind);
        match self.api_version.split('/').collect::<Vec<_>>()[..] {
            [""] => {}
            [version] => gvk.version = version.into(),
            [group, version] => {
                gvk.group = group.into();
                gvk.version = version.into();
            }
            _ => {}
        }
        gvk
    }
}

impl std::fmt::Display for Var {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.fieldref.field_path.is_empty() {
            "metadata.name"
        } else {
            &self.fieldref.field_path
        };
        write!(f, "{{{} {} {{{path}}}}}", self.name, self.objref.gvk())
    }
}

impl Kustomization {
    /// Reads a kustomization file; tells which deprecated fields it has.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(Self, Vec<String>), Error> {
        let invalid = |message: String| Error::Config(format!("invalid Kustomization: {message}"));
        let document =
            yaml::decode_first(bytes, yaml::Dialect::Kubernetes, &yaml::Budget::default())
                .map_err(|error| invalid(error.to_string()))?;
        let document = document.unwrap_or(Value::Null);
        if is_empty(&document) {
            return Err(Error::Config("kustomization.yaml is empty".into()));
        }
        let context = Context::new("Kustomization", Mode::Strict);
        let mut kustomization = Self::decode(&document, &context).map_err(invalid)?;
        if let Some(field) = kustomization.misplaced_field() {
            return Err(invalid(format!("json: unknown field \"{field}\"")));
        }
        kustomization.fix();
        Ok((kustomization, deprecations(&document)))
    }

    /// A field of generators that belongs to Secrets alone, or to configurations in files.
    fn misplaced_field(&self) -> Option<&'static str> {
        let config_maps = self.config_map_generator.iter();
        if config_maps.clone().any(|args| !args.secret_type.is_empty()) {
            return Some("type");
        }
        config_maps
            .chain(&self.secret_generator)
            .any(|args| args.metadata.is_some())
            .then_some("metadata")
    }

    /// Folds legacy fields into today's, and sets the defaults.
    fn fix(&mut self) {
        if self.kind.is_empty() {
            KIND.clone_into(&mut self.kind);
        }
        if self.api_version.is_empty() {
            self.required_api_version()
                .clone_into(&mut self.api_version);
        }
        // A list without targets is as good as none.
        for replacement in &mut self.replacements {
            if replacement.targets.as_ref().is_some_and(Vec::is_empty) {
                replacement.targets = None;
            }
        }
        self.resources.append(&mut self.bases);
        self.images.append(&mut self.image_tags);
        self.helm_charts
            .append(&mut self.helm_chart_inflation_generator);
        for generator in self
            .config_map_generator
            .iter_mut()
            .chain(&mut self.secret_generator)
        {
            generator.fold_env();
        }
    }

    pub(crate) fn is_component(&self) -> bool {
        self.kind == COMPONENT_KIND
    }

    fn required_api_version(&self) -> &'static str {
        if self.is_component() {
            COMPONENT_API_VERSION
        } else {
            API_VERSION
        }
    }

    /// What is wrong with kind and API version.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.kind != KIND && self.kind != COMPONENT_KIND {
            problems.push(format!("kind should be {KIND} or {COMPONENT_KIND}"));
        }
        let required = self.required_api_version();
        if self.api_version != required {
            problems.push(format!("apiVersion for {} should be {required}", self.kind));
        }
        problems
    }
}

/// Fields that have a successor, and their successor. Only some of what `vars` can do is fixed by a
/// command.
const DEPRECATED: [(&str, &str, &str); 6] = [
    ("bases", "resources", ""),
    ("commonLabels", "labels", ""),
    ("imageTags", "images", ""),
    ("patchesJson6902", "patches", ""),
    ("patchesStrategicMerge", "patches", ""),
    ("vars", "replacements", "[EXPERIMENTAL] "),
];

/// A warning for every deprecated field that is there, even with nothing in it.
fn deprecations(document: &Value) -> Vec<String> {
    let entries = || document.as_map().into_iter().flat_map(|map| map.iter());
    let is_used = |field: &str| {
        entries().any(|(key, value)| key.eq_ignore_ascii_case(field) && !value.is_null())
    };
    let used = DEPRECATED.iter().filter(|(field, ..)| is_used(field));
    used.map(|(field, instead, how)| {
        format!(
            "# Warning: '{field}' is deprecated. Please use '{instead}' instead. {how}Run \
             'kustomize edit fix' to update your Kustomization automatically."
        )
    })
    .collect()
}

/// Nothing but kind and API version is set.
fn is_empty(document: &Value) -> bool {
    let Some(map) = document.as_map() else {
        return document.is_null();
    };
    map.iter().all(|(key, value)| {
        let folded = ["bases", "imageTags", "helmChartInflationGenerator"];
        match value {
            _ if *key == *"apiVersion" || *key == *"kind" => true,
            Value::Null | Value::Bool(false) => true,
            Value::Str(text) => text.is_empty(),
            Value::Seq(items) => items.is_empty() && folded.contains(&key.as_str()),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_fields_are_folded_in() {
        let text = "bases: [b]\nresources: [a]\nimageTags: [{name: i}]\n\
                    configMapGenerator: [{name: c, envs: [a.env], env: b.env}]\n";
        let (kustomization, warnings) = Kustomization::parse(text.as_bytes()).unwrap();
        assert!(warnings[0].starts_with("# Warning: 'bases' is deprecated."));
        assert_eq!(warnings.len(), 2);
        assert_eq!(kustomization.resources, ["a", "b"]);
        assert_eq!(kustomization.images.len(), 1);
        assert_eq!(
            kustomization.config_map_generator[0].envs,
            ["a.env", "b.env"]
        );
        assert_eq!(kustomization.kind, KIND);
    }

    #[test]
    fn a_header_alone_is_empty() {
        for text in ["", "kind: Kustomization\n", "resources:\n"] {
            let error = Kustomization::parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "kustomization.yaml is empty");
        }
    }
}
