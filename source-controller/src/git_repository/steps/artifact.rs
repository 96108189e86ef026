//! Publishes the fetched commit (section 4, E5).

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use artifact::store::ObjectDir;
use artifact::tree::{self, Tree};
use common::object::Object as _;
use common::reconcile::{Flow, Pass, Stop};
use crds::meta::Artifact;
use git::{Checkout, Sparse};

use super::super::conditions::STORAGE_FAILED;
use super::super::{Error, GitRepositories, content};
use super::compose::{self, Include};
use crate::source::announce::{self, SUCCEEDED};
use crate::source::archive::{Destination, Selection};
use crate::source::{NEXT, StorageError, background};

/// Runs the step.
pub async fn run(
    repositories: &GitRepositories,
    pass: &mut Pass<GitRepositories>,
) -> Result<Flow, Stop> {
    let Some(revision) = pass.state.revision.as_ref().map(ToString::to_string) else {
        return NEXT;
    };
    let stored = pass.object.status.artifact.as_ref();
    let up_to_date = stored.is_some_and(|stored| stored.revision == revision)
        && !content::changed(&pass.object, &pass.state.included);
    if up_to_date {
        announce::up_to_date(pass, &revision);
    } else if let Some(checkout) = pass.state.checkout.clone() {
        let artifact = publish(repositories, pass, checkout).await?;
        let spec = pass.object.spec.clone();
        let included = pass.state.included.clone();
        let status = &mut pass.object.status;
        status.artifact = Some(artifact);
        status.included_artifacts = included;
        status.observed_ignore = spec.ignore;
        status.observed_recurse_submodules = spec.recurse_submodules;
        status.observed_include = spec.include;
        status.observed_sparse_checkout = spec.sparse_checkout;
        pass.remove(STORAGE_FAILED);
    }
    let message = format!("stored artifact for revision '{revision}'");
    announce::stored(pass, SUCCEEDED, &message);
    NEXT
}

async fn publish(
    repositories: &GitRepositories,
    pass: &Pass<GitRepositories>,
    checkout: Arc<Checkout>,
) -> Result<Artifact, Stop> {
    let spec = &pass.object.spec;
    let namespace = pass.object.key().namespace;
    let included = spec.include.iter().zip(&pass.state.included);
    let includes = included
        .map(|(spec, artifact)| {
            let home = ObjectDir::new("GitRepository", &namespace, &spec.repository.name);
            Ok(Include {
                spec: spec.clone(),
                artifact: artifact.clone(),
                home: home.map_err(StorageError::Path)?,
            })
        })
        .collect::<Result<_, Error>>()?;
    let publication = Publication {
        destination: Destination::new(
            &repositories.storage,
            &pass.object,
            &format!("{}.tar.gz", checkout.revision().hash()),
            checkout.revision().to_string(),
        )?,
        temporary: repositories.options.temporary.clone(),
        directories: spec.sparse_checkout.clone(),
        includes,
        selection: Selection {
            ignore: spec.ignore.clone().unwrap_or_default(),
            budget: repositories.options.budget.files,
        },
    };
    Ok(background(move || publication.write(&checkout)).await?)
}

/// What an artifact is made of, and where it goes.
struct Publication {
    destination: Destination,
    temporary: PathBuf,
    directories: Vec<String>,
    includes: Vec<Include>,
    selection: Selection,
}

impl Publication {
    fn write(&self, checkout: &Checkout) -> Result<Artifact, Error> {
        self.destination.locked(|_| {
            let files = checkout.files()?;
            if self.directories.is_empty() {
                self.with_includes(&files)
            } else {
                self.with_includes(&Sparse::new(&files, &self.directories))
            }
        })
    }

    /// Files go straight from the pack to the archive; only includes need them on disk.
    fn with_includes(&self, files: &impl Tree) -> Result<Artifact, Error> {
        if self.includes.is_empty() {
            return Ok(self.destination.archive(files, &self.selection)?);
        }
        let work = tempfile::Builder::new()
            .prefix("compose-")
            .tempdir_in(&self.temporary)
            .map_err(Error::Files)?;
        let composed = work.path().join("files");
        fs::create_dir(&composed).map_err(Error::Files)?;
        tree::write_to(files, &composed, self.selection.budget).map_err(Error::Files)?;
        for include in &self.includes {
            compose::copy(&self.destination.storage, include, &composed)?;
        }
        let files = compose::open(&composed)?;
        Ok(self.destination.archive(&files, &self.selection)?)
    }
}
