//! `ValueAddTransformer`: one text goes to fields of many objects, alone or as a part of a file
//! path (`api/filters/valueadd`).

use super::Transform;
use super::namespace::{Namespace, NamespaceOptions};
use crate::config::{Context, Decode, Mode, Selector, decode_struct};
use crate::error::Error;
use crate::loader::Loader;
use crate::node::{self, Kind};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;
use crate::select::select;

decode_struct! {
    /// The configuration.
    pub(crate) struct ValueAddArgs {
        value: String = "value",
        targets: Vec<Target> = "targets",
        target_file_path: String = "targetFilePath",
    }
}

decode_struct! {
    /// Where the value goes.
    pub(crate) struct Target {
        selector: Option<Selector> = "selector",
        field_path: String = "fieldPath",
        file_path_position: i64 = "filePathPosition",
    }
}

/// Adds a value.
#[derive(Clone, Debug)]
pub(crate) struct ValueAdd {
    value: String,
    targets: Vec<Target>,
}

impl ValueAdd {
    /// The value is the name of the directory unless one is given.
    pub(crate) fn new(args: &ValueAddArgs, loader: &Loader<'_>) -> Result<Self, Error> {
        let value = match args.value.trim() {
            "" => loader.base_name(),
            given => given.to_owned(),
        };
        let mut targets = args.targets.clone();
        if !args.target_file_path.is_empty() {
            let loaded = loader.load(&args.target_file_path)?;
            let budget = yaml::Budget::default();
            let problem =
                |message: String| Error::Config(format!("{}: {message}", args.target_file_path));
            let document = yaml::decode_first(&loaded.bytes, yaml::Dialect::Kubernetes, &budget)
                .map_err(|error| problem(error.to_string()))?
                .unwrap_or(yaml::Value::Null);
            let context = Context::new("ValueAddTransformer", Mode::Lenient);
            let more = ValueAddArgs::decode(&document, &context).map_err(problem)?;
            targets.extend(more.targets);
        }
        if targets.is_empty() {
            return Err(Error::Config("must specify at least one target".into()));
        }
        for target in &targets {
            if target.field_path.is_empty() {
                return Err(Error::Config("fieldPath cannot be empty".into()));
            }
            if target.file_path_position < 0 {
                return Err(Error::Config(format!(
                    "value of FilePathPosition ({}) cannot be negative",
                    target.file_path_position
                )));
            }
        }
        Ok(Self { value, targets })
    }

    fn set(&self, resource: &mut Resource, target: &Target) -> Result<(), Error> {
        let path = unescaped_path(&target.field_path);
        let Some(field) = node::lookup_create(&mut resource.node, Kind::Scalar, &path)? else {
            return Ok(());
        };
        field.expect(Kind::Scalar)?;
        let value = match usize::try_from(target.file_path_position - 1) {
            Ok(position) => insert_part(field.text(), position, &self.value),
            Err(_) => self.value.clone(),
        };
        Ok(node::set_scalar(field, node::Scalar::untagged(value))?)
    }
}

/// Splits at `/` unless a backslash stands before it.
fn unescaped_path(path: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in path.split('/') {
        match out.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('/');
                last.push_str(part);
            }
            _ => out.push(part.to_owned()),
        }
    }
    out
}

/// Inserts a part into a file path; behind the last one when there are fewer.
fn insert_part(path: &str, position: usize, part: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    let joined = parts.join("/");
    if absolute {
        format!("/{joined}")
    } else {
        joined
    }
}

impl Transform for ValueAdd {
    fn transform(&self, objects: &mut ResMap, schemas: &Schemas) -> Result<(), Error> {
        for target in &self.targets {
            let selected = match &target.selector {
                None => (0..objects.len()).collect(),
                Some(selector) => select(objects, selector, schemas)?,
            };
            let namespace = Namespace::new(&self.value, &[], &NamespaceOptions::default())?;
            for at in selected {
                let resource = objects.get_mut(at);
                if target.field_path == "metadata/namespace" {
                    namespace.apply_to(resource, schemas)?;
                } else {
                    self.set(resource, target)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_into_file_paths() {
        assert_eq!(insert_part("", 0, "P"), "P");
        assert_eq!(insert_part("/", 0, "P"), "/P");
        assert_eq!(insert_part("/pie", 0, "P"), "/P/pie");
        assert_eq!(insert_part("raw", 9, "P"), "raw/P");
        assert_eq!(insert_part("a/b/c", 2, "P"), "a/b/P/c");
    }
}
