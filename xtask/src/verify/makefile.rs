//! The Makefile tells what each of its targets is for.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// Names the targets without a line of help.
pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let text = fs::read_to_string(workspace.path("Makefile")).context("read Makefile")?;
    Ok(problems(&text))
}

fn problems(makefile: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut phony = Vec::new();
    let mut targets = Vec::new();
    for line in makefile.lines() {
        if let Some(names) = line.strip_prefix(".PHONY:") {
            phony.extend(names.split_whitespace());
            continue;
        }
        let Some((target, rest)) = line.split_once(':').filter(|_| is_rule(line)) else {
            continue;
        };
        targets.push(target);
        match rest.split_once("## ") {
            Some((_, help)) if !help.trim().is_empty() => {}
            _ => problems.push(format!(
                "target {target} has no help: add `## <what it does>`"
            )),
        }
    }
    for target in &targets {
        if !phony.contains(target) {
            problems.push(format!("target {target} is not listed in .PHONY"));
        }
    }
    for target in phony {
        if !targets.contains(&target) {
            problems.push(format!("target {target} of .PHONY does not exist"));
        }
    }
    problems
}

/// Whether a line starts a rule, not an assignment, a recipe or a special target.
fn is_rule(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !line.contains(":=")
        && line.find(':') < line.find('=').or(Some(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_needs_a_line_of_help_and_a_place_among_the_phony_ones() {
        let makefile = "\
.PHONY: run test gone
now := 1:2
later = a:b
run: setup ## Run it
\techo not: a target
test:
build: ## Build it
";
        assert_eq!(
            problems(makefile),
            [
                "target test has no help: add `## <what it does>`",
                "target build is not listed in .PHONY",
                "target gone of .PHONY does not exist",
            ]
        );
    }
}
