//! Where objects come from, as noted in annotations on request (`api/resource/origin.go`).

use yaml::Value;

use crate::node::{Map, Node, Scalar, Style, write_block};
use crate::resource::{ORIGIN, Resource};
use crate::view::clean;

/// A file, or the configuration that made or changed an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    path: String,
    configured_in: String,
    configured_by: ConfiguredBy,
}

/// The object of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ConfiguredBy {
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
}

fn join(base: &str, path: &str) -> String {
    let joined = if base.is_empty() {
        path.to_owned()
    } else {
        format!("{base}/{path}")
    };
    // Leading `..` stay: the path is relative to the directory that is built.
    let mut out: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if out.last().is_some_and(|last| *last != "..") => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    if out.is_empty() {
        return ".".to_owned();
    }
    if joined.starts_with('/') {
        return clean(std::path::Path::new(&joined)).display().to_string();
    }
    out.join("/")
}

impl Origin {
    /// Something below this.
    pub(super) fn append(&self, path: &str) -> Self {
        Self {
            path: join(&self.path, path),
            ..self.clone()
        }
    }

    /// What a field of the kustomization file here configures.
    pub(super) fn configured(&self, file_name: &str, kind: &str) -> Self {
        Self {
            path: String::new(),
            configured_in: join(&self.path, file_name),
            configured_by: ConfiguredBy {
                api_version: "builtin".into(),
                kind: kind.to_owned(),
                ..ConfiguredBy::default()
            },
        }
    }

    /// What a configuration in a file of its own configures, when its origin was noted.
    pub(super) fn of_plugin(config: &Resource) -> Option<Self> {
        let noted = config.annotation(ORIGIN)?;
        let document = yaml::decode_first(
            noted.text().as_bytes(),
            yaml::Dialect::Kubernetes,
            &yaml::Budget::default(),
        );
        let document = document.ok().flatten().unwrap_or(Value::Null);
        let path = document.get("path").and_then(Value::as_str);
        Some(Self {
            path: String::new(),
            configured_in: path.unwrap_or_default().to_owned(),
            configured_by: ConfiguredBy {
                api_version: config.api_version().to_owned(),
                kind: config.kind().to_owned(),
                name: config.name().to_string(),
                namespace: config.namespace().to_string(),
            },
        })
    }

    /// The text of the annotation.
    pub(super) fn to_yaml(&self) -> String {
        write_block(&self.to_node())
    }

    /// The text of an entry in a list of transformations.
    pub(super) fn to_yaml_entry(&self) -> String {
        write_block(&vec![self.to_node()].into())
    }

    fn to_node(&self) -> Node {
        let by = &self.configured_by;
        let configured_by = entries(&[
            ("apiVersion", &by.api_version),
            ("kind", &by.kind),
            ("name", &by.name),
            ("namespace", &by.namespace),
        ]);
        let mut map = entries(&[("path", &self.path), ("configuredIn", &self.configured_in)]);
        if !configured_by.is_empty() {
            map.push(Scalar::string("configuredBy"), configured_by.into());
        }
        map.into()
    }
}

fn entries(pairs: &[(&str, &String)]) -> Map {
    pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (Scalar::string(*key), text(value)))
        .collect()
}

/// Text that is quoted where an old reader would take it for something else.
fn text(value: &str) -> Node {
    let mut scalar = Scalar::string(value);
    if yaml::resolve(value, yaml::Dialect::Kubernetes) != yaml::Resolved::Text {
        scalar.style = Style::DoubleQuoted;
    }
    Node::Scalar(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_print_as_yaml() {
        let origin = Origin::default().append("../base").append("./x.yaml");
        assert_eq!(origin.to_yaml(), "path: ../base/x.yaml\n");
        let configured = Origin::default()
            .append("b")
            .configured("kustomization.yaml", "PrefixTransformer");
        assert_eq!(
            configured.to_yaml_entry(),
            "- configuredIn: b/kustomization.yaml\n  configuredBy:\n    apiVersion: builtin\n    \
             kind: PrefixTransformer\n"
        );
    }
}
