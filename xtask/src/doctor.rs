//! The tools that the repository is built and tested with.

use std::fmt;

use anyhow::{Result, bail};

use crate::program;
use crate::workspace::Workspace;

/// A tool, how to ask for its version, and how to get it.
struct Tool {
    name: &'static str,
    arguments: &'static [&'static str],
    least: Version,
    /// The command on Linux and the command on macOS.
    install: [&'static str; 2],
    purpose: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "rustc",
        arguments: &["--version"],
        least: Version(1, 95),
        install: ["curl -sSf https://sh.rustup.rs | sh"; 2],
        purpose: "builds everything; rust-toolchain.toml picks the version",
    },
    Tool {
        name: "rustfmt",
        arguments: &["--version"],
        least: Version(1, 8),
        install: ["rustup component add rustfmt"; 2],
        purpose: "checks the formatting",
    },
    Tool {
        name: "go",
        arguments: &["version"],
        least: Version(1, 26),
        install: [
            "curl -sSfL https://go.dev/dl/go1.26.5.linux-{arch}.tar.gz | sudo tar -xz -C /usr/local \
             && export PATH=/usr/local/go/bin:$PATH",
            "brew install go",
        ],
        purpose: "builds the local control plane, once",
    },
    Tool {
        name: "git",
        arguments: &["--version"],
        least: Version(2, 30),
        install: ["sudo apt-get install --yes git", "brew install git"],
        purpose: "serves the repositories of the demo and the tests",
    },
];

/// Major and minor version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// Names every tool that is missing or too old, with the command that installs it.
pub fn run(workspace: &Workspace) -> Result<()> {
    let problems: Vec<String> = TOOLS
        .iter()
        .filter_map(|tool| {
            let output = program::output(workspace, tool.name, tool.arguments);
            problem(tool, output.as_deref().ok())
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    bail!("tools are missing\n\n{}", problems.join("\n"));
}

/// What is wrong with a tool that answered `output`; `None` is a tool that did not answer.
fn problem(tool: &Tool, output: Option<&str>) -> Option<String> {
    let Tool {
        name,
        least,
        purpose,
        ..
    } = tool;
    let install = install(tool, std::env::consts::OS, std::env::consts::ARCH);
    let state = match output.map(version) {
        None => "is not installed".to_owned(),
        Some(None) => "does not tell its version".to_owned(),
        Some(Some(found)) if found < *least => format!("is version {found}"),
        Some(Some(_)) => return None,
    };
    Some(format!(
        "  {name} {state}, {least} or newer is needed ({purpose}):\n      {install}\n"
    ))
}

/// The command that installs a tool on this kind of machine.
fn install(tool: &Tool, os: &str, arch: &str) -> String {
    let arch = match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let [linux, macos] = tool.install;
    if os == "macos" { macos } else { linux }.replace("{arch}", arch)
}

/// The first version in an output such as `go version go1.26.5 linux/amd64`.
fn version(output: &str) -> Option<Version> {
    output.split_whitespace().find_map(|word| {
        let mut numbers = word.trim_start_matches("go").split('.');
        let major = numbers.next()?.parse().ok()?;
        let minor: String = numbers
            .next()?
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        Some(Version(major, minor.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO: Tool = Tool {
        name: "go",
        arguments: &["version"],
        least: Version(1, 26),
        install: ["get go for {arch}", "brew go"],
        purpose: "builds",
    };

    #[test]
    fn the_command_is_that_of_the_machine() {
        assert_eq!(install(&GO, "linux", "x86_64"), "get go for amd64");
        assert_eq!(install(&GO, "linux", "aarch64"), "get go for arm64");
        assert_eq!(install(&GO, "macos", "aarch64"), "brew go");
    }

    #[test]
    fn versions_are_found_in_what_the_tools_print() {
        let cases = [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some(Version(1, 95))),
            (
                "rustfmt 1.8.0-stable (59807616e1 2026-04-14)",
                Some(Version(1, 8)),
            ),
            ("go version go1.26.5 linux/amd64", Some(Version(1, 26))),
            ("go version go1.27rc1 linux/amd64", Some(Version(1, 27))),
            ("git version 2.39.5 (Apple Git-154)", Some(Version(2, 39))),
            ("no number here", None),
        ];
        for (output, expected) in cases {
            assert_eq!(version(output), expected, "{output}");
        }
    }

    #[test]
    fn a_missing_and_an_old_tool_are_named_with_the_command_that_installs_them() {
        let missing = problem(&GO, None).unwrap();
        assert!(
            missing.contains("go is not installed, 1.26 or newer is needed"),
            "{missing}"
        );
        assert!(missing.contains("\n      "), "{missing}");
        let old = problem(&GO, Some("go version go1.9 linux/amd64")).unwrap();
        assert!(
            old.contains("go is version 1.9, 1.26 or newer is needed"),
            "{old}"
        );
        assert_eq!(problem(&GO, Some("go version go1.26.0 linux/amd64")), None);
    }
}
