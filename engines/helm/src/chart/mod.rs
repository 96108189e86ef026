//! Charts: what lies in one, read from a directory or an archive.
//!
//! A [`Chart`] is what its author packaged; nothing here looks at a user's values. Which subcharts
//! take part in a release is decided by [`crate::values`].

mod archive;
mod cache;
mod data;
mod dependency;
mod directory;
mod document;
mod error;
pub(crate) mod fields;
mod ignore;
mod load;
mod made;
mod metadata;
mod package;
pub mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use yaml::Value;

pub use archive::{Archive, MAX_SIZE};
pub use cache::Cache;
pub use data::Data;
pub use dependency::{Dependency, Lock};
pub(crate) use document::{document, entries, every_document};
pub use error::Error;
pub use metadata::{Maintainer, Metadata};
pub use package::Package;

use crate::diagnostic::Diagnostic;

/// The mark at the start of a file that some editors write.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// How much of an archive is unpacked at once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unpack {
    All,
    /// What every render needs.
    Needed,
}

/// A file of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path in the chart, with `/` between the parts.
    pub name: String,
    /// Its bytes.
    pub data: Data,
    /// When it was last changed, where the package says so.
    pub modified: Option<Timestamp>,
}

/// A chart with its subcharts. A clone shares the files.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What `Chart.yaml` says.
    pub metadata: Metadata,
    /// What `Chart.lock` says.
    pub lock: Option<Lock>,
    /// The default values: a mapping, or null when there is no `values.yaml`.
    pub values: Value,
    /// `values.schema.json`.
    pub schema: Option<Arc<[u8]>>,
    /// When the schema was last changed.
    pub schema_modified: Option<Timestamp>,
    /// When `Chart.yaml` was last changed.
    pub modified: Option<Timestamp>,
    /// What lies in `templates/`, in the order of the package.
    pub templates: Vec<File>,
    /// Every file that has no meaning of its own, in the order of the package.
    pub files: Vec<File>,
    /// The charts in `charts/`.
    pub dependencies: Vec<Chart>,
    /// The names of the charts above it and its own, `parent/charts/child`.
    pub(crate) path: String,
    /// Which metadata these are: copies that share it shared them in Helm.
    pub(crate) identity: u64,
    /// Which chart this is: copies that share it were one in Helm.
    pub(crate) node: u64,
    /// What was made of its files so far.
    pub(crate) made: made::Made,
}

/// An identity that no other metadata of this process have.
pub(crate) fn new_identity() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A chart and what its author should know.
#[derive(Debug)]
pub struct Loaded {
    /// The chart.
    pub chart: Chart,
    /// Notes about outdated files.
    pub diagnostics: Vec<Diagnostic>,
}

impl Chart {
    /// Reads a chart from a gzip-compressed tarball.
    pub fn from_archive(bytes: &[u8]) -> Result<Loaded, Error> {
        let files = archive::read(bytes)?;
        load::check_version(&files)?;
        load::chart(files, Unpack::All)
    }

    /// Reads a chart as [`Chart::from_archive`] does, for one render: what lies in `crds/` stays packed until something looks at
    /// it. The archive is kept for that.
    pub fn open_archive(archive: impl Archive + 'static) -> Result<Loaded, Error> {
        let files = archive::open(Box::new(archive))?;
        load::check_version(&files)?;
        load::chart(files, Unpack::Needed)
    }

    /// Reads a chart from a directory, without what `.helmignore` leaves out. Links are followed
    /// within `root`.
    pub fn from_directory(root: &artifact::Root) -> Result<Loaded, Error> {
        directory::check_version(root)?;
        load::chart(directory::read(root)?, Unpack::All)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// Its place below the topmost chart, `parent/charts/child`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many templates were parsed for renders of it since it was loaded, those of its subcharts included. A render parses what
    /// no render before it has parsed.
    pub fn parsed_templates(&self) -> usize {
        let below = self.dependencies.iter().map(Self::parsed_templates);
        self.made.parsed() + below.sum::<usize>()
    }

    /// Whether it can be a release: library charts cannot.
    pub fn check_type(&self) -> Result<(), Error> {
        match self.metadata.kind.as_str() {
            "" | "application" => Ok(()),
            kind => Err(Error::NotInstallable(kind.to_owned())),
        }
    }

    /// Whether the charts that `Chart.yaml` lists are in `charts/`.
    pub fn check_dependencies(&self) -> Result<(), Error> {
        let missing: Vec<String> = self
            .metadata
            .dependencies
            .iter()
            .flatten()
            .filter(|wanted| !self.dependencies.iter().any(|it| it.name() == wanted.name))
            .map(|wanted| wanted.name.clone())
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Error::MissingDependencies(missing))
        }
    }

    /// The manifests in `crds/` of this chart and its subcharts, with their paths below the
    /// topmost chart.
    pub fn crds(&self) -> Vec<(String, &File)> {
        let mut found = Vec::new();
        self.collect_crds(&mut found);
        found
    }

    fn collect_crds<'a>(&'a self, found: &mut Vec<(String, &'a File)>) {
        for file in &self.files {
            if file.name.starts_with("crds/") && is_manifest(&file.name) {
                found.push((format!("{}/{}", self.path, file.name), file));
            }
        }
        for dependency in &self.dependencies {
            dependency.collect_crds(found);
        }
    }
}

fn is_manifest(name: &str) -> bool {
    let extension = name
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'));
    extension.is_some_and(|(_, extension)| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}
