//! Vars: `$(NAME)` in texts, replaced by fields of other objects (`api/filters/refvar`).

use std::collections::{BTreeMap, BTreeSet};

use yaml::Value;

use super::field::apply;
use crate::config::{FieldSpec, Var};
use crate::error::Error;
use crate::id::ResId;
use crate::node::{self, Map, Node, Scalar, Style, Tag};
use crate::resource::{ResMap, Resource};
use crate::schema::Schemas;

/// Vars by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct VarSet {
    vars: BTreeMap<String, Var>,
}

impl VarSet {
    /// Adds the vars of a kustomization, and marks the objects that they read.
    pub(crate) fn add(
        &mut self,
        vars: &[Var],
        objects: &mut ResMap,
        schemas: &Schemas,
    ) -> Result<(), Error> {
        for var in vars {
            let id = ResId {
                gvk: var.objref.gvk(),
                name: var.objref.name.as_str().into(),
                namespace: var.objref.namespace.as_str().into(),
                cluster_scoped: false,
            };
            let same = |other: &ResId| {
                other.gvk == id.gvk
                    && other.name == id.name
                    && (id.namespace.is_empty() || id.is_same_namespace(other))
            };
            let matches: Vec<usize> = objects
                .iter()
                .enumerate()
                .filter(|(_, object)| {
                    !object.is_empty()
                        && (same(&object.id(schemas)) || object.previous_ids().any(|id| same(&id)))
                })
                .map(|(at, _)| at)
                .collect();
            match matches[..] {
                [] => {}
                [at] => objects
                    .get_mut_keeping_ids(at)
                    .ref_vars
                    .push(var.name.as_str().into()),
                _ => {
                    return Err(Error::Transform(format!(
                        "found {} resId matches for var {var} (unable to disambiguate)",
                        matches.len()
                    )));
                }
            }
        }
        vars.iter().try_for_each(|var| self.insert(var))
    }

    /// Adds all of another set.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), Error> {
        other.vars.values().try_for_each(|var| self.insert(var))
    }

    fn insert(&mut self, var: &Var) -> Result<(), Error> {
        if self.vars.contains_key(&var.name) {
            return Err(Error::Config(format!(
                "var '{}' already encountered",
                var.name
            )));
        }
        self.vars.insert(var.name.clone(), var.clone());
        Ok(())
    }
}

/// Replaces vars wherever they may stand; gives the names of those never used.
pub(crate) fn resolve(
    objects: &mut ResMap,
    vars: &VarSet,
    fields: &[FieldSpec],
) -> Result<Vec<String>, Error> {
    if vars.vars.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = BTreeMap::new();
    for var in vars.vars.values() {
        values.insert(var.name.clone(), value_of(var, objects)?);
    }
    let mut expander = Expander {
        values: &values,
        used: BTreeSet::new(),
    };
    for object in objects.iter_mut() {
        for field in fields {
            apply(&mut object.node, field, None, &mut |node| {
                expander.set(node)
            })?;
        }
        object.carry_links();
    }
    let unused = values
        .keys()
        .filter(|name| !expander.used.contains(*name))
        .cloned();
    Ok(unused.collect())
}

/// The value of a var. Collections have none that could stand in a text.
fn value_of(var: &Var, objects: &ResMap) -> Result<Option<Value>, Error> {
    let reads = |object: &&Resource| object.ref_vars.iter().any(|name| *name == *var.name);
    let Some(object) = objects.iter().find(reads) else {
        return Err(Error::Transform(format!(
            "var '{var}' cannot be mapped to a field in the set of known resources"
        )));
    };
    let path = match var.fieldref.field_path.as_str() {
        "" => "metadata.name",
        path => path,
    };
    let missing = || {
        Error::Transform(format!(
            "field specified in var '{var}' not found in corresponding resource"
        ))
    };
    let parts = with_indices(node::split_path_smart(path, '.'));
    match node::lookup(&object.node, &parts) {
        Ok(Some(Node::Scalar(scalar))) => typed(scalar).map(Some).ok_or_else(missing),
        Ok(Some(_)) => Ok(None),
        Ok(None) | Err(_) => Err(missing()),
    }
}

fn typed(scalar: &Scalar) -> Option<Value> {
    match scalar.tag {
        Tag::Int => scalar.text.parse().ok().map(Value::Int),
        Tag::Float => scalar.text.parse().ok().map(Value::Float),
        Tag::Bool => scalar.text.parse().ok().map(Value::Bool),
        _ => Some(Value::Str(scalar.text.clone())),
    }
}

