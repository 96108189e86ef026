//! Why a chart was refused, in Helm's words.

use std::io;

/// Why a chart could not be loaded or used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of the chart does not parse.
    #[error("cannot load {file}: {problem}")]
    File {
        /// Its path in the chart.
        file: String,
        /// What the decoder says.
        problem: String,
    },
    /// There are no default values that could be replaced.
    #[error("failed to locate values file: values.yaml")]
    NoValues,
    /// There is no metadata.
    #[error("Chart.yaml file is missing")]
    NoMetadata,
    /// The directory has no readable `Chart.yaml`.
    #[error("unable to detect chart at {path}/Chart.yaml: open {path}/Chart.yaml: {problem}")]
    NoChart {
        /// The directory.
        path: String,
        /// What the system says.
        problem: String,
    },
    /// The archive has no `Chart.yaml`.
    #[error("unable to detect chart version, no Chart.yaml found")]
    NoVersion,
    /// `apiVersion` is none of those known.
    #[error("unsupported chart version")]
    UnsupportedVersion,
    /// `apiVersion: v3`, which Helm keeps behind a gate.
    #[error("invalid chart apiVersion")]
    Gated,
    /// The metadata break a rule.
    #[error("validation: {0}")]
    Validation(String),
    /// A subchart is broken.
    #[error("error unpacking subchart {name} in {parent}: {source}")]
    Subchart {
        /// Its file or directory below `charts/`.
        name: String,
        /// The chart it belongs to.
        parent: String,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// A directory below `charts/` has the name of an archive.
    #[error("error unpacking subchart tar in {parent}: expected {expected}, got {got}")]
    SubchartArchive {
        /// The chart it belongs to.
        parent: String,
        /// The name of the archive.
        expected: String,
        /// What was found.
        got: String,
    },
    /// A rule of `.helmignore` has no meaning.
    #[error("{0}")]
    Ignore(String),
    /// A file could not be read.
    #[error("error reading {path}: {source}")]
    Read {
        /// Its path in the chart.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A device, socket or pipe.
    #[error("cannot load irregular file {0} as it has file mode type bits set")]
    Irregular(String),
    /// The bytes are no gzip stream.
    #[error("gzip: invalid header")]
    NotGzip,
    /// The bytes end within the header of a gzip stream.
    #[error("unexpected EOF")]
    CutGzip,
    /// The archive cannot be read.
    #[error("unable to load chart archive: {0}")]
    Archive(String),
    /// A name in the archive is not allowed.
    #[error("{0}")]
    Name(String),
    /// The chart is over a budget.
    #[error("decompressed chart is larger than the maximum size {0}")]
    Size(u64),
    /// There is nothing in the archive.
    #[error("no files in chart archive")]
    Empty,
    /// A library chart was to be rendered as a release.
    #[error("{0} charts are not installable")]
    NotInstallable(String),
    /// Dependencies that the metadata name are not in `charts/`.
    #[error(
        "an error occurred while checking for chart dependencies. You may need to run 'helm \
         dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in \
         charts/ directory: {}", .0.join(", ")
    )]
    MissingDependencies(Vec<String>),
}
