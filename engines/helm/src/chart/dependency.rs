//! The charts that a chart depends on, as `Chart.yaml`, `requirements.yaml` and the lock files name them.

use gotemplate::funcs::Time;
use yaml::Value;

use super::document;
use super::fields::{Fields, Place, known};

/// A chart on which another depends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dependency {
    /// Its name; its alias once the dependencies are processed.
    pub name: String,
    /// The range of versions.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths of values, comma separated, of which the first boolean decides whether it is used.
    pub condition: String,
    /// Groups that are switched by `tags` in the values.
    pub tags: Vec<String>,
    /// Whether it is used.
    pub enabled: bool,
    /// Values taken over from it: names below `exports`, or maps of `child` and `parent`.
    pub import_values: Vec<Value>,
    /// Its name in this chart.
    pub alias: String,
}

/// What `Chart.lock` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    /// When it was written, as it stands there.
    pub generated: String,
    /// Digest of the dependencies.
    pub digest: String,
    /// The versions that were chosen.
    pub dependencies: Vec<Option<Dependency>>,
}

/// The form of the times in `Chart.lock`, as a layout of Go.
const RFC_3339: &str = "2006-01-02T15:04:05Z07:00";

const DEPENDENCY: &str = "Dependency";

impl Dependency {
    /// The fields, as they are written.
    pub const FIELDS: [&'static str; 8] = [
        "name",
        "version",
        "repository",
        "condition",
        "tags",
        "enabled",
        "import-values",
        "alias",
    ];

    fn read(fields: &mut Fields, place: &Place, value: &Value) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        let mut read = Self::default();
        for (key, value) in fields.entries(value, place, "v2.Dependency") {
            let Some(name) = known(key, &Self::FIELDS) else {
                continue;
            };
            let place = place.field(DEPENDENCY, name);
            match name {
                "name" => fields.text(value, &place, &mut read.name),
                "version" => fields.text(value, &place, &mut read.version),
                "repository" => fields.text(value, &place, &mut read.repository),
                "condition" => fields.text(value, &place, &mut read.condition),
                "tags" => fields.texts(value, &place, &mut read.tags),
                "enabled" => fields.switch(value, &place, &mut read.enabled),
                "alias" => fields.text(value, &place, &mut read.alias),
                _ => match value {
                    Value::Seq(items) => read.import_values = items.to_vec(),
                    other => fields.misfit(other, &place, "[]interface {}"),
                },
            }
        }
        Some(read)
    }

    /// Its name in the chart that depends on it.
    pub fn local_name(&self) -> &str {
        if self.alias.is_empty() {
            &self.name
        } else {
            &self.alias
        }
    }
}

/// Reads a list of dependencies.
pub(super) fn dependencies(
    fields: &mut Fields,
    place: &Place,
    value: &Value,
    target: &mut Vec<Option<Dependency>>,
) {
    match value {
        Value::Null => target.clear(),
        Value::Seq(items) => {
            *target = items
                .iter()
                .map(|item| Dependency::read(fields, place, item))
                .collect();
        }
        other => fields.misfit(other, place, "[]*v2.Dependency"),
    }
}

impl Lock {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let lock = Self::from_value(&document(bytes)?)?;
        if !lock.generated.is_empty() {
            Time::parse(RFC_3339, &lock.generated).map_err(|problem| {
                format!("error unmarshaling JSON: while decoding JSON: {problem}")
            })?;
        }
        Ok(lock)
    }

    /// The fields that `value` holds, as records of releases have them.
    pub(crate) fn from_value(value: &Value) -> Result<Self, String> {
        let mut fields = Fields::default();
        let mut lock = Self::default();
        let top = Place::default();
        for (key, value) in fields.entries(value, &top, "v2.Lock") {
            let Some(name) = known(key, &["generated", "digest", "dependencies"]) else {
                continue;
            };
            let place = top.field("Lock", name);
            match name {
                "generated" => fields.text(value, &place, &mut lock.generated),
                "digest" => fields.text(value, &place, &mut lock.digest),
                _ => dependencies(&mut fields, &place, value, &mut lock.dependencies),
            }
        }
        fields.finish().map(|()| lock)
    }
}
