//! Regular expressions in Go's syntax (RE2).

use gotemplate::funcs::regex;

/// A compiled expression and what it was written as.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    program: regex::Pattern,
}

impl Pattern {
    /// Fails with the message of Go's `regexp.Compile`.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        Ok(Self {
            source: source.to_owned(),
            program: regex::Pattern::compile(source).map_err(|error| error.to_string())?,
        })
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.program.is_match(text.as_bytes())
    }
}
