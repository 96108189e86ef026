//! Helm's own command line, run without the user's settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::Dir;
use crate::binaries::{Binaries, Tool};
use crate::control_plane::progress_lines;

/// Lines of releases that differ in how they write objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Patches what has changed, and does not ask who owns it.
    Three,
    /// Applies on the server.
    Four,
}

impl Line {
    /// What a write over fields of another owner is told.
    pub const fn force_conflicts(self) -> &'static [&'static str] {
        match self {
            Self::Three => &[],
            Self::Four => &["--force-conflicts"],
        }
    }
}

/// The program, with folders of its own.
#[derive(Debug)]
pub struct Helm {
    program: PathBuf,
    kubeconfig: PathBuf,
    home: Dir,
}

impl Helm {
    /// For the cluster of a kubeconfig: the program that `HELM_BIN` names, Helm 3 or later, or our own, which is built first if
    /// need be.
    ///
    /// # Errors
    /// When it cannot be built.
    pub async fn new(kubeconfig: &Path) -> anyhow::Result<Self> {
        let program = if let Some(program) = std::env::var_os("HELM_BIN") {
            program.into()
        } else {
            let ensure = || Binaries::ensure(&[Tool::Helm], &mut progress_lines());
            let binaries = tokio::task::spawn_blocking(ensure).await??;
            binaries.path(Tool::Helm)
        };
        Ok(Self {
            program,
            kubeconfig: kubeconfig.to_owned(),
            home: Dir::new("helm")?,
        })
    }

    /// Which line of releases it is of.
    ///
    /// # Errors
    /// When it does not tell its version.
    pub async fn line(&self) -> anyhow::Result<Line> {
        let version = self.run(&["version", "--short"]).await?;
        Ok(if version.starts_with("v3.") {
            Line::Three
        } else {
            Line::Four
        })
    }

    /// A folder for the files that are given to it.
    pub fn dir(&self) -> &Path {
        self.home.path()
    }

    /// Runs it and gives its standard output.
    ///
    /// # Errors
    /// What it says when it fails.
    pub async fn run(&self, args: &[&str]) -> anyhow::Result<String> {
        let mut command = self.command(args);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        if !output.status.success() {
            bail!(
                "helm {} failed: {}",
                args.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn command(&self, args: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "test tooling compares with helm")]
        let mut command = Command::new(&self.program);
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("KUBECONFIG", &self.kubeconfig)
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .current_dir(self.home.path());
        command
    }
}
