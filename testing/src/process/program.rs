//! What to start, and how.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;

use super::Process;
use crate::guard;

/// What to start.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    log: Option<PathBuf>,
}

impl Program {
    /// The program at `path`, without arguments, in an environment of its own (`PATH` and `HOME` are kept).
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            log: None,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets environment variables.
    #[must_use]
    pub fn envs<V: Into<OsString>>(mut self, variables: impl IntoIterator<Item = (V, V)>) -> Self {
        let variables = variables.into_iter();
        self.env
            .extend(variables.map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Appends standard output and standard error to this file; without it they are discarded.
    #[must_use]
    pub fn log(mut self, file: impl Into<PathBuf>) -> Self {
        self.log = Some(file.into());
        self
    }

    /// Starts the program in a process group of its own, so that a Ctrl-C in the terminal does not reach it.
    pub fn start(self) -> anyhow::Result<Process> {
        let name = self
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        #[expect(
            clippy::disallowed_methods,
            reason = "test tooling starts the programs under test"
        )]
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .stdin(Stdio::null())
            .process_group(0)
            .env_clear();
        for kept in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        match &self.log {
            None => command.stdout(Stdio::null()).stderr(Stdio::null()),
            Some(log) => {
                let file = File::options()
                    .create(true)
                    .append(true)
                    .open(log)
                    .with_context(|| format!("cannot write the log {}", log.display()))?;
                command.stdout(file.try_clone()?).stderr(file)
            }
        };
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.path.display()))?;
        guard::hold_group(child.id());
        Ok(Process {
            name,
            child,
            log: self.log,
            started,
            ended: None,
        })
    }
}

/// The binary `name` of this workspace: in the folder that `SLUICE_BIN` names, or beside the running test (`target/debug/NAME` for
/// `target/debug/deps/TEST-…`).
///
/// # Errors
/// Names the command that builds it when it is missing.
pub fn built(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folders = match std::env::var_os("SLUICE_BIN") {
        Some(folder) => vec![PathBuf::from(folder)],
        None => own
            .ancestors()
            .skip(1)
            .take(2)
            .map(Path::to_owned)
            .collect(),
    };
    let found = folders
        .iter()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.with_context(|| {
        let folders: Vec<_> = folders
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        format!(
            "no program {name} in {}; build it: cargo build --package {name}",
            folders.join(" or ")
        )
    })
}
