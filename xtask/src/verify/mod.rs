//! Checks of what a compiler does not see. Each looks on its own, so that one run shows all.

mod arrows;
mod formatting;
mod generated;
mod graph;
mod makefile;
mod texts;
mod tracked;

use anyhow::{Result, bail};

use crate::compat;
use crate::workspace::Workspace;

/// A check: the problems that it finds, one text each.
type Check = fn(&Workspace) -> Result<Vec<String>>;

/// How many problems of one check are shown.
const SHOWN: usize = 20;

const CHECKS: &[(&str, Check)] = &[
    ("crate arrows", arrows::check),
    ("generated files", generated::check),
    ("formatting", formatting::check),
    ("makefile", makefile::check),
    ("tracked files", tracked::check),
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
        for problem in problems.iter().take(SHOWN) {
            println!("     {problem}");
        }
        if problems.len() > SHOWN {
            println!("     and {} more", problems.len() - SHOWN);
        }
        count += problems.len();
    }
    match count {
        0 => Ok(()),
        1 => bail!("1 problem"),
        _ => bail!("{count} problems"),
    }
}
