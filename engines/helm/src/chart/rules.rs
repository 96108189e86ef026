//! What metadata must say, and how their text is cleaned: in `Chart.yaml`, and in the indexes of repositories, which repeat it.

use std::collections::HashSet;

use gotemplate::fmt::{is_print, quote};
use select::semver::Version;

use super::{Dependency, Error, Metadata};

/// What the rules look at, cleaned.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The version of the format.
    pub api_version: &'a str,
    /// The name.
    pub name: &'a str,
    /// The version.
    pub version: &'a str,
    /// The type; nothing means an application.
    pub kind: &'a str,
    /// Whether something is said of each maintainer.
    pub maintainers: Vec<Entry<()>>,
    /// The charts it depends on.
    pub dependencies: Vec<Entry<Named<'a>>>,
}

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<T> {
    /// Null, or nothing at all.
    Empty,
    /// Something.
    Filled(T),
}

/// How a dependency is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// The name of the chart.
    pub name: &'a str,
    /// Its name in the chart that depends on it; nothing means the same.
    pub alias: &'a str,
}

/// What two dependencies of the same name are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeated {
    /// An error: a chart cannot be used so.
    Refused,
    /// Nothing that an index would leave a chart out for.
    Allowed,
}

impl Facts<'_> {
    /// The version, or the first rule that is broken, in Helm's words.
    ///
    /// # Errors
    ///
    /// The words, when a rule is broken.
    pub fn check(&self, repeated: Repeated) -> Result<Version, String> {
        let name = self.name;
        if self.api_version.is_empty() {
            return Err("chart.metadata.apiVersion is required".into());
        }
        if name.is_empty() {
            return Err("chart.metadata.name is required".into());
        }
        if name == "." || name == ".." {
            let name = quote(name);
            return Err(format!("chart.metadata.name {name} is not allowed"));
        }
        if name.contains('/') {
            return Err(format!("chart.metadata.name {} is invalid", quote(name)));
        }
        if self.version.is_empty() {
            return Err("chart.metadata.version is required".into());
        }
        let Ok(version) = Version::parse(self.version) else {
            let version = quote(self.version);
            return Err(format!("chart.metadata.version {version} is invalid"));
        };
        if !["", "application", "library"].contains(&self.kind) {
            return Err("chart.metadata.type must be application or library".into());
        }
        if self.maintainers.contains(&Entry::Empty) {
            return Err("maintainers must not contain empty or null nodes".into());
        }
        let mut seen = HashSet::new();
        for dependency in &self.dependencies {
            let Entry::Filled(named) = dependency else {
                return Err("dependencies must not contain empty or null nodes".into());
            };
            let local = named.check()?;
            if !seen.insert(local) && repeated == Repeated::Refused {
                let local = quote(local);
                return Err(format!(
                    "more than one dependency with name or alias {local}"
                ));
            }
        }
        Ok(version)
    }
}

impl<'a> Named<'a> {
    /// Its name in the chart that depends on it, or why it cannot have it.
    fn check(self) -> Result<&'a str, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.alias.chars().all(allowed) {
            return Err(format!(
                "dependency {} has disallowed characters in the alias",
                quote(self.name)
            ));
        }
        Ok(if self.alias.is_empty() {
            self.name
        } else {
            self.alias
        })
    }
}

/// Cleans a text: white space becomes a blank, what cannot be printed goes.
pub fn sanitize(text: &mut String) {
    if text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return;
    }
    *text = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| is_print(*c))
        .collect();
}

impl Metadata {
    /// Cleans the text and checks the rules.
    pub(crate) fn validate(&mut self) -> Result<(), Error> {
        self.sanitize();
        let facts = Facts {
            api_version: &self.api_version,
            name: &self.name,
            version: &self.version,
            kind: &self.kind,
            maintainers: self
                .maintainers
                .iter()
                .map(|one| one.as_ref().map_or(Entry::Empty, |_| Entry::Filled(())))
                .collect(),
            dependencies: self
                .dependencies
                .iter()
                .map(|one| one.as_ref().map_or(Entry::Empty, Dependency::named))
                .collect(),
        };
        match facts.check(Repeated::Refused) {
            Ok(_) => Ok(()),
            Err(problem) => Err(Error::Validation(problem)),
        }
    }

    fn sanitize(&mut self) {
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
        for maintainer in self.maintainers.iter_mut().flatten() {
            sanitize(&mut maintainer.name);
            sanitize(&mut maintainer.email);
            sanitize(&mut maintainer.url);
        }
        for dependency in self.dependencies.iter_mut().flatten() {
            for text in [
                &mut dependency.name,
                &mut dependency.version,
                &mut dependency.repository,
                &mut dependency.condition,
            ] {
                sanitize(text);
            }
            dependency.tags.iter_mut().for_each(sanitize);
        }
    }
}

impl Dependency {
    fn named(&self) -> Entry<Named<'_>> {
        Entry::Filled(Named {
            name: &self.name,
            alias: &self.alias,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Metadata {
        let mut metadata = Metadata::default();
        metadata.merge(text.as_bytes()).unwrap();
        metadata
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
            let error = read(text).validate().unwrap_err();
            assert_eq!(error.to_string(), format!("validation: {problem}"));
        }
    }
}
