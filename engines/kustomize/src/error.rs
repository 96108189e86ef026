//! What can go wrong in a build.

use std::path::PathBuf;

/// Why a build failed. The text names the file, the field and the cause, outermost first.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A step of the build failed; `context` says which.
    #[error("{context}: {source}")]
    Context {
        /// The step, with the path or object it worked on.
        context: String,
        /// The cause.
        source: Box<Error>,
    },
    /// A file cannot be read.
    #[error("{path}: {message}", path = path.display())]
    Read {
        /// The file as the view sees it.
        path: PathBuf,
        /// What the file system said.
        message: String,
    },
    /// A file was needed.
    #[error("{}: is a directory; a file is needed here", .0.display())]
    Directory(PathBuf),
    /// A path leads out of what the load restriction allows.
    #[error(
        "security; file '{path}' is not in or below '{root}'; move it there, or build with the load restrictor off",
        path = path.display(), root = root.display()
    )]
    Restricted {
        /// The file asked for.
        path: PathBuf,
        /// The directory that files must be in.
        root: PathBuf,
    },
    /// A directory was needed.
    #[error("must build at directory: {0}")]
    NotADirectory(String),
    /// A kustomization includes itself, directly or through others.
    #[error(
        "cycle detected: candidate root '{candidate}' contains visited root '{visited}'",
        candidate = candidate.display(), visited = visited.display()
    )]
    Cycle {
        /// The directory that was about to be built.
        candidate: PathBuf,
        /// The directory being built already.
        visited: PathBuf,
    },
    /// A URL stands where a local path is needed.
    #[error(
        "remote resource '{0}' is refused: a build reads local files only, so that its result depends on one revision; \
         copy it into the repository, or fetch it with a source of its own"
    )]
    Remote(String),
    /// There is no kustomization file.
    #[error(
        "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
        .0.display()
    )]
    MissingKustomization(PathBuf),
    /// There is more than one kustomization file.
    #[error("Found multiple kustomization files under: {}", .0.display())]
    SeveralKustomizations(PathBuf),
    /// A kustomization file or the configuration of a transformer is not what it should be.
    #[error("{0}")]
    Config(String),
    /// A YAML file is broken.
    #[error("MalformedYAMLError: {message} in File: {path}")]
    MalformedYaml {
        /// The file as the kustomization names it.
        path: String,
        /// What and where.
        message: String,
    },
    /// An object is not acceptable.
    #[error("{0}")]
    Resource(String),
    /// A transformation cannot be done.
    #[error("{0}")]
    Transform(String),
    /// A field that this version does not act on.
    #[error("{0}")]
    Unsupported(String),
    /// A limit was reached.
    #[error(
        "{what} exceeds the limit of {limit}; split the build, or raise the limit in its options"
    )]
    Budget {
        /// What there was too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
}

/// A build that came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// Deprecated fields and the like that were met on the way, for the user to see.
    pub warnings: Vec<String>,
}

impl Error {
    /// This error as the cause of a failed step.
    #[must_use]
    pub fn context(self, context: impl Into<String>) -> Self {
        Self::Context {
            context: context.into(),
            source: Box::new(self),
        }
    }

    /// Whether broken YAML is at the bottom of it.
    pub(crate) fn is_malformed_yaml(&self) -> bool {
        match self {
            Self::Context { source, .. } => source.is_malformed_yaml(),
            Self::MalformedYaml { .. } => true,
            _ => false,
        }
    }

    /// Whether a directory where a file is needed is at the bottom of it.
    pub(crate) fn is_directory(&self) -> bool {
        match self {
            Self::Context { source, .. } => source.is_directory(),
            Self::Directory(_) => true,
            _ => false,
        }
    }

    /// Whether trying the path as something else would not help: a refused URL or a limit is at the
    /// bottom of it.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Context { source, .. } => source.is_final(),
            Self::Remote(_) | Self::Budget { .. } => true,
            _ => false,
        }
    }
}

/// Adds the step to an error on its way out.
pub(crate) trait ResultExt<T> {
    fn context(self, context: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T> ResultExt<T> for Result<T, Error> {
    fn context(self, context: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| error.context(context()))
    }
}

impl From<crate::node::NodeError> for Error {
    fn from(error: crate::node::NodeError) -> Self {
        Self::Transform(error.to_string())
    }
}
