//! The transformers that the fields of a kustomization ask for, in their fixed order.

use super::plugin;
use super::{Accumulated, Origin, Target};
use crate::config::{FieldSpec, Label, TransformerConfig, merge_all, merge_one};
use crate::error::{Error, ResultExt};
use crate::id::Gvk;
use crate::resource::{ORIGIN, ResMap, Resource, TRANSFORMATIONS};
use crate::schema::Schemas;
use crate::transform::{
    Affix, Images, Json6902, JsonPatch, MapEntries, Namespace, NamespaceOptions, PatchTransformer,
    Replacements, Replicas, Side, StrategicMerge, Transform,
};

/// A transformer, and where it was asked for.
pub(super) struct Configured {
    pub(super) transformer: Box<dyn Transform>,
    pub(super) origin: Option<Origin>,
}

/// The label that validators may set.
const VALIDATED_BY: &str = "validated-by";

impl Target<'_> {
    pub(super) fn run_transformers(&mut self, all: &mut Accumulated) -> Result<(), Error> {
        let mut transformers = self.builtin_transformers(&all.config)?;
        let configs = self.kustomization.transformers.clone();
        transformers.extend(self.plugin_transformers(&configs)?);
        let schemas = self.loader.session.schemas();
        for configured in &transformers {
            configured
                .transformer
                .transform(&mut all.objects, &schemas)?;
            if let Some(origin) = &configured.origin {
                note(&mut all.objects, origin)?;
            }
            all.objects.drop_empty();
            all.objects.carry_links();
        }
        Ok(())
    }

    fn plugin_transformers(&mut self, entries: &[String]) -> Result<Vec<Configured>, Error> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let schemas = self.loader.session.schemas();
        let configs = self.plugin_configs(entries)?;
        configs
            .iter()
            .map(|config| plugin::transformer(config, &self.loader, &schemas))
            .collect()
    }

    pub(super) fn run_validators(&mut self, objects: &mut ResMap) -> Result<(), Error> {
        let configs = self.kustomization.validators.clone();
        let validators = self.plugin_transformers(&configs)?;
        let schemas = self.loader.session.schemas();
        for validator in validators {
            let before: Vec<Resource> = objects.iter().cloned().collect();
            validator.transformer.transform(objects, &schemas)?;
            check_unchanged(&before, objects, &schemas)?;
        }
        Ok(())
    }

    fn builtin_transformers(&self, config: &TransformerConfig) -> Result<Vec<Configured>, Error> {
        let mut out = Vec::new();
        let kustomization = &self.kustomization;
        let mut add = |name: &'static str, transformer: Box<dyn Transform>| {
            out.push(Configured {
                transformer,
                origin: self.builtin_origin(name),
            });
        };
        let trouble = |name: &'static str| move || format!("trouble configuring builtin {name}");
        let loader = &self.loader;
        if !kustomization.patches_strategic_merge.is_empty() {
            let merge = StrategicMerge::new(&kustomization.patches_strategic_merge, "", loader);
            let merge = merge.context(trouble("PatchStrategicMergeTransformer"))?;
            add("PatchStrategicMergeTransformer", Box::new(merge));
        }
        for patch in &kustomization.patches {
            let patch =
                PatchTransformer::new(patch, loader).context(trouble("PatchTransformer"))?;
            add("PatchTransformer", Box::new(patch));
        }
        if !kustomization.namespace.is_empty() {
            let options = NamespaceOptions::default();
            let namespace = Namespace::new(&kustomization.namespace, &config.namespace, &options)?;
            add("NamespaceTransformer", Box::new(namespace));
        }
        for (name, side, text, fields) in [
            (
                "PrefixTransformer",
                Side::Prefix,
                &kustomization.name_prefix,
                &config.name_prefix,
            ),
            (
                "SuffixTransformer",
                Side::Suffix,
                &kustomization.name_suffix,
                &config.name_suffix,
            ),
        ] {
            if !text.is_empty() {
                let affix = Affix {
                    side,
                    text: text.as_str().into(),
                    fields: fields.clone(),
                };
                add(name, Box::new(affix));
            }
        }
        for labels in self.labels(config)? {
            add("LabelTransformer", Box::new(labels));
        }
        if !kustomization.common_annotations.is_empty() {
            let fields = config.common_annotations.clone();
            let annotations = MapEntries::new(&kustomization.common_annotations, fields);
            add("AnnotationsTransformer", Box::new(annotations));
        }
        for patch in &kustomization.patches_json6902 {
            let patch = json6902(patch, loader).context(trouble("PatchJson6902Transformer"))?;
            add("PatchJson6902Transformer", Box::new(patch));
        }
        for replica in &kustomization.replicas {
            let replicas = Replicas {
                replica: replica.clone(),
                fields: config.replicas.clone(),
            };
            add("ReplicaCountTransformer", Box::new(replicas));
        }
        for image in &kustomization.images {
            let images = Images::new(image.clone(), config.images.clone());
            add("ImageTagTransformer", Box::new(images));
        }
        if !kustomization.replacements.is_empty() {
            let replacements = Replacements::new(&kustomization.replacements, loader)
                .context(trouble("ReplacementTransformer"))?;
            add("ReplacementTransformer", Box::new(replacements));
        }
        Ok(out)
    }

    /// `labels`, then `commonLabels`; the latter counts as asked for when the former is.
    fn labels(&self, config: &TransformerConfig) -> Result<Vec<MapEntries>, Error> {
        let kustomization = &self.kustomization;
        if kustomization.labels.is_empty() && kustomization.common_labels.is_empty() {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        for label in &kustomization.labels {
            let fields = label_fields(label, config);
            let fields = fields.context(|| "failed to merge labels".into())?;
            out.push(MapEntries::new(&label.pairs, fields));
        }
        let fields = config.common_labels.clone();
        out.push(MapEntries::new(&kustomization.common_labels, fields));
        Ok(out)
    }
}

