//! What `Chart.yaml` says.

use yaml::Value;

use super::dependency::{Dependency, dependencies};
use super::document;
use super::fields::{Fields, Place, known};

/// What `Chart.yaml` says. Empty text stands for a missing field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// The name.
    pub name: String,
    /// The project's page.
    pub home: String,
    /// Where its source is.
    pub sources: Vec<String>,
    /// The version, semantic but for leniency.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// What to search for.
    pub keywords: Vec<String>,
    /// Who keeps it.
    pub maintainers: Vec<Option<Maintainer>>,
    /// The address of an icon.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// Not used by Helm, kept for the record.
    pub condition: String,
    /// Not used by Helm, kept for the record.
    pub tags: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Free notes, by key.
    pub annotations: Option<Vec<(String, String)>>,
    /// The range of Kubernetes versions that it works with.
    pub kube_version: String,
    /// The charts it depends on.
    pub dependencies: Vec<Option<Dependency>>,
    /// `application`, `library` or nothing.
    pub kind: String,
}

/// One who keeps a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// Name of a person or group.
    pub name: String,
    /// Where to write to.
    pub email: String,
    /// A page.
    pub url: String,
}

const METADATA: &str = "Metadata";

impl Metadata {
    /// The fields, as they are written.
    pub const FIELDS: [&'static str; 17] = [
        "name",
        "home",
        "sources",
        "version",
        "description",
        "keywords",
        "maintainers",
        "icon",
        "apiVersion",
        "condition",
        "tags",
        "appVersion",
        "deprecated",
        "annotations",
        "kubeVersion",
        "dependencies",
        "type",
    ];

    /// Reads the fields of `bytes` over those that are set; what the document lacks stays.
    pub(crate) fn merge(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.merge_value(&document(bytes)?)
    }

    /// The fields that `value` holds, as records of releases have them.
    pub(crate) fn from_value(value: &Value) -> Result<Self, String> {
        let mut metadata = Self::default();
        metadata.merge_value(value).map(|()| metadata)
    }

    fn merge_value(&mut self, value: &Value) -> Result<(), String> {
        let mut fields = Fields::default();
        let top = Place::default();
        for (key, value) in fields.entries(value, &top, "v2.Metadata") {
            self.set(&mut fields, key, value);
        }
        fields.finish()
    }

    fn set(&mut self, fields: &mut Fields, key: &str, value: &Value) {
        let Some(name) = known(key, &Self::FIELDS) else {
            return;
        };
        let place = Place::default().field(METADATA, name);
        match name {
            "name" => fields.text(value, &place, &mut self.name),
            "home" => fields.text(value, &place, &mut self.home),
            "sources" => fields.texts(value, &place, &mut self.sources),
            "version" => fields.text(value, &place, &mut self.version),
            "description" => fields.text(value, &place, &mut self.description),
            "keywords" => fields.texts(value, &place, &mut self.keywords),
            "icon" => fields.text(value, &place, &mut self.icon),
            "apiVersion" => fields.text(value, &place, &mut self.api_version),
            "condition" => fields.text(value, &place, &mut self.condition),
            "tags" => fields.text(value, &place, &mut self.tags),
            "appVersion" => fields.text(value, &place, &mut self.app_version),
            "deprecated" => fields.switch(value, &place, &mut self.deprecated),
            "kubeVersion" => fields.text(value, &place, &mut self.kube_version),
            "type" => fields.text(value, &place, &mut self.kind),
            "annotations" => {
                let mut annotations = Vec::new();
                for (key, value) in fields.entries(value, &place, "map[string]string") {
                    let mut text = String::new();
                    fields.text(value, &place, &mut text);
                    annotations.push((key.to_owned(), text));
                }
                self.annotations = value.is_map().then_some(annotations);
            }
            "maintainers" => match value {
                Value::Null => self.maintainers.clear(),
                Value::Seq(items) => {
                    let read = |item| Maintainer::read(fields, &place, item);
                    self.maintainers = items.iter().map(read).collect();
                }
                other => fields.misfit(other, &place, "[]*v2.Maintainer"),
            },
            _ => dependencies(fields, &place, value, &mut self.dependencies),
        }
    }

    /// Whether the chart only lends its named templates.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }
}

impl Maintainer {
    /// The fields, as they are written.
    pub const FIELDS: [&'static str; 3] = ["name", "email", "url"];

    fn read(fields: &mut Fields, place: &Place, value: &Value) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        let mut maintainer = Self::default();
        for (key, value) in fields.entries(value, place, "v2.Maintainer") {
            let Some(name) = known(key, &Self::FIELDS) else {
                continue;
            };
            let target = match name {
                "name" => &mut maintainer.name,
                "email" => &mut maintainer.email,
                _ => &mut maintainer.url,
            };
            fields.text(value, &place.field("Maintainer", name), target);
        }
        Some(maintainer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Metadata, String> {
        let mut metadata = Metadata::default();
        metadata.merge(text.as_bytes()).map(|()| metadata)
    }

    #[test]
    fn numbers_become_text_and_names_match_in_any_case() {
        let metadata =
            read("Name: a\nappVersion: 1.10\nversion: 2\nannotations: {v: 1, w: true}\n").unwrap();
        assert_eq!(metadata.name, "a");
        assert_eq!(metadata.app_version, "1.1");
        assert_eq!(metadata.version, "2");
        let annotations = metadata.annotations.unwrap();
        assert_eq!(annotations[0], ("v".to_owned(), "1".to_owned()));
        assert_eq!(annotations[1], ("w".to_owned(), "true".to_owned()));
    }

    #[test]
    fn misfits_are_named_as_go_names_them() {
        for (text, problem) in [
            (
                "name: {}",
                "json: cannot unmarshal object into Go struct field Metadata.name of type string",
            ),
            (
                "dependencies: [{name: []}]",
                "json: cannot unmarshal array into Go struct field \
                 Dependency.dependencies.name of type string",
            ),
            (
                "deprecated: yes please",
                "json: cannot unmarshal string into Go struct field Metadata.deprecated of type bool",
            ),
            (
                "[]",
                "json: cannot unmarshal array into Go value of type v2.Metadata",
            ),
        ] {
            let expected = format!("error unmarshaling JSON: while decoding JSON: {problem}");
            assert_eq!(read(text).unwrap_err(), expected);
        }
    }
}
