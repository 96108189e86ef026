//! Puts included artifacts into the files of a commit (G7).

use std::fs;
use std::path::Path;

use artifact::archive::{self, Limits};
use artifact::store::{ArtifactPath, ObjectDir};
use artifact::{Digest, Root};
use crds::meta::Artifact;
use crds::source::GitRepositoryInclude;

use super::super::Error;
use crate::source::inside;
use crate::storage::Storage;

/// Something to copy.
pub struct Include {
    /// What the spec says.
    pub spec: GitRepositoryInclude,
    /// The artifact that the repository had when the pass looked.
    pub artifact: Artifact,
    /// Where artifacts of that repository lie. An advertised path elsewhere is not followed.
    pub home: ObjectDir,
}

/// Copies an included artifact into `directory`. As with a rename, what is there already may be an empty
/// directory at most.
pub fn copy(storage: &Storage, include: &Include, directory: &Path) -> Result<(), Error> {
    let from = include.spec.from_path.as_deref().unwrap_or_default();
    let to = include.spec.destination();
    let failed = |message: String| Error::IncludeCopy {
        name: include.spec.repository.name.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
        message,
    };
    let path = ArtifactPath::parse(&include.artifact.path)
        .ok()
        .filter(|path| path.object() == include.home)
        .ok_or_else(|| failed("its artifact is not in its own directory".to_owned()))?;
    let digest =
        Digest::parse(&include.artifact.digest).map_err(|error| failed(error.to_string()))?;
    // Beside the destination, so that the rename stays within one file system.
    let unpacked = tempfile::Builder::new()
        .prefix("include-")
        .tempdir_in(directory.parent().unwrap_or(directory))
        .map_err(|error| failed(error.to_string()))?;
    let tarball = storage
        .read(&path)
        .map_err(|error| failed(error.to_string()))?;
    archive::extract(tarball, unpacked.path(), Some(&digest), &Limits::default())
        .map_err(|error| failed(error.to_string()))?;
    let target = directory.join(inside(to));
    let copied = target
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::rename(unpacked.path().join(inside(from)), &target));
    copied.map_err(|error| failed(error.to_string()))
}

/// Opens the composed files.
pub fn open(directory: &Path) -> Result<Root, Error> {
    Root::open(directory).map_err(Error::Files)
}
