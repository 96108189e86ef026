//! Publishes the pulled layer (O3, section 4, E5).

use std::fs;
use std::path::PathBuf;

use artifact::Root;
use artifact::archive::{self, Limits};
use common::reconcile::{Flow, Pass, Stop};
use crds::meta::Artifact;
use crds::source::OciLayerOperation;

use super::super::conditions::STORAGE_FAILED;
use super::super::content::{self, Layer};
use super::super::{Error, OciRepositories};
use crate::source::announce::{self, SUCCEEDED};
use crate::source::archive::{Destination, Selection};
use crate::source::{NEXT, background, storage};

/// Runs the step.
pub async fn run(
    repositories: &OciRepositories,
    pass: &mut Pass<OciRepositories>,
) -> Result<Flow, Stop> {
    let Some(revision) = pass.state.revision.clone() else {
        return NEXT;
    };
    if let Some(layer) = pass.state.layer.take() {
        let destination = Destination::new(
            &repositories.storage,
            &pass.object,
            &format!("{}.tar.gz", revision.digest),
            revision.to_string(),
        )?;
        let path = destination.path.clone();
        let spec = pass.object.spec.clone();
        let publication = Publication {
            destination,
            temporary: repositories.options.temporary.clone(),
            operation: content::operation(spec.layer_selector.as_ref()),
            selection: Selection {
                ignore: spec.ignore.clone().unwrap_or_default(),
                budget: repositories.options.budget.files,
            },
        };
        let artifact = background(move || publication.write(layer)).await?;
        let status = &mut pass.object.status;
        status.artifact = Some(artifact);
        status.observed_ignore = spec.ignore;
        status.observed_layer_selector = spec.layer_selector;
        storage::link(repositories, pass, &path);
        pass.remove(STORAGE_FAILED);
    } else {
        announce::up_to_date(pass, &revision.to_string());
    }
    let message = format!("stored artifact for digest '{revision}'");
    announce::stored(pass, SUCCEEDED, &message);
    NEXT
}

/// Where a layer goes, and what becomes of it on the way.
struct Publication {
    destination: Destination,
    temporary: PathBuf,
    operation: OciLayerOperation,
    selection: Selection,
}

impl Publication {
    fn write(&self, layer: Layer) -> Result<Artifact, Error> {
        let artifact = match self.operation {
            OciLayerOperation::Copy => {
                let mut file = layer.file.reopen().map_err(Error::Layer)?;
                self.destination
                    .locked(|destination| destination.copy(&mut file))?
            }
            _ => self.unpack(&layer)?,
        };
        Ok(Artifact {
            metadata: layer.annotations,
            ..artifact
        })
    }

    /// Packed anew, so that equal content has equal bytes and ignored files stay out.
    fn unpack(&self, layer: &Layer) -> Result<Artifact, Error> {
        let work = tempfile::Builder::new()
            .prefix("unpacked-")
            .tempdir_in(&self.temporary)
            .map_err(Error::Layer)?;
        let files = work.path().join("files");
        fs::create_dir(&files).map_err(Error::Layer)?;
        let tarball = layer.file.reopen().map_err(Error::Layer)?;
        let limits = Limits {
            bytes: self.selection.budget,
            ..Limits::default()
        };
        archive::extract(tarball, &files, Some(&layer.digest), &limits).map_err(Error::Extract)?;
        let files = Root::open(&files).map_err(Error::Layer)?;
        self.destination
            .locked(|destination| Ok(destination.archive(&files, &self.selection)?))
    }
}
