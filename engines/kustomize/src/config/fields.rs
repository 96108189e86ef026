//! Field specs: which fields of which kinds a transformer works on (`api/types/fieldspec.go`,
//! `api/internal/plugins/builtinconfig`).

use std::fmt;
use std::sync::{Arc, LazyLock};

use yaml::{Str, Value};

use super::{Context, Decode, Mode, decode_struct, defaults};
use crate::error::{Error, ResultExt};
use crate::id::Gvk;
use crate::node::{is_plain_field, split_path};

/// A field of some kinds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldSpec {
    /// The kinds; empty parts match all.
    pub(crate) gvk: Gvk,
    /// The path as written, with `/` between parts and `[]` after lists.
    pub(crate) path: String,
    /// Make the field when it is missing.
    pub(crate) create: bool,
    /// The path in parts.
    pub(crate) segments: Arc<[Segment]>,
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Segment {
    pub(crate) name: Str,
    /// Written with `[]`: a list, which is never made.
    pub(crate) is_list: bool,
    /// No selector, index or the like: the field of this very name.
    pub(crate) is_plain: bool,
}

impl Segment {
    fn new(part: &str) -> Self {
        let list = part.strip_suffix("[]");
        let name = list.unwrap_or(part);
        Self {
            name: name.into(),
            is_list: list.is_some(),
            is_plain: is_plain_field(name),
        }
    }
}

decode_struct! {
    /// A field spec as written.
    pub(crate) struct RawFieldSpec {
        group: String = embedded "group",
        version: String = embedded "version",
        kind: String = embedded "kind",
        path: String = "path",
        create: bool = "create",
    }
}

impl FieldSpec {
    pub(crate) fn new(gvk: Gvk, path: &str, create: bool) -> Self {
        let parts = split_path(path, '/');
        let segments = parts.iter().map(|part| Segment::new(part)).collect();
        Self {
            gvk,
            path: path.to_owned(),
            create,
            segments,
        }
    }
}

impl Decode for FieldSpec {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        let raw = RawFieldSpec::decode(value, context)?;
        let gvk = Gvk::new(raw.group, raw.version, raw.kind);
        Ok(Self::new(gvk, &raw.path, raw.create))
    }

    fn type_name() -> String {
        "types.FieldSpec".into()
    }
}

impl fmt::Display for FieldSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.gvk, self.create, self.path)
    }
}

/// Adds a spec unless one that is at least as narrow has the same path.
pub(crate) fn merge_one(specs: &mut Vec<FieldSpec>, spec: &FieldSpec) -> Result<(), Error> {
    let known = specs
        .iter()
        .find(|known| known.path == spec.path && known.gvk.is_selected(&spec.gvk));
    match known {
        Some(known) if known.create != spec.create => Err(Error::Config(format!(
            "conflicting fieldspecs: {known} and {spec}"
        ))),
        Some(_) => Ok(()),
        None => {
            specs.push(spec.clone());
            Ok(())
        }
    }
}

/// Adds all of `more`.
pub(crate) fn merge_all(specs: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), Error> {
    more.iter().try_for_each(|spec| merge_one(specs, spec))
}

/// The fields in which other objects refer to one of a kind by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct NameReference {
    pub(crate) target: Gvk,
    pub(crate) referrers: Vec<FieldSpec>,
}

decode_struct! {
    /// A name reference as written.
    pub(crate) struct RawNameReference {
        group: String = embedded "group",
        version: String = embedded "version",
        kind: String = embedded "kind",
        field_specs: Vec<FieldSpec> = "fieldSpecs",
    }
}

impl Decode for NameReference {
    fn decode(value: &Value, context: &Context<'_>) -> Result<Self, String> {
        let raw = RawNameReference::decode(value, context)?;
        Ok(Self {
            target: Gvk::new(raw.group, raw.version, raw.kind),
            referrers: raw.field_specs,
        })
    }

    fn type_name() -> String {
        "builtinconfig.NameBackReferences".into()
    }
}

decode_struct! {
    /// The fields that every transformer works on.
    pub(crate) struct TransformerConfig {
        name_prefix: Vec<FieldSpec> = "namePrefix",
        name_suffix: Vec<FieldSpec> = "nameSuffix",
        namespace: Vec<FieldSpec> = "namespace",
        common_labels: Vec<FieldSpec> = "commonLabels",
        labels: Vec<FieldSpec> = "labels",
        template_labels: Vec<FieldSpec> = "templateLabels",
        volume_claim_template_labels: Vec<FieldSpec> = "volumeClaimTemplateLabels",
        common_annotations: Vec<FieldSpec> = "commonAnnotations",
        name_reference: Vec<NameReference> = "nameReference",
        var_reference: Vec<FieldSpec> = "varReference",
        images: Vec<FieldSpec> = "images",
        replicas: Vec<FieldSpec> = "replicas",
    }
}

static DEFAULT: LazyLock<Arc<TransformerConfig>> = LazyLock::new(|| {
    let mut config = defaults::config();
    config.sort();
    Arc::new(config)
});

