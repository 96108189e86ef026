//! Field specs from the `crds` of a kustomization: OpenAPI definitions whose properties say by
//! extensions that they hold names, labels or annotations (`loadconfigfromcrds.go`).

use yaml::{Map, Value};

use super::{FieldSpec, NameReference, TransformerConfig, merge_one};
use crate::error::Error;
use crate::id::Gvk;

/// Reads one file of definitions.
pub(crate) fn from_crds(bytes: &[u8], path: &str) -> Result<TransformerConfig, Error> {
    let document = yaml::decode_first(bytes, yaml::Dialect::Kubernetes, &yaml::Budget::default())
        .map_err(|error| {
        Error::Config(format!(
            "unable to parse open API definition from '{path}': {error}"
        ))
    })?;
    let mut config = TransformerConfig::default();
    let document = match document {
        None | Some(Value::Null) => return Ok(config),
        Some(document) => document,
    };
    let Some(definitions) = document.as_map() else {
        return Err(Error::Config(format!(
            "unable to parse open API definition from '{path}': expected a mapping of definitions"
        )));
    };
    let mut names: Vec<&str> = definitions.keys().map(yaml::Str::as_str).collect();
    names.sort_unstable();
    for name in names {
        let Some(properties) = properties(definitions, name) else {
            continue;
        };
        if !["kind", "apiVersion", "metadata"]
            .iter()
            .all(|field| properties.contains_key(field))
        {
            continue;
        }
        let kind = name.rsplit('.').next().unwrap_or(name);
        let mut walk = Walk {
            definitions,
            gvk: Gvk::new("", "", kind),
            config: TransformerConfig::default(),
            visiting: Vec::new(),
        };
        walk.definition(name, "")?;
        config.add(&walk.config)?;
    }
    Ok(config)
}

fn properties<'a>(definitions: &'a Map, name: &str) -> Option<&'a Map> {
    definitions
        .get(name)?
        .at(&["Schema", "properties"])?
        .as_map()
}

struct Walk<'a> {
    definitions: &'a Map,
    gvk: Gvk,
    config: TransformerConfig,
    /// The definitions on the way here, so that one that contains itself ends.
    visiting: Vec<String>,
}

impl Walk<'_> {
    fn definition(&mut self, name: &str, path: &str) -> Result<(), Error> {
        if self.visiting.iter().any(|visiting| visiting == name) {
            return Ok(());
        }
        let Some(properties) = properties(self.definitions, name) else {
            return Ok(());
        };
        self.visiting.push(name.to_owned());
        for (field, property) in properties {
            let path = if path.is_empty() {
                field.to_string()
            } else {
                format!("{path}/{field}")
            };
            self.property(property, &path)?;
        }
        self.visiting.pop();
        Ok(())
    }

    fn spec(&self, path: &str) -> FieldSpec {
        FieldSpec::new(self.gvk.clone(), path, false)
    }

    fn property(&mut self, property: &Value, path: &str) -> Result<(), Error> {
        let text = |name: &str| property.get(name).and_then(Value::as_str);
        if text("x-kubernetes-annotation").is_some() {
            let spec = self.spec(path);
            merge_one(&mut self.config.common_annotations, &spec)?;
        }
        if text("x-kubernetes-label-selector").is_some() {
            let spec = self.spec(path);
            merge_one(&mut self.config.common_labels, &spec)?;
        }
        if text("x-kubernetes-identity").is_some() {
            let spec = self.spec(path);
            merge_one(&mut self.config.name_prefix, &spec)?;
        }
        if let (Some(version), Some(kind)) = (
            text("x-kubernetes-object-ref-api-version"),
            text("x-kubernetes-object-ref-kind"),
        ) {
            let name_key = text("x-kubernetes-object-ref-name-key").unwrap_or("name");
            self.config.add_name_reference(&NameReference {
                target: Gvk::new("", version, kind),
                referrers: vec![self.spec(&format!("{path}/{name_key}"))],
            })?;
        }
        if let Some(reference) = text("$ref") {
            self.definition(reference, path)?;
        }
        Ok(())
    }
}
