//! Tags by pattern, and the part of them that is ordered (L16).

use std::collections::BTreeMap;

use go_regex::{Pattern, SyntaxError};

/// Bytes that a compiled pattern may take.
const MAX_PATTERN: usize = 8 << 20;

/// Keeps the tags that match, and orders them by what it extracts.
#[derive(Debug)]
pub struct Filter {
    pattern: Pattern,
    extract: String,
}

/// The pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid regular expression pattern '{pattern}': {source}")]
pub struct InvalidFilter {
    pattern: String,
    source: SyntaxError,
}

impl Filter {
    /// A filter by a pattern in Go's syntax. `extract` may refer to groups as `$1`, `$name` and `${name}`; empty, it
    /// stands for the whole tag.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(pattern: &str, extract: &str) -> Result<Self, InvalidFilter> {
        let compiled =
            Pattern::compile_within(pattern, MAX_PATTERN).map_err(|source| InvalidFilter {
                pattern: pattern.to_owned(),
                source,
            })?;
        Ok(Self {
            pattern: compiled,
            extract: extract.to_owned(),
        })
    }

    /// The extracts of the tags that match, each with its tag; the last tag wins of those that share one.
    pub fn apply<'t>(&self, tags: &'t [String]) -> BTreeMap<String, &'t str> {
        let mut found = BTreeMap::new();
        for tag in tags {
            let extract = if self.extract.is_empty() {
                self.pattern.is_match(tag.as_bytes()).then(|| tag.clone())
            } else {
                let extract = self.extract.as_bytes();
                let expanded = self.pattern.expand(tag.as_bytes(), extract);
                expanded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            };
            if let Some(extract) = extract {
                found.insert(extract, tag.as_str());
            }
        }
        found
    }
}
