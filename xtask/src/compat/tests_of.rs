//! The tests of the repository, and the facts that their names carry.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::workspace::Workspace;

/// Test functions by file.
#[derive(Default)]
pub struct TestIndex {
    files: BTreeMap<String, BTreeSet<String>>,
}

impl TestIndex {
    /// Reads the tests of every tracked file but those of this program, whose names are examples.
    pub fn read(workspace: &Workspace) -> Result<Self> {
        let mut index = Self::default();
        for path in workspace.tracked_files()? {
            if Path::new(&path)
                .extension()
                .is_some_and(|extension| extension == "rs")
                && !path.starts_with("xtask/")
                && let Ok(text) = fs::read_to_string(workspace.path(&path))
            {
                index.add(&path, &text);
            }
        }
        Ok(index)
    }

    /// Adds the tests in the text of a file.
    pub fn add(&mut self, path: &str, text: &str) {
        let tests = test_names(text);
        if !tests.is_empty() {
            self.files.insert(path.to_owned(), tests);
        }
    }

    /// Whether the file has this test.
    pub fn has(&self, path: &str, test: &str) -> bool {
        self.files
            .get(path)
            .is_some_and(|tests| tests.contains(test))
    }

    /// The tests whose names begin with a fact of `known`, with that fact, as (id, file, test).
    pub fn named_after<'a>(
        &'a self,
        known: &'a BTreeSet<&str>,
    ) -> impl Iterator<Item = (String, &'a str, &'a str)> {
        self.files.iter().flat_map(move |(path, tests)| {
            tests.iter().flat_map(move |test| {
                let ids = ids_of(test, known).into_iter();
                ids.map(move |id| (id, path.as_str(), test.as_str()))
            })
        })
    }
}

/// Functions under an attribute that makes a test of them.
fn test_names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            marked |= line.starts_with("#[test]") || line.contains("::test");
            continue;
        }
        let function = line.trim_start_matches("pub ").trim_start_matches("async ");
        if let Some(rest) = function.strip_prefix("fn ") {
            if marked && let Some(end) = rest.find('(') {
                names.insert(rest[..end].to_owned());
            }
            marked = false;
        } else if !line.is_empty() && !line.starts_with("//") && !line.starts_with(')') {
            marked = marked && !line.ends_with(['{', '}', ';']);
        }
    }
    names
}

/// The facts that a name begins with: `r8_r9_order` is about R8 and R9, `k13_5_x` about K13.5
/// where that exists, else about K13.
fn ids_of(test: &str, known: &BTreeSet<&str>) -> Vec<String> {
    let words: Vec<&str> = test.split('_').collect();
    let mut ids = Vec::new();
    let mut at = 0;
    while at < words.len() && is_id_word(words[at]) {
        let whole = words[at].to_ascii_uppercase();
        let dotted = words
            .get(at + 1)
            .filter(|next| !next.is_empty() && next.bytes().all(|b| b.is_ascii_digit()))
            .map(|next| format!("{whole}.{next}"));
        match dotted {
            Some(id) if known.contains(id.as_str()) => {
                ids.push(id);
                at += 2;
            }
            _ => {
                if known.contains(whole.as_str()) {
                    ids.push(whole);
                }
                at += 1;
            }
        }
    }
    ids
}

/// One or two letters, then digits.
fn is_id_word(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
    (1..=2).contains(&(word.len() - digits.len()))
        && !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_under_a_test_attribute_are_tests() {
        let text = "
            fn helper() {}
            #[test]
            fn k1_plain() {}
            #[tokio::test(flavor = \"multi_thread\")]
            // why
            async fn k2_async() {}
            proptest! {
                #[test]
                fn k3_property(x in 0..9) {}
            }
            #[derive(Debug)]
            struct X;
            fn not_marked() {}
        ";
        let names: Vec<String> = test_names(text).into_iter().collect();
        assert_eq!(names, ["k1_plain", "k2_async", "k3_property"]);
    }

    #[test]
    fn names_carry_the_facts_that_exist() {
        let known = BTreeSet::from(["K13", "K13.5", "R8", "R9", "S3"]);
        let cases: &[(&str, &[&str])] = &[
            ("k13_5_substring", &["K13.5"]),
            ("k13_60_seconds", &["K13"]),
            ("r8_r9_order", &["R8", "R9"]),
            ("s3_s4_same_tree", &["S3"]),
            ("k99_unknown", &[]),
            ("keeps_the_k13", &[]),
            ("utf8_text", &[]),
        ];
        for (name, ids) in cases {
            assert_eq!(ids_of(name, &known), *ids, "{name}");
        }
    }
}
