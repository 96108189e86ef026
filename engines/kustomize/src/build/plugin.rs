//! Builtin generators and transformers that are configured in files of their own.

use std::collections::BTreeMap;

use super::origin::Origin;
use super::transformers::{Configured, json6902};
use crate::config::{
    Context, Decode, FieldSpec, GeneratorArgs, Image, Metadata, Mode, Patch, PatchOptions,
    ReplacementField, Replica, Selector, decode_struct,
};
use crate::error::{Error, ResultExt};
use crate::generate::{Generated, IamArgs, generate, service_account};
use crate::loader::Loader;
use crate::node::to_value;
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::transform::{
    Affix, Images, MapEntries, Namespace, NamespaceOptions, PatchTransformer, Replacements,
    Replicas, Side, StrategicMerge, Transform, ValueAdd, ValueAddArgs, add_hashes,
};

decode_struct! {
    /// The fields of all transformers; each reads its own.
    pub(crate) struct Args {
        metadata: Metadata = "metadata",
        field_specs: Option<Vec<FieldSpec>> = "fieldSpecs",
        labels: BTreeMap<String, String> = "labels",
        annotations: BTreeMap<String, String> = "annotations",
        image_tag: Image = "imageTag",
        path: String = "path",
        patch: String = "patch",
        patches: String = "patches",
        paths: Vec<String> = "paths",
        json_op: String = "jsonOp",
        target: Option<Selector> = "target",
        options: Option<PatchOptions> = "options",
        prefix: String = "prefix",
        suffix: String = "suffix",
        replacements: Vec<ReplacementField> = "replacements",
        replica: Replica = "replica",
    }
}

/// The error for what would need helm.
pub(super) fn helm_refused(what: &str) -> Error {
    Error::Unsupported(format!(
        "{what} is refused: inflating a chart would run helm, and a build starts no program; \
         render the chart beforehand, or release it on its own"
    ))
}

/// Whether a configuration is for a builtin; others would be programs.
fn check_builtin(config: &Resource) -> Result<(), Error> {
    let gvk = config.gvk();
    if gvk.group.is_empty() && gvk.version == *"builtin" {
        return Ok(());
    }
    Err(Error::Unsupported(format!(
        "external plugins disabled; unable to load external plugin '{}'",
        gvk.kind
    )))
}

fn decode<T: Decode>(config: &Resource) -> Result<T, Error> {
    let value = to_value(&config.node).map_err(|error| Error::Config(error.to_string()))?;
    T::decode(&value, &Context::new("plugin", Mode::Lenient)).map_err(Error::Config)
}

/// A generator from a file.
pub(super) struct Generator {
    pub(super) id: String,
    pub(super) origin: Option<Origin>,
    kind: GeneratorKind,
}

enum GeneratorKind {
    Data(Generated, Box<GeneratorArgs>),
    Iam(IamArgs),
}

impl Generator {
    pub(super) fn new(config: &Resource, _: &Loader<'_>, schemas: &Schemas) -> Result<Self, Error> {
        check_builtin(config)?;
        let id = config.original_id(schemas).to_string();
        let data = |kind| -> Result<GeneratorKind, Error> {
            let mut args: GeneratorArgs = decode(config)?;
            args.fold_env();
            if let Some(metadata) = args.metadata.take() {
                if args.name.is_empty() {
                    args.name = metadata.name;
                }
                if args.namespace.is_empty() {
                    args.namespace = metadata.namespace;
                }
            }
            Ok(GeneratorKind::Data(kind, Box::new(args)))
        };
        let kind = match config.kind() {
            "ConfigMapGenerator" => data(Generated::ConfigMap),
            "SecretGenerator" => data(Generated::Secret),
            "IAMPolicyGenerator" => decode(config).map(GeneratorKind::Iam),
            "HelmChartInflationGenerator" => Err(helm_refused("HelmChartInflationGenerator")),
            other if is_transformer(other) => {
                Err(Error::Config(format!("plugin {id} not a generator")))
            }
            _ => Err(Error::Config(format!(
                "unable to load builtin {}",
                config.gvk()
            ))),
        };
        Ok(Self {
            kind: kind.context(|| format!("plugin {id} fails configuration"))?,
            origin: Origin::of_plugin(config),
            id,
        })
    }

