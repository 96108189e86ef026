//! `.helmignore`: rules by line, of which the first that matches decides. This is not git's way: a
//! rule with `!` leaves out everything that it does *not* match.

use select::glob::Glob;

use super::Error;

/// The rules of a chart.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    glob: Glob,
    negated: bool,
    directories_only: bool,
    /// Whether the last segment alone is compared.
    by_name: bool,
}

impl Rules {
    /// Parses the file, and adds the rule for hidden files of `templates/`.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = text.strip_prefix(super::BOM).unwrap_or(text);
        let mut rules = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            rules.add(&String::from_utf8_lossy(line))?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), Error> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            let message = "double-star (**) syntax is not supported";
            return Err(Error::Ignore(message.to_owned()));
        }
        let bad = |_| Error::Ignore("syntax error in pattern".to_owned());
        Glob::parse(rule.as_bytes()).map_err(bad)?;
        let (negated, rule) = match rule.strip_prefix('!') {
            Some(rule) => (true, rule),
            None => (false, rule),
        };
        let (directories_only, rule) = match rule.strip_suffix('/') {
            Some(rule) => (true, rule),
            None => (false, rule),
        };
        let by_name = !rule.contains('/');
        let pattern = rule.strip_prefix('/').unwrap_or(rule);
        self.rules.push(Rule {
            glob: Glob::parse(pattern.as_bytes()).map_err(bad)?,
            negated,
            directories_only,
            by_name,
        });
        Ok(())
    }

    /// Whether the file or directory at `path` below the chart is left out.
    pub fn ignores(&self, path: &str, is_directory: bool) -> bool {
        for rule in &self.rules {
            let applies = is_directory || !rule.directories_only;
            if rule.negated {
                if !applies || !rule.matches(path) {
                    return true;
                }
            } else if applies && rule.matches(path) {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let subject = if self.by_name {
            path.rsplit('/').next().unwrap_or(path)
        } else {
            path
        };
        self.glob.matches_path(subject.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_match_names_paths_and_roots() {
        let rules = Rules::parse(b"# note\n*.bak\n/top.txt\ndir/inner\nonly/\n").unwrap();
        for (path, directory, ignored) in [
            ("a.bak", false, true),
            ("templates/a.bak", false, true),
            ("top.txt", false, true),
            ("sub/top.txt", false, false),
            ("dir/inner", false, true),
            ("x/dir/inner", false, false),
            ("only", true, true),
            ("x/only", true, true),
            ("only", false, false),
            ("templates/.hidden", false, true),
            ("templates/a.yaml", false, false),
        ] {
            assert_eq!(rules.ignores(path, directory), ignored, "{path}");
        }
    }

    #[test]
    fn a_negated_rule_leaves_out_what_it_does_not_match() {
        let rules = Rules::parse(b"!*.yaml\n").unwrap();
        assert!(rules.ignores("a.txt", false));
        assert!(!rules.ignores("a.yaml", false));
    }

    #[test]
    fn rules_without_a_meaning_are_refused() {
        let error = Rules::parse(b"a/**\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "double-star (**) syntax is not supported"
        );
        let error = Rules::parse(b"a[\n").unwrap_err();
        assert_eq!(error.to_string(), "syntax error in pattern");
    }
}
