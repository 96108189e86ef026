//! The programs of the local control plane: where they are, and how they get there.
//!
//! `KUBEBUILDER_ASSETS` comes first, as everywhere in the field. Otherwise they are built once from the pinned Go modules in
//! `e2e/control-plane` and kept in `${XDG_CACHE_HOME:-~/.cache}/sluice/control-plane/<version>/`.

mod build;
mod go;
mod recipe;

use std::path::{Path, PathBuf};

use anyhow::Context;

pub use build::Progress;
pub use recipe::KUBERNETES_VERSION;

/// A program of the control plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// The store behind the API server.
    Etcd,
    /// The API server.
    ApiServer,
    /// Garbage collection, namespace deletion, service account tokens, workload controllers.
    ControllerManager,
    /// Gives pods a node.
    Scheduler,
    /// Plays the kubelet.
    Kwok,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 5] = [
        Self::Etcd,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Kwok,
    ];

    /// The file name.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kwok => "kwok",
        }
    }
}

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Binaries {
    assets: Option<PathBuf>,
    built: PathBuf,
}

impl Binaries {
    /// Finds these programs, and builds all when one is neither in `KUBEBUILDER_ASSETS` nor in the cache.
    ///
    /// Blocks for minutes on an empty cache: `report` hears how far it is. Processes that ask at the same time wait for one
    /// build.
    ///
    /// # Errors
    /// Names what is missing (Go, its version) and the command that installs it, or shows the end of the compiler's output.
    pub fn ensure(tools: &[Tool], report: &mut dyn FnMut(Progress)) -> anyhow::Result<Self> {
        let assets = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
        let binaries = Self {
            assets,
            built: cache_dir()?.join(recipe::version()),
        };
        let missing = tools.iter().any(|tool| !binaries.has(*tool));
        if missing {
            build::into(&binaries.built, report)?;
        }
        Ok(binaries)
    }

    /// The program file.
    pub fn path(&self, tool: Tool) -> PathBuf {
        let given = self
            .assets
            .iter()
            .map(|assets| assets.join(tool.file_name()));
        given
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| self.built.join(tool.file_name()))
    }

    /// Whether a program is there, with the files that it needs.
    fn has(&self, tool: Tool) -> bool {
        let complete = tool != Tool::Kwok || self.built.join(recipe::STAGES).is_dir();
        complete && self.path(tool).is_file()
    }

    /// The pod and node life cycles that kwok plays.
    pub(crate) fn kwok_stages(&self) -> anyhow::Result<Vec<PathBuf>> {
        let dir = self.built.join(recipe::STAGES);
        let entries = std::fs::read_dir(&dir).with_context(|| format!("no {}", dir.display()))?;
        let mut files = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }

    /// The folder that holds what was built.
    pub fn dir(&self) -> &Path {
        &self.built
    }
}

/// `${XDG_CACHE_HOME:-~/.cache}/sluice/control-plane`.
fn cache_dir() -> anyhow::Result<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    let base = base.context("neither XDG_CACHE_HOME nor HOME names a folder for the cache")?;
    Ok(base.join("sluice").join("control-plane"))
}
