//! Every fact of the compatibility sheets is accounted for: by tests, or by a reason for later.
//!
//! ```text
//! sheet: - **K1.1** …  ┐
//!                      ├─▶ docs/compatibility/<sheet>.md:  | K1.1 | what | `file`: `test`, … |
//! fn k1_1_…() in *.rs  ┘
//! ```
//!
//! The sheets are not in the repository; where they are absent only the pages and the tests that
//! they name are checked.

mod evidence;
mod page;
mod tests_of;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use self::page::Page;
use self::tests_of::TestIndex;
use crate::workspace::Workspace;

/// Sheets that have a page.
const SHEETS: &[&str] = &[
    "source",
    "kustomize-controller",
    "notification-controller",
    "helm-controller",
    "image-automation",
];

/// Sheets whose IDs others use too, and the folders in which their tests lie. Those show nothing of another sheet.
const APART: &[(&str, &[&str])] = &[
    ("notification-controller", &["notification-controller/"]),
    ("helm-controller", &["helm-controller/", "engines/helm/"]),
    (
        "image-automation",
        &[
            "image-reflector-controller/",
            "image-automation-controller/",
            "engines/setters/",
        ],
    ),
];

/// Whether tests of this file may show facts of the sheet.
fn concerns(sheet: &str, file: &str) -> bool {
    let lies_in = |folders: &[&str]| folders.iter().any(|folder| file.starts_with(folder));
    match APART.iter().find(|(apart, _)| *apart == sheet) {
        Some((_, folders)) => lies_in(folders),
        None => !APART.iter().any(|(_, folders)| lies_in(folders)),
    }
}

/// Brings the pages up to date with the tests, then checks them.
pub fn run(workspace: &Workspace) -> Result<()> {
    let tests = TestIndex::read(workspace)?;
    let pages = pages(workspace)?;
    // Facts of all pages together: `k2_1_x` is about K2.1 of one sheet, not about K2 of another.
    let known: BTreeSet<&str> = pages.iter().flat_map(|(_, page)| page.ids()).collect();
    for (sheet, (path, page)) in SHEETS.iter().zip(&pages) {
        let old = page.to_string();
        let new = page
            .updated(&tests, &known, |file| concerns(sheet, file))
            .to_string();
        if new != old {
            fs::write(workspace.path(path), new).with_context(|| path.clone())?;
            println!("wrote {path}");
        }
    }
    let problems = check(workspace)?;
    if !problems.is_empty() {
        bail!("facts are not accounted for\n\n  {}", problems.join("\n  "));
    }
    Ok(())
}

/// Names every fact without a row, every row without a fact, and every test that does not exist.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let tests = TestIndex::read(workspace)?;
    let sheets = workspace.compat_sheets();
    let mut problems = Vec::new();
    for (sheet, (path, page)) in SHEETS.iter().zip(pages(workspace)?) {
        let mut found = page.problems(&tests);
        if let Some(sheets) = &sheets {
            found.extend(unaccounted(
                &page,
                &facts(&sheets.join(format!("{sheet}.md")))?,
            ));
        }
        problems.extend(
            found
                .into_iter()
                .map(|problem| format!("{path}: {problem}")),
        );
    }
    Ok(problems)
}

/// The page of every sheet, with its path.
fn pages(workspace: &Workspace) -> Result<Vec<(String, Page)>> {
    let read = |sheet: &&str| {
        let path = format!("docs/compatibility/{sheet}.md");
        let text = fs::read_to_string(workspace.path(&path)).with_context(|| path.clone())?;
        Ok((path, Page::parse(&text)))
    };
    SHEETS.iter().map(read).collect()
}

/// The IDs of a sheet, each a bullet that starts with the ID, in bold or not.
fn facts(sheet: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(sheet).with_context(|| sheet.display().to_string())?;
    Ok(text.lines().filter_map(fact).map(str::to_owned).collect())
}

fn fact(line: &str) -> Option<&str> {
    let text = line.strip_prefix("- ")?;
    let (id, _) = match text.strip_prefix("**") {
        Some(bold) => bold.split_once("**")?,
        None => text.split_once(' ')?,
    };
    let is_id = id.starts_with(|c: char| c.is_ascii_uppercase())
        && id.ends_with(|c: char| c.is_ascii_digit())
        && id
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '.');
    is_id.then_some(id)
}

fn unaccounted(page: &Page, facts: &[String]) -> Vec<String> {
    let rows: BTreeSet<&str> = page.ids().collect();
    let known: BTreeSet<&str> = facts.iter().map(String::as_str).collect();
    let missing = facts.iter().filter(|id| !rows.contains(id.as_str()));
    let unknown = rows.iter().filter(|id| !known.contains(*id));
    missing
        .map(|id| format!("{id} is not accounted for"))
        .chain(unknown.map(|id| format!("{id} is in no sheet")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_bullets_that_start_with_an_id() {
        assert_eq!(fact("- E16 A source matches"), Some("E16"));
        assert_eq!(fact("- **K13.5** Forms: **not this**"), Some("K13.5"));
        assert_eq!(fact("- **S1** Path"), Some("S1"));
        for line in [
            "- **Nothing** else",
            "**K1**",
            "- K1",
            "- SHA-1 is not an ID",
            "| **K1** |",
            "- **K1 and K2**",
        ] {
            assert_eq!(fact(line), None, "{line}");
        }
    }

    #[test]
    fn tests_of_a_sheet_that_stands_apart_show_nothing_of_another_one() {
        let (own, other) = ("notification-controller/src/a.rs", "common/src/a.rs");
        assert!(
            concerns("notification-controller", own) && !concerns("notification-controller", other)
        );
        assert!(concerns("source", other) && !concerns("source", own));
    }

    #[test]
    fn a_fact_without_a_row_and_a_row_without_a_fact_are_named() {
        let page = Page::parse("| K1 | what | later: x |\n| K9 | what | later: x |\n");
        assert_eq!(
            unaccounted(&page, &["K1".to_owned(), "K2".to_owned()]),
            ["K2 is not accounted for", "K9 is in no sheet"]
        );
    }
}
