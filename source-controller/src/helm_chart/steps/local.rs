//! A chart in a source's tarball (C5, C7 to C9).

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use artifact::archive::{self, Limits as Budget};
use artifact::root::EntryKind;
use artifact::store::ArtifactPath;
use artifact::{Digest, Root};
use common::reconcile::Pass;
use crds::meta::Artifact;
use crds::source::{HelmChart, ReconcileStrategy};
use helm::chart::{Dependency, Package};

use super::super::build::{self, Build};
use super::super::error::BuildError;
use super::super::values::{self, Found, Missing};
use super::super::{Error, HelmCharts, Limits};
use super::{dependencies, repository};
use crate::source::{StorageError, background};

/// Unpacks the tarball, and packages what lies at the path of the spec.
pub async fn build(
    charts: &HelmCharts,
    pass: &Pass<HelmCharts>,
    artifact: Artifact,
) -> Result<Build, Error> {
    let path = ArtifactPath::parse(&artifact.path).map_err(StorageError::Path)?;
    let work = Work {
        tarball: charts.storage.local_path(&path),
        digest: artifact.digest.clone(),
        temporary: charts.options.temporary.clone(),
        budget: charts.options.budget.files,
        limits: charts.kind.limits,
        suffix: build::version_metadata(&pass.object, revision(&pass.object, &artifact).as_deref()),
        missing: repository::missing(pass),
        object: pass.object.clone(),
    };
    let (draft, needed) = match background(move || work.start()).await? {
        Started::Done(build) => return Ok(build),
        Started::Draft(draft, needed) => (draft, needed),
    };
    let mut draft = *draft;
    for dependency in needed {
        let chart = dependencies::fetch(charts, pass, &dependency).await;
        let chart = chart.map_err(|error| error.of(&dependency))?;
        dependencies::add(&mut draft.package, &dependency, chart)?;
    }
    background(move || Ok(draft.finish()?)).await
}

/// The hash of the source's revision, where each revision makes a new chart.
fn revision(object: &HelmChart, artifact: &Artifact) -> Option<String> {
    let by_revision = object.spec.reconcile_strategy == Some(ReconcileStrategy::Revision);
    let hash = artifact.revision.rsplit(':').next().unwrap_or_default();
    by_revision.then(|| hash.to_owned())
}

struct Work {
    tarball: PathBuf,
    digest: String,
    temporary: PathBuf,
    budget: u64,
    limits: Limits,
    suffix: String,
    missing: Missing,
    object: HelmChart,
}

/// What lies at the path of the spec.
enum Located {
    Directory(Package),
    Archive(Package, Vec<u8>),
}

/// How far it gets without a network.
enum Started {
    /// Nothing is to be packaged.
    Done(Build),
    /// These charts are to be added.
    Draft(Box<Draft>, Vec<Dependency>),
}

/// A chart that is not packaged yet.
struct Draft {
    package: Package,
    build: Build,
    /// The version in its metadata.
    version: String,
}

impl Draft {
    fn finish(self) -> Result<Build, BuildError> {
        let Self {
            mut package,
            mut build,
            version,
        } = self;
        let failed = |error: helm::chart::Error| BuildError::Package(error.to_string());
        if build.version != version {
            package.set_version(&build.version).map_err(failed)?;
        }
        build.archive = Some(package.to_archive(&build.name).map_err(failed)?);
        Ok(build)
    }
}

impl Work {
    fn start(&self) -> Result<Started, Error> {
        let work = tempfile::Builder::new()
            .prefix("chart-")
            .tempdir_in(&self.temporary)
            .map_err(|error| Error::Unpack(error.to_string()))?;
        let files = work.path().join("source");
        fs::create_dir(&files).map_err(|error| Error::Unpack(error.to_string()))?;
        let tarball = File::open(&self.tarball).map_err(Error::Open)?;
        let digest =
            Digest::parse(&self.digest).map_err(|error| Error::Unpack(error.to_string()))?;
        let budget = Budget {
            bytes: self.budget,
            ..Budget::default()
        };
        archive::extract(tarball, &files, Some(&digest), &budget)
            .map_err(|error| Error::Unpack(error.to_string()))?;
        let root = Root::open(&files).map_err(|error| Error::Unpack(error.to_string()))?;
        Ok(self.package(&root)?)
    }

