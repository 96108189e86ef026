//! A page of `docs/compatibility`: text, and tables with one fact per row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::evidence::Evidence;
use super::tests_of::TestIndex;

/// A page, line by line.
pub struct Page {
    lines: Vec<Line>,
}

#[derive(Clone)]
enum Line {
    Text(String),
    Row(Row),
}

/// `| id | what | evidence |`
#[derive(Clone)]
struct Row {
    id: String,
    what: String,
    evidence: Evidence,
}

impl Page {
    /// Reads a page; a line that is no row of facts stays as it is.
    pub fn parse(text: &str) -> Self {
        Self {
            lines: text.lines().map(parse_line).collect(),
        }
    }

    /// The facts of all rows.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rows().map(|row| row.id.as_str())
    }

    /// The page with the tests that are named after its facts, and without those that are gone;
    /// `known` holds the facts of all pages.
    #[must_use]
    pub fn updated(
        &self,
        tests: &TestIndex,
        known: &BTreeSet<&str>,
        concerns: impl Fn(&str) -> bool,
    ) -> Self {
        let mut named: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
        let all = tests.named_after(known);
        for (id, file, test) in all.filter(|(_, file, _)| concerns(file)) {
            named.entry(id).or_default().push((file, test));
        }
        let update = |line: &Line| {
            let Line::Row(mut row) = line.clone() else {
                return line.clone();
            };
            row.evidence.retain(tests);
            for (file, test) in named.get(&row.id).into_iter().flatten() {
                row.evidence.add(file, test);
            }
            Line::Row(row)
        };
        Self {
            lines: self.lines.iter().map(update).collect(),
        }
    }

    /// Facts that stand twice, that nothing is said about, or whose tests do not exist.
    pub fn problems(&self, tests: &TestIndex) -> Vec<String> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for row in self.rows() {
            let id = &row.id;
            if !seen.insert(id) {
                problems.push(format!("{id} stands twice"));
            }
            if row.evidence.is_empty() {
                problems.push(format!("{id} names neither a test nor a reason for later"));
            }
            for test in row.evidence.missing(tests) {
                problems.push(format!("{id} names {test}, which does not exist"));
            }
        }
        problems
    }

    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.lines.iter().filter_map(|line| match line {
            Line::Row(row) => Some(row),
            Line::Text(_) => None,
        })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            match line {
                Line::Text(text) => writeln!(f, "{text}")?,
                Line::Row(Row { id, what, evidence }) => {
                    writeln!(f, "| {id} | {what} | {evidence} |")?;
                }
            }
        }
        Ok(())
    }
}

fn parse_line(line: &str) -> Line {
    let row = || {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
        let (id, rest) = cells.split_once(" | ")?;
        let (what, evidence) = rest.rsplit_once(" | ").unwrap_or((rest, ""));
        let is_id = id.starts_with(|c: char| c.is_ascii_uppercase())
            && id.ends_with(|c: char| c.is_ascii_digit());
        is_id.then(|| Row {
            id: id.to_owned(),
            what: what.trim_end_matches(" |").to_owned(),
            evidence: Evidence::parse(evidence),
        })
    };
    row().map_or_else(|| Line::Text(line.to_owned()), Line::Row)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# A page

| ID | Fact | Shown by |
|---|---|---|
| K1 | the first | `a.rs`: `gone`, `kept` |
| K2.1 | the second | later: x |
";

    fn index() -> TestIndex {
        let mut index = TestIndex::default();
        index.add("a.rs", "#[test]\nfn kept() {}\n#[test]\nfn k2_1_new() {}\n");
        index
    }

    #[test]
    fn a_page_reads_back_as_it_was_written() {
        assert_eq!(Page::parse(PAGE).to_string(), PAGE);
        assert_eq!(Page::parse(PAGE).ids().collect::<Vec<_>>(), ["K1", "K2.1"]);
    }

    #[test]
    fn an_update_follows_the_tests() {
        let text = Page::parse(PAGE)
            .updated(&index(), &BTreeSet::from(["K1", "K2.1"]), |_| true)
            .to_string();
        assert!(
            text.contains("| K1 | the first | `a.rs`: `kept` |"),
            "{text}"
        );
        assert!(
            text.contains("| K2.1 | the second | `a.rs`: `k2_1_new`; later: x |"),
            "{text}"
        );
    }

    #[test]
    fn problems_of_rows_are_named() {
        let page = Page::parse(&format!("{PAGE}| K1 | again |  |\n"));
        assert_eq!(
            page.problems(&index()),
            [
                "K1 names a.rs::gone, which does not exist",
                "K1 stands twice",
                "K1 names neither a test nor a reason for later",
            ]
        );
    }
}