/// `field[1]` in two parts.
fn with_indices(parts: Vec<String>) -> Vec<String> {
    let mut out = Vec::new();
    for part in parts {
        let indexed = part
            .strip_suffix(']')
            .and_then(|part| part.rsplit_once('['));
        match indexed {
            Some((name, index))
                if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                if !name.is_empty() {
                    out.push(name.to_owned());
                }
                out.push(index.to_owned());
            }
            _ => out.push(part),
        }
    }
    out
}

struct Expander<'a> {
    values: &'a BTreeMap<String, Option<Value>>,
    used: BTreeSet<String>,
}

impl Expander<'_> {
    fn set(&mut self, node: &mut Node) -> Result<(), Error> {
        if node.is_null() {
            return Ok(());
        }
        match node {
            Node::Scalar(scalar) => {
                if scalar.is_string() {
                    self.set_scalar(scalar);
                }
                Ok(())
            }
            Node::Map(_) => {
                let entries = node.as_map_mut().map(Map::entries_mut);
                for entry in entries.into_iter().flatten() {
                    if !entry.key.is_string() {
                        return Err(Error::Transform(format!(
                            "invalid map key: value='{}'",
                            entry.key.text
                        )));
                    }
                    match &mut entry.value {
                        Node::Scalar(scalar) if scalar.is_string() => self.set_scalar(scalar),
                        _ => {}
                    }
                }
                Ok(())
            }
            Node::Seq(_) => {
                for item in node.as_seq_mut().into_iter().flatten() {
                    match item {
                        Node::Scalar(scalar) if scalar.is_string() => self.set_scalar(scalar),
                        _ => {
                            return Err(Error::Transform(
                                "invalid value type expect a string".into(),
                            ));
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn set_scalar(&mut self, scalar: &mut Scalar) {
        let (text, tag) = match self.expand(&scalar.text) {
            Value::Int(value) => (value.to_string(), Tag::Int),
            Value::Float(value) => (value.to_string(), Tag::Float),
            Value::Bool(value) => (value.to_string(), Tag::Bool),
            Value::Str(text) => (text.to_string(), Tag::Str),
            other => (other.to_go_json(yaml::JsonEscape::Plain), Tag::Str),
        };
        *scalar = Scalar {
            text: text.into(),
            tag,
            style: Style::Plain,
            link: scalar.link,
        };
    }

    /// The text with its vars replaced. A text that is one var takes the type of its value.
    fn expand(&mut self, input: &str) -> Value {
        let mut out = String::new();
        let mut rest = input;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            match after.chars().next() {
                None => {
                    out.push('$');
                    rest = after;
                }
                Some('$') => {
                    out.push('$');
                    rest = &after[1..];
                }
                Some('(') => {
                    let Some(end) = after.find(')') else {
                        out.push_str("$(");
                        rest = &after[1..];
                        continue;
                    };
                    let name = &after[1..end];
                    let value = self.lookup(name);
                    if input == format!("$({name})") {
                        return value;
                    }
                    match &value {
                        Value::Str(text) => out.push_str(text),
                        other => out.push_str(&other.to_go_json(yaml::JsonEscape::Plain)),
                    }
                    rest = &after[end + 1..];
                }
                Some(other) => {
                    out.push('$');
                    out.push(other);
                    rest = &after[other.len_utf8()..];
                }
            }
        }
        out.push_str(rest);
        Value::from(out)
    }

    /// The value of a var, or the reference itself when there is none.
    fn lookup(&mut self, name: &str) -> Value {
        match self.values.get(name) {
            Some(Some(value)) => {
                self.used.insert(name.to_owned());
                value.clone()
            }
            _ => Value::from(format!("$({name})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(input: &str) -> Value {
        let values = [("A", Value::Int(8)), ("B", "b".into())]
            .map(|(name, value)| (name.to_owned(), Some(value)))
            .into();
        let mut expander = Expander {
            values: &values,
            used: BTreeSet::new(),
        };
        expander.expand(input)
    }

    #[test]
    fn a_lone_var_keeps_its_type() {
        assert_eq!(expand("$(A)"), Value::Int(8));
        assert_eq!(expand("x-$(A)-$(B)"), Value::from("x-8-b"));
    }

    #[test]
    fn escapes_and_unknown_vars_stay() {
        assert_eq!(expand("$$(A)"), Value::from("$(A)"));
        assert_eq!(expand("$(C)$"), Value::from("$(C)$"));
        assert_eq!(expand("$(A"), Value::from("$(A"));
    }
}