    fn package(&self, root: &Root) -> Result<Started, BuildError> {
        let found = self.load(root)?;
        let (Located::Directory(package) | Located::Archive(package, _)) = &found;
        let metadata = package
            .metadata()
            .map_err(|error| BuildError::Reference(error.to_string()))?;
        let name = metadata.name;
        let version = build::with_metadata(&metadata.version, &self.suffix)?;
        let files = build::values_files(&self.object);
        let packaged =
            matches!(found, Located::Directory(_)) || !self.suffix.is_empty() || !files.is_empty();
        if build::is_stored(&self.object, &name, &version) {
            let stored = build::stored(&self.object, name, version, packaged);
            return Ok(Started::Done(stored));
        }
        let mut build = Build {
            name,
            version,
            values_files: Vec::new(),
            packaged,
            resolved: 0,
            archive: None,
        };
        let is_directory = matches!(found, Located::Directory(_));
        let mut package = match found {
            Located::Archive(_, bytes) if !packaged => {
                build.archive = Some(bytes);
                return Ok(Started::Done(build));
            }
            Located::Archive(package, _) | Located::Directory(package) => package,
        };
        if !files.is_empty() {
            let (text, used) = values::merge(files, self.missing, |path| read_values(root, path))?;
            let set = package.set_values(text);
            set.map_err(|error| BuildError::Values(error.to_string()))?;
            build.values_files = used;
        }
        let mut needed = Vec::new();
        if is_directory {
            let missing = dependencies::missing(&package)?;
            build.resolved = missing.len();
            let (local, remote) = missing.into_iter().partition(dependencies::is_local);
            needed = remote;
            self.add_local(root, &mut package, local)?;
        }
        let draft = Draft {
            package,
            build,
            version: metadata.version,
        };
        Ok(Started::Draft(Box::new(draft), needed))
    }

    fn add_local(
        &self,
        root: &Root,
        package: &mut Package,
        needed: Vec<Dependency>,
    ) -> Result<(), BuildError> {
        let path = values::clean(&self.object.spec.chart);
        for dependency in needed {
            let chart = dependencies::read(root, &path, &dependency, self.limits);
            let chart = chart.map_err(|error| error.of(&dependency))?;
            dependencies::add(package, &dependency, chart)?;
        }
        Ok(())
    }

    /// Reads the chart within the budgets (C6).
    fn load(&self, root: &Root) -> Result<Located, BuildError> {
        let invalid = |message: String| BuildError::Reference(message);
        let path = values::clean(&self.object.spec.chart);
        let place = Path::new(&path);
        let missing = || invalid(format!("chart '{path}': no such file or directory"));
        let kind = if path.is_empty() {
            Some(EntryKind::Directory)
        } else {
            root.kind(place)
                .map_err(|error| invalid(error.to_string()))?
        };
        match kind {
            Some(EntryKind::Directory) => {
                let directory = Root::open(&root.path().join(place))
                    .map_err(|error| invalid(error.to_string()))?;
                let package =
                    Package::from_directory(&directory).map_err(|e| invalid(e.to_string()))?;
                if let Some(name) = package.over(self.limits.file) {
                    let limit = self.limits.file;
                    let message = format!("size of '{name}' exceeds '{limit}' bytes limit");
                    return Err(BuildError::Package(message));
                }
                Ok(Located::Directory(package))
            }
            Some(EntryKind::File) => {
                let file = root.open_file(place).map_err(|e| invalid(e.to_string()))?;
                let limit = self.limits.chart;
                let mut bytes = Vec::new();
                file.take(limit + 1)
                    .read_to_end(&mut bytes)
                    .map_err(|error| invalid(error.to_string()))?;
                if bytes.len() as u64 > limit {
                    let message = format!("size of chart '{path}' exceeds '{limit}' bytes limit");
                    return Err(invalid(message));
                }
                let package =
                    Package::from_archive(&bytes).map_err(|error| invalid(error.to_string()))?;
                Ok(Located::Archive(package, bytes))
            }
            _ => Err(missing()),
        }
    }
}

/// A file of values, from the root of the source (C7).
fn read_values(root: &Root, path: &str) -> Result<Found, BuildError> {
    let clean = values::clean(path);
    let message = format!("no values file found at path '/{clean}' (reference '{path}')");
    let failed = |error: io::Error| {
        BuildError::Values(format!("could not read values from file '{path}': {error}"))
    };
    match root.kind(Path::new(&clean)) {
        Ok(Some(EntryKind::File)) => {
            let bytes = root.read(Path::new(&clean)).map_err(failed)?;
            Ok(Found::Bytes(bytes))
        }
        Ok(None) => Ok(Found::Missing(message)),
        Ok(Some(_)) => Err(BuildError::Values(message)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Missing(message)),
        Err(error) => Err(failed(error)),
    }
}
