//! YAML values into typed fields, with the forgiveness and the messages of `sigs.k8s.io/yaml` and
//! `encoding/json`: names match in any case, null leaves a field alone, numbers and booleans become
//! text where text is wanted, and the first misfit in the order of keys is reported when all is read.

use yaml::{Map, Value};

/// Where a value stands: the Go struct and the path of JSON names down to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    owner: &'static str,
    path: String,
}

impl Place {
    /// The field `name` of the struct `owner`, below this place.
    pub fn field(&self, owner: &'static str, name: &str) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        Self { owner, path }
    }
}

/// Reads values and remembers the first that does not fit.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    problem: Option<String>,
}

impl Fields {
    /// The first misfit, worded as `encoding/json` words it.
    pub fn finish(self) -> Result<(), String> {
        match self.problem {
            Some(problem) => Err(format!(
                "error unmarshaling JSON: while decoding JSON: {problem}"
            )),
            None => Ok(()),
        }
    }

    /// Remembers that `value` does not fit the Go type `wanted`.
    pub fn misfit(&mut self, value: &Value, place: &Place, wanted: &str) {
        let got = match value {
            Value::Null => return,
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
            Value::Str(_) => "string",
            Value::Seq(_) => "array",
            Value::Map(_) => "object",
        };
        let Place { owner, path } = place;
        let target = if path.is_empty() {
            format!("value of type {wanted}")
        } else {
            format!("struct field {owner}.{path} of type {wanted}")
        };
        self.problem
            .get_or_insert_with(|| format!("json: cannot unmarshal {got} into Go {target}"));
    }

    /// Sets text.
    pub fn text(&mut self, value: &Value, place: &Place, target: &mut String) {
        match value.scalar_text() {
            Some(text) => *target = text.into_owned(),
            None => self.misfit(value, place, "string"),
        }
    }

    /// Sets a switch.
    pub fn switch(&mut self, value: &Value, place: &Place, target: &mut bool) {
        match value {
            Value::Bool(on) => *target = *on,
            other => self.misfit(other, place, "bool"),
        }
    }

    /// Sets a list of texts.
    pub fn texts(&mut self, value: &Value, place: &Place, target: &mut Vec<String>) {
        match value {
            Value::Null => target.clear(),
            Value::Seq(items) => {
                *target = items
                    .iter()
                    .map(|item| {
                        let mut text = String::new();
                        self.text(item, place, &mut text);
                        text
                    })
                    .collect();
            }
            other => self.misfit(other, place, "[]string"),
        }
    }

    /// The entries of a mapping by key; none for anything else, which must fit the Go type `wanted`.
    pub fn entries<'a>(
        &mut self,
        value: &'a Value,
        place: &Place,
        wanted: &str,
    ) -> Vec<(&'a str, &'a Value)> {
        match value {
            Value::Map(map) => sorted(map),
            other => {
                self.misfit(other, place, wanted);
                Vec::new()
            }
        }
    }
}

fn sorted(map: &Map) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}

/// The name among `names` that a JSON key means: the same, else the same but for case.
pub(crate) fn known<'n>(key: &str, names: &[&'n str]) -> Option<&'n str> {
    names
        .iter()
        .find(|name| **name == key)
        .or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(key)))
        .copied()
}
