//! The programs of the local control plane and of the servers beside it: where they are, and how they get there.
//!
//! `KUBEBUILDER_ASSETS` comes first, as everywhere in the field. Otherwise they are built once from the pinned Go modules in
//! `e2e/control-plane` and kept in `${XDG_CACHE_HOME:-~/.cache}/sluice/<kit>/<version>/`.

mod build;
mod go;
mod recipe;

use std::path::PathBuf;

use anyhow::Context;

pub use build::Progress;
pub use recipe::KUBERNETES_VERSION;
use recipe::Kit;

/// A program of the control plane, or a server beside it.
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
    /// An OCI registry.
    Registry,
    /// Helm's own command line.
    Helm,
}

impl Tool {
    /// Every tool of the control plane.
    pub const CONTROL_PLANE: [Self; 5] = [
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
            Self::Registry => "registry",
            Self::Helm => "helm",
        }
    }

    /// What it is built together with.
    fn kit(self) -> &'static Kit {
        match self {
            Self::Registry => &recipe::REGISTRY,
            Self::Helm => &recipe::HELM,
            _ => &recipe::CONTROL_PLANE,
        }
    }
}

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Binaries {
    assets: Option<PathBuf>,
    cache: PathBuf,
}

impl Binaries {
    /// Finds these programs, and builds the kits of those that are neither in `KUBEBUILDER_ASSETS` nor in the cache.
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
            cache: cache_dir()?,
        };
        for kit in recipe::KITS {
            let mut tools = tools.iter().filter(|tool| tool.kit().name == kit.name);
            if tools.any(|tool| !binaries.has(*tool)) {
                build::into(kit, &binaries.folder(kit), report)?;
            }
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
            .unwrap_or_else(|| self.folder(tool.kit()).join(tool.file_name()))
    }

    /// Whether a program is there, with the files that it needs.
    fn has(&self, tool: Tool) -> bool {
        let complete = tool != Tool::Kwok || self.dir().join(recipe::STAGES).is_dir();
        complete && self.path(tool).is_file()
    }

    /// The pod and node life cycles that kwok plays.
    pub(crate) fn kwok_stages(&self) -> anyhow::Result<Vec<PathBuf>> {
        let dir = self.dir().join(recipe::STAGES);
        let entries = std::fs::read_dir(&dir).with_context(|| format!("no {}", dir.display()))?;
        let mut files = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        files.sort();
        Ok(files)
    }

    /// The folder that holds the control plane that was built.
    pub fn dir(&self) -> PathBuf {
        self.folder(&recipe::CONTROL_PLANE)
    }

    fn folder(&self, kit: &Kit) -> PathBuf {
        self.cache.join(kit.name).join(kit.version())
    }
}

/// `${XDG_CACHE_HOME:-~/.cache}/sluice`.
fn cache_dir() -> anyhow::Result<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let base =
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    let base = base.context("neither XDG_CACHE_HOME nor HOME names a folder for the cache")?;
    Ok(base.join("sluice"))
}
