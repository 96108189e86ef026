//! The last cell of a row: the tests that show a fact, and what is left for later.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::tests_of::TestIndex;

const LATER: &str = "later: ";

/// Tests by file, then what they do not show yet and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    tests: BTreeMap<String, BTreeSet<String>>,
    later: Option<String>,
}

impl Evidence {
    /// Reads `` `file`: `test`, `test`; `file`: `test`; later: reason ``.
    pub fn parse(cell: &str) -> Self {
        let (tests, later) = match cell.split_once(LATER) {
            Some((tests, reason)) => (tests, Some(reason.trim().to_owned())),
            None => (cell, None),
        };
        let mut evidence = Self {
            later,
            ..Self::default()
        };
        for group in tests.split("; ") {
            if let Some((file, names)) = group.trim().split_once(": ") {
                for name in names.split(", ") {
                    evidence.add(file.trim_matches('`'), name.trim().trim_matches(['`', ';']));
                }
            }
        }
        evidence
    }

    /// Adds a test.
    pub fn add(&mut self, file: &str, test: &str) {
        self.tests
            .entry(file.to_owned())
            .or_default()
            .insert(test.to_owned());
    }

    /// Drops tests that do not exist any more.
    pub fn retain(&mut self, index: &TestIndex) {
        for (file, tests) in &mut self.tests {
            tests.retain(|test| index.has(file, test));
        }
        self.tests.retain(|_, tests| !tests.is_empty());
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.later.as_deref().is_none_or(str::is_empty)
    }

    /// Tests that do not exist, as `file::test`.
    pub fn missing(&self, index: &TestIndex) -> Vec<String> {
        let all = self
            .tests
            .iter()
            .flat_map(|(file, tests)| tests.iter().map(move |t| (file, t)));
        all.filter(|(file, test)| !index.has(file, test))
            .map(|(file, test)| format!("{file}::{test}"))
            .collect()
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        for (file, tests) in &self.tests {
            let names: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            parts.push(format!("`{file}`: {}", names.join(", ")));
        }
        parts.extend(self.later.iter().map(|reason| format!("{LATER}{reason}")));
        f.write_str(&parts.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_reads_back_as_it_was_written() {
        for cell in [
            "`a/b.rs`: `x`, `y`; `c.rs`: `z`",
            "`a.rs`: `x`; later: ssh, with issue 4; and more",
            "later: the whole kind",
            "",
        ] {
            assert_eq!(Evidence::parse(cell).to_string(), cell);
        }
    }

    #[test]
    fn tests_that_are_gone_are_named_and_dropped() {
        let mut index = TestIndex::default();
        index.add("a.rs", "#[test]\nfn x() {}\n");
        let mut evidence = Evidence::parse("`a.rs`: `x`, `y`; `b.rs`: `x`");
        assert_eq!(evidence.missing(&index), ["a.rs::y", "b.rs::x"]);
        evidence.retain(&index);
        assert_eq!(evidence.to_string(), "`a.rs`: `x`");
    }
}