    pub(super) fn generate(&self, loader: &Loader<'_>) -> Result<Resource, Error> {
        match &self.kind {
            GeneratorKind::Data(kind, args) => generate(*kind, args, loader),
            GeneratorKind::Iam(args) => service_account(args),
        }
    }
}

const TRANSFORMERS: [&str; 14] = [
    "AnnotationsTransformer",
    "HashTransformer",
    "ImageTagTransformer",
    "LabelTransformer",
    "NamespaceTransformer",
    "PatchJson6902Transformer",
    "PatchStrategicMergeTransformer",
    "PatchTransformer",
    "PrefixSuffixTransformer",
    "PrefixTransformer",
    "SuffixTransformer",
    "ReplacementTransformer",
    "ReplicaCountTransformer",
    "ValueAddTransformer",
];

fn is_transformer(kind: &str) -> bool {
    TRANSFORMERS.contains(&kind)
}

fn is_generator(kind: &str) -> bool {
    kind.ends_with("Generator")
}

/// A transformer from a file.
pub(super) fn transformer(
    config: &Resource,
    loader: &Loader<'_>,
    schemas: &Schemas,
) -> Result<Configured, Error> {
    check_builtin(config)?;
    let id = config.original_id(schemas);
    let kind = config.kind();
    if !is_transformer(kind) {
        return Err(Error::Config(if is_generator(kind) {
            format!("plugin {id} not a transformer")
        } else {
            format!("unable to load builtin {}", config.gvk())
        }));
    }
    let transformer =
        configure(config, loader).context(|| format!("plugin {id} fails configuration"))?;
    Ok(Configured {
        transformer,
        origin: Origin::of_plugin(config),
    })
}

fn configure(config: &Resource, loader: &Loader<'_>) -> Result<Box<dyn Transform>, Error> {
    let args: Args = decode(config)?;
    let fields = args.field_specs.clone().unwrap_or_default();
    let patch = Patch {
        path: args.path.clone(),
        patch: args.patch.clone(),
        target: args.target.clone(),
        options: args.options.clone(),
    };
    let affix = |side, text: &str| -> Result<Affix, Error> {
        if args.field_specs.is_none() {
            return Err(Error::Config("fieldSpecs is not expected to be nil".into()));
        }
        Ok(Affix {
            side,
            text: text.into(),
            fields: fields.clone(),
        })
    };
    Ok(match config.kind() {
        "AnnotationsTransformer" => Box::new(MapEntries::new(&args.annotations, fields)),
        "LabelTransformer" => Box::new(MapEntries::new(&args.labels, fields)),
        "HashTransformer" => Box::new(Hashes),
        "ImageTagTransformer" => Box::new(Images::new(args.image_tag, fields)),
        "NamespaceTransformer" => {
            let options: NamespaceOptions = decode(config)?;
            Box::new(Namespace::new(&args.metadata.namespace, &fields, &options)?)
        }
        "PatchTransformer" => Box::new(PatchTransformer::new(&patch, loader)?),
        "PatchStrategicMergeTransformer" => {
            Box::new(StrategicMerge::new(&args.paths, &args.patches, loader)?)
        }
        "PatchJson6902Transformer" => {
            let patch = Patch {
                patch: args.json_op.clone(),
                ..patch
            };
            Box::new(json6902(&patch, loader)?)
        }
        "PrefixTransformer" => Box::new(affix(Side::Prefix, &args.prefix)?),
        "SuffixTransformer" => Box::new(affix(Side::Suffix, &args.suffix)?),
        "PrefixSuffixTransformer" => Box::new(Both(
            affix(Side::Prefix, &args.prefix)?,
            affix(Side::Suffix, &args.suffix)?,
        )),
        "ReplacementTransformer" => Box::new(Replacements::new(&args.replacements, loader)?),
        "ReplicaCountTransformer" => Box::new(Replicas {
            replica: args.replica,
            fields,
        }),
        _ => {
            let args: ValueAddArgs = decode(config)?;
            Box::new(ValueAdd::new(&args, loader)?)
        }
    })
}

/// Prefix and suffix in one configuration.
struct Both(Affix, Affix);

impl Transform for Both {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        self.0.transform(objects, schemas)?;
        self.1.transform(objects, schemas)
    }
}

/// Hashes before the end of the build.
struct Hashes;

impl Transform for Hashes {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        add_hashes(objects, schemas)
    }
}