impl TransformerConfig {
    /// What holds without any configuration.
    pub(crate) fn default_config() -> Arc<Self> {
        Arc::clone(&DEFAULT)
    }

    /// Reads a file of `configurations`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let document = yaml::decode_first(
            bytes,
            yaml::Dialect::KubernetesStrict,
            &yaml::Budget::default(),
        )
        .map_err(|error| Error::Config(format!("error converting YAML to JSON: yaml: {error}")))?;
        let document = document.unwrap_or(Value::Null);
        let context = Context::new("TransformerConfig", Mode::StrictFields);
        let mut config = Self::decode(&document, &context).map_err(|message| {
            Error::Config(format!(
                "error unmarshaling JSON: while decoding JSON: {message}"
            ))
        })?;
        config.sort();
        Ok(config)
    }

    /// Both configurations in one.
    pub(crate) fn merge(this: &Arc<Self>, other: &Arc<Self>) -> Result<Arc<Self>, Error> {
        // Every kustomization brings the defaults along, and nearly always nothing else. What
        // others bring is added spec by spec even to nothing: a wide one gives way to narrow ones.
        if Arc::ptr_eq(this, other) || **other == Self::default() {
            return Ok(Arc::clone(this));
        }
        if **this == Self::default() && Arc::ptr_eq(other, &DEFAULT) {
            return Ok(Arc::clone(other));
        }
        let mut merged = (**this).clone();
        merged.add(other)?;
        Ok(Arc::new(merged))
    }

    /// Adds another configuration.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Error> {
        for (name, ours, theirs) in [
            ("NamePrefix", &mut self.name_prefix, &other.name_prefix),
            ("NameSuffix", &mut self.name_suffix, &other.name_suffix),
            ("NameSpace", &mut self.namespace, &other.namespace),
            (
                "CommonAnnotations",
                &mut self.common_annotations,
                &other.common_annotations,
            ),
            (
                "CommonLabels",
                &mut self.common_labels,
                &other.common_labels,
            ),
            ("Labels", &mut self.labels, &other.labels),
            (
                "TemplateLabels",
                &mut self.template_labels,
                &other.template_labels,
            ),
            (
                "VolumeClaimTemplateLabels",
                &mut self.volume_claim_template_labels,
                &other.volume_claim_template_labels,
            ),
            (
                "VarReference",
                &mut self.var_reference,
                &other.var_reference,
            ),
            ("Images", &mut self.images, &other.images),
            ("Replicas", &mut self.replicas, &other.replicas),
        ] {
            merge_all(ours, theirs).context(|| format!("failed to merge {name} fieldSpec"))?;
        }
        for reference in &other.name_reference {
            self.add_name_reference(reference)
                .context(|| "failed to merge NameReference fieldSpec".into())?;
        }
        self.sort();
        Ok(())
    }

    /// Adds fields that refer to a kind.
    pub(crate) fn add_name_reference(&mut self, reference: &NameReference) -> Result<(), Error> {
        let known = self
            .name_reference
            .iter_mut()
            .find(|known| known.target == reference.target);
        if let Some(known) = known {
            return merge_all(&mut known.referrers, &reference.referrers);
        }
        self.name_reference.push(reference.clone());
        Ok(())
    }

    fn sort(&mut self) {
        for specs in [
            &mut self.name_prefix,
            &mut self.name_suffix,
            &mut self.namespace,
            &mut self.common_labels,
            &mut self.labels,
            &mut self.template_labels,
            &mut self.volume_claim_template_labels,
            &mut self.common_annotations,
            &mut self.var_reference,
            &mut self.images,
            &mut self.replicas,
        ] {
            specs.sort_by_cached_key(|spec| spec.gvk.sort_key());
        }
        self.name_reference
            .sort_by_cached_key(|reference| reference.target.sort_key());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(kind: &str, path: &str, create: bool) -> FieldSpec {
        FieldSpec::new(Gvk::new("", "", kind), path, create)
    }

    #[test]
    fn a_spec_is_added_once() {
        let mut specs = vec![spec("A", "x/y", false)];
        merge_one(&mut specs, &spec("A", "x/y", false)).unwrap();
        assert_eq!(specs.len(), 1);
        merge_one(&mut specs, &spec("B", "x/y", false)).unwrap();
        assert_eq!(specs.len(), 2);
        assert!(merge_one(&mut specs, &spec("A", "x/y", true)).is_err());
    }

    #[test]
    fn defaults_merge_with_themselves_without_change() {
        let default = TransformerConfig::default_config();
        let mut twice = (*default).clone();
        twice.add(&default).unwrap();
        assert_eq!(twice, *default);
    }

    #[test]
    fn unknown_fields_of_configurations_are_errors() {
        let error = TransformerConfig::parse(b"namoPrefix: []\n").unwrap_err();
        assert!(error.to_string().contains("unknown field \"namoPrefix\""));
    }
}
