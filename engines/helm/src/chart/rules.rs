//! What metadata must say, and how their text is cleaned.

use select::semver::Version;

use super::{Dependency, Error, Metadata};

impl Metadata {
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
}

impl Dependency {
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
