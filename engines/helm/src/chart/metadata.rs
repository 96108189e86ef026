//! `Chart.yaml` and its kin.

use gotemplate::funcs::Time;
use select::semver::Version;
use yaml::{Budget, Dialect, Value};

use super::Error;
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

/// The first document of a file with the values as `sigs.k8s.io/yaml` sees them.
pub(crate) fn document(bytes: &[u8]) -> Result<Value, String> {
    yaml::decode_first(bytes, Dialect::Kubernetes, &Budget::default())
        .map(Option::unwrap_or_default)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

/// The first document of a stream, reduced to the entries under `keys`, in whatever case, when it is a mapping.
pub(crate) fn entries(bytes: &[u8], keys: &[&str]) -> Result<Value, String> {
    yaml::decode_first_entries(bytes, &Budget::default(), keys)
        .map(Option::unwrap_or_default)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

/// Checks that every document of a stream can be decoded.
pub(crate) fn every_document(bytes: &[u8]) -> Result<(), String> {
    yaml::decode(bytes, Dialect::Kubernetes, &Budget::default())
        .map(drop)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))
}

/// The form of the times in `Chart.lock`, as a layout of Go.
const RFC_3339: &str = "2006-01-02T15:04:05Z07:00";

const METADATA: &str = "Metadata";
const DEPENDENCY: &str = "Dependency";

impl Metadata {
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
        const NAMES: [&str; 17] = [
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
        let Some(name) = known(key, &NAMES) else {
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

    /// Cleans the text of control characters and checks the rules.
    pub(crate) fn validate(&mut self) -> Result<(), Error> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().for_each(sanitize);
        self.keywords.iter_mut().for_each(sanitize);
        let invalid = |message: String| Err(Error::Validation(message));
        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required".into());
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required".into());
        }
        if self.name == "." || self.name == ".." {
            return invalid(format!(
                "chart.metadata.name {:?} is not allowed",
                self.name
            ));
        }
        if self.name.contains('/') {
            return invalid(format!("chart.metadata.name {:?} is invalid", self.name));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required".into());
        }
        if Version::parse(&self.version).is_err() {
            return invalid(format!(
                "chart.metadata.version {:?} is invalid",
                self.version
            ));
        }
        if !["", "application", "library"].contains(&self.kind.as_str()) {
            return invalid("chart.metadata.type must be application or library".into());
        }
        for maintainer in &mut self.maintainers {
            let Some(maintainer) = maintainer else {
                return invalid("maintainers must not contain empty or null nodes".into());
            };
            sanitize(&mut maintainer.name);
            sanitize(&mut maintainer.email);
            sanitize(&mut maintainer.url);
        }
        let mut seen: Vec<String> = Vec::new();
        for dependency in &mut self.dependencies {
            let Some(dependency) = dependency else {
                return invalid("dependencies must not contain empty or null nodes".into());
            };
            dependency.validate()?;
            let key = dependency.local_name();
            if seen.iter().any(|name| name == key) {
                return invalid(format!(
                    "more than one dependency with name or alias {key:?}"
                ));
            }
            seen.push(key.to_owned());
        }
        Ok(())
    }

    /// Whether the chart only lends its named templates.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }
}

impl Maintainer {
    fn read(fields: &mut Fields, place: &Place, value: &Value) -> Option<Self> {
        if value.is_null() {
            return None;
        }
        let mut maintainer = Self::default();
        for (key, value) in fields.entries(value, place, "v2.Maintainer") {
            let Some(name) = known(key, &["name", "email", "url"]) else {
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

fn dependencies(
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

impl Dependency {
    fn read(fields: &mut Fields, place: &Place, value: &Value) -> Option<Self> {
        const NAMES: [&str; 8] = [
            "name",
            "version",
            "repository",
            "condition",
            "tags",
            "enabled",
            "import-values",
            "alias",
        ];
        if value.is_null() {
            return None;
        }
        let mut read = Self::default();
        for (key, value) in fields.entries(value, place, "v2.Dependency") {
            let Some(name) = known(key, &NAMES) else {
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

    fn validate(&mut self) -> Result<(), Error> {
        for text in [
            &mut self.name,
            &mut self.version,
            &mut self.repository,
            &mut self.condition,
        ] {
            sanitize(text);
        }
        self.tags.iter_mut().for_each(sanitize);
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.alias.chars().all(allowed) {
            return Err(Error::Validation(format!(
                "dependency {:?} has disallowed characters in the alias",
                self.name
            )));
        }
        Ok(())
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

/// White space becomes a blank, what cannot be printed goes.
fn sanitize(text: &mut String) {
    if text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return;
    }
    *text = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_unprintable(*c))
        .collect();
}

/// Control, format and private characters.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
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

    #[test]
    fn rules_of_metadata_are_told_in_order() {
        for (text, problem) in [
            ("{}", "chart.metadata.apiVersion is required"),
            ("apiVersion: v2", "chart.metadata.name is required"),
            (
                "{apiVersion: v2, name: a/b}",
                "chart.metadata.name \"a/b\" is invalid",
            ),
            (
                "{apiVersion: v2, name: a}",
                "chart.metadata.version is required",
            ),
            (
                "{apiVersion: v2, name: a, version: x}",
                "chart.metadata.version \"x\" is invalid",
            ),
            (
                "{apiVersion: v2, name: a, version: 1.0.0, type: x}",
                "chart.metadata.type must be application or library",
            ),
            (
                "{apiVersion: v2, name: a, version: 1.0.0, dependencies: [null]}",
                "dependencies must not contain empty or null nodes",
            ),
            (
                "{apiVersion: v2, name: a, version: 1.0.0, dependencies: [{name: b, alias: a.b}]}",
                "dependency \"b\" has disallowed characters in the alias",
            ),
            (
                "{apiVersion: v2, name: a, version: 1.0.0, dependencies: [{name: b}, {name: b}]}",
                "more than one dependency with name or alias \"b\"",
            ),
        ] {
            let error = read(text).unwrap().validate().unwrap_err();
            assert_eq!(error.to_string(), format!("validation: {problem}"));
        }
    }
}
