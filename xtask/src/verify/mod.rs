//! Checks of what a compiler does not see. Each looks on its own, so that one run shows all.

mod arrows;
mod formatting;
mod generated;
mod graph;
mod makefile;
mod texts;

use anyhow::{Result, bail};

use crate::compat;
use crate::workspace::Workspace;

/// A check: the problems that it finds, one text each.
type Check = fn(&Workspace) -> Result<Vec<String>>;

const CHECKS: &[(&str, Check)] = &[
    ("crate arrows", arrows::check),
    ("generated files", generated::check),
    ("formatting", formatting::check),
    ("makefile", makefile::check),
    ("tracked texts", texts::check),
    ("compatibility pages", compat::check),
];

/// Runs every check and reports everything that is wrong.
pub fn run(workspace: &Workspace) -> Result<()> {
    let mut count = 0;
    for (name, check) in CHECKS {
        let problems = check(workspace).unwrap_or_else(|error| vec![format!("{error:#}")]);
        println!(
            "{} {name}",
            if problems.is_empty() { "ok  " } else { "FAIL" }
        );
        for problem in &problems {
            println!("     {problem}");
        }
        count += problems.len();
    }
    match count {
        0 => Ok(()),
        1 => bail!("1 problem"),
        _ => bail!("{count} problems"),
    }
}
