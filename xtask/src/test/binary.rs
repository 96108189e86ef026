//! What there is to run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::program;
use crate::workspace::Workspace;

/// Something that runs tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// The folder of the package and the target, such as `helm-controller::release`.
    pub name: String,
    pub kind: Kind,
    /// The folder that it runs in.
    folder: PathBuf,
    program: PathBuf,
}

/// What kind of tests it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file or folder of `tests/`.
    Scenarios,
    /// The examples in the documentation, which are built when they are run.
    Examples,
    /// Those beside the code.
    Units,
}

impl Binary {
    /// What starts it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder);
        if self.kind == Kind::Examples {
            // Where it is set, cargo builds anew what looks at it.
            command.args(EXAMPLES).env_remove("CARGO_MANIFEST_DIR");
        } else {
            command.env("CARGO_MANIFEST_DIR", &self.folder);
        }
        command
    }

    /// Where cargo puts what it builds: `<target>/debug` for `<target>/debug/deps/<binary>`.
    pub fn output_folder(&self) -> Option<&Path> {
        let built = self.kind != Kind::Examples;
        self.program.ancestors().nth(2).filter(|_| built)
    }
}

const EXAMPLES: [&str; 4] = ["test", "--workspace", "--doc", "--quiet"];

/// Builds all test binaries.
pub fn build(workspace: &Workspace) -> Result<Vec<Binary>> {
    let messages = program::cargo_messages(workspace, &["test", "--workspace", "--no-run"])?;
    let found = messages.lines().map(|line| read(workspace, line));
    let mut binaries: Vec<Binary> = found.filter_map(Result::transpose).collect::<Result<_>>()?;
    if binaries.is_empty() {
        bail!("cargo names no test binary");
    }
    binaries.push(Binary {
        name: "examples of the documentation".to_owned(),
        kind: Kind::Examples,
        folder: workspace.root().to_owned(),
        program: program::cargo_program().into(),
    });
    Ok(binaries)
}

/// The test binary of a message of cargo, if it is about one.
fn read(workspace: &Workspace, message: &str) -> Result<Option<Binary>> {
    let message: Value = serde_json::from_str(message).context("read a message of cargo")?;
    let is_test = message["reason"] == "compiler-artifact" && message["profile"]["test"] == true;
    let (Some(program), true) = (message["executable"].as_str(), is_test) else {
        return Ok(None);
    };
    let manifest = message["manifest_path"].as_str().map(Path::new);
    let folder = manifest
        .and_then(Path::parent)
        .context("a message of cargo without the manifest")?;
    let package = folder.strip_prefix(workspace.root()).unwrap_or(folder);
    let target = &message["target"];
    let kind = if target["kind"][0] == "test" {
        Kind::Scenarios
    } else {
        Kind::Units
    };
    let name = target["name"].as_str().unwrap_or_default();
    Ok(Some(Binary {
        name: format!("{}::{name}", package.display()),
        kind,
        folder: folder.to_owned(),
        program: program.into(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn test_binaries_are_told_from_other_messages() {
        let workspace = Workspace::find().unwrap();
        let manifest = workspace.path("engines/yaml/Cargo.toml");
        let artifact = |test: bool, kind: &str| {
            json!({
                "reason": "compiler-artifact", "profile": {"test": test}, "manifest_path": manifest,
                "target": {"name": "decode", "kind": [kind]}, "executable": "/target/debug/deps/decode-1",
            })
        };
        let read = |message: Value| read(&workspace, &message.to_string()).unwrap();
        let found = read(artifact(true, "test")).unwrap();
        assert_eq!(found.name, "engines/yaml::decode");
        assert_eq!(found.kind, Kind::Scenarios);
        assert_eq!(found.output_folder(), Some(Path::new("/target/debug")));
        assert_eq!(read(artifact(true, "lib")).unwrap().kind, Kind::Units);
        assert_eq!(read(artifact(false, "bin")), None, "a program");
        assert_eq!(read(json!({"reason": "build-finished"})), None);
    }
}