fn label_fields(label: &Label, config: &TransformerConfig) -> Result<Vec<FieldSpec>, Error> {
    let mut fields = label.fields.clone();
    merge_all(&mut fields, &config.labels)?;
    if label.include_selectors {
        merge_all(&mut fields, &config.common_labels)?;
        return Ok(fields);
    }
    if label.include_templates {
        merge_all(&mut fields, &config.template_labels)?;
    }
    if label.include_volume_claim_templates {
        merge_all(&mut fields, &config.volume_claim_template_labels)?;
    }
    let metadata = FieldSpec::new(Gvk::default(), "metadata/labels", true);
    merge_one(&mut fields, &metadata)?;
    Ok(fields)
}

/// A JSON patch with its target, which must name an object.
pub(super) fn json6902(
    patch: &crate::config::Patch,
    loader: &crate::loader::Loader<'_>,
) -> Result<Json6902, Error> {
    let target = match &patch.target {
        Some(target) if !target.name.is_empty() => target.clone(),
        _ => return Err(Error::Config("must specify the target name".into())),
    };
    let text = match (patch.path.as_str(), patch.patch.as_str()) {
        ("", "") => return Err(Error::Config("empty file path and empty jsonOp".into())),
        (path, "") => {
            let loaded = loader.load(path)?;
            if loaded.bytes.is_empty() {
                return Err(Error::Config(format!(
                    "patch file '{path}' empty seems to be empty"
                )));
            }
            loaded.bytes.to_vec()
        }
        ("", text) => text.into(),
        _ => {
            return Err(Error::Config(
                "must specify a file path or jsonOp, not both".into(),
            ));
        }
    };
    let operations = JsonPatch::parse(&text).map_err(|error| {
        let text = String::from_utf8_lossy(&text);
        Error::Config(format!("decoding {text:?}: {error}"))
    })?;
    if operations.is_empty() {
        return Err(Error::Config(format!(
            "patch appears to be empty; file={}, JsonOp={}",
            patch.path, patch.patch
        )));
    }
    Ok(Json6902 {
        target,
        patch: operations,
    })
}

/// Notes a transformation on every object; on those of unknown origin, as their origin.
fn note(objects: &mut ResMap, origin: &Origin) -> Result<(), Error> {
    let first = origin.to_yaml();
    let entry = origin.to_yaml_entry();
    for resource in objects.iter_mut_keeping_ids() {
        if resource.is_empty() {
            continue;
        }
        if resource.annotation(ORIGIN).is_none() {
            resource.set_annotation(ORIGIN, &first)?;
            continue;
        }
        let earlier = resource
            .annotation(TRANSFORMATIONS)
            .map_or("", crate::node::Node::text);
        let all = format!("{earlier}{entry}");
        resource.set_annotation(TRANSFORMATIONS, &all)?;
    }
    Ok(())
}

/// A validator may add one label, and nothing else.
fn check_unchanged(before: &[Resource], objects: &ResMap, schemas: &Schemas) -> Result<(), Error> {
    let changed = |detail: String| {
        Err(Error::Transform(format!(
            "validator shouldn't modify the resource map: {detail}"
        )))
    };
    if before.len() != objects.len() {
        return changed("lists have different number of entries".into());
    }
    for (old, new) in before.iter().zip(objects.iter()) {
        let mut new = new.clone();
        let mut labels = new.labels();
        if labels.iter().any(|(key, _)| *key == *VALIDATED_BY) {
            labels.retain(|(key, _)| *key != *VALIDATED_BY);
            new.set_labels(labels)?;
        }
        if old.track != new.track || !old.node.is_same(&new.node) {
            return changed(format!("nodes unequal: {}", old.id(schemas)));
        }
    }
    Ok(())
}
