//! What the remote has: list, compare, fetch (G1 to G3, G11).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::conditions;
use common::reconcile::{Flow, Pass, Stop};
use crds::source::GitRepositoryRef;
use crds::source::well_known::{condition, reason};
use git::access::Access;
use git::reference::{Fields, Reference};
use git::{Checkout, Limits, RemoteUrl, Revision, Sparse};

use super::super::conditions::{FETCH_FAILED, IN_STORAGE, VERIFIED};
use super::super::{Error, GitRepositories, content};
use super::access;
use crate::source::{NEXT, announce, background};

/// How long a fetch may take where the object does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// What a look at the remote gave.
enum Found {
    /// The revision is the one that is published, and nothing else asks for a fetch.
    Unchanged(Revision),
    /// The commit was fetched.
    Fetched(Box<Checkout>),
}

/// Runs the step.
pub async fn run(
    repositories: &GitRepositories,
    pass: &mut Pass<GitRepositories>,
) -> Result<Flow, Stop> {
    let list = &pass.object.status.conditions;
    // What failed to verify is judged anew; what was verified stays until then (R11).
    if conditions::is_false(list, condition::SOURCE_VERIFIED) {
        pass.remove(VERIFIED);
    }
    let url = RemoteUrl::parse(&pass.object.spec.url).map_err(|source| {
        let url = common::redact::url(&pass.object.spec.url);
        Error::Url { url, source }
    })?;
    let mut access = access::read(pass, &url).await?;
    access.algorithms = repositories.options.algorithms.clone();
    let reference = Reference::choose(fields(pass.object.spec.reference.as_ref()))
        .map_err(git::Error::from)
        .map_err(Error::from)?;

    let by_listing = reference.resolves_by_listing();
    match look(repositories, pass, url, access, reference).await? {
        Found::Unchanged(revision) if by_listing => Err(unchanged(pass, &revision)),
        Found::Unchanged(revision) => {
            pass.remove(FETCH_FAILED);
            pass.state.revision = Some(revision);
            NEXT
        }
        Found::Fetched(checkout) => {
            pass.remove(FETCH_FAILED);
            tracing::debug!(revision = %checkout.revision(), "git repository checked out");
            let revision = checkout.revision().to_string();
            let message = format!("new upstream revision '{revision}'");
            announce::revision(pass, &revision, &message).await?;
            pass.state.revision = Some(checkout.revision().clone());
            pass.state.checkout = Some(Arc::new(*checkout));
            NEXT
        }
    }
}

/// The end of a pass that found nothing new (G11).
fn unchanged(pass: &mut Pass<GitRepositories>, revision: &Revision) -> Stop {
    pass.remove(FETCH_FAILED);
    let stored = format!("stored artifact for revision '{revision}'");
    pass.mark(IN_STORAGE, true, "Succeeded", &stored);
    Stop::no_op(
        reason::GIT_OPERATION_SUCCEEDED,
        format!("no changes since last reconciliation: observed revision '{revision}'"),
    )
}

/// Talks to the remote, on a thread where blocking is fine. A shutdown, another spec and a deletion end it early; anything else
/// that comes up waits its turn.
async fn look(
    repositories: &GitRepositories,
    pass: &Pass<GitRepositories>,
    url: RemoteUrl,
    access: Access,
    reference: Reference,
) -> Result<Found, Stop> {
    let published = published_revision(pass);
    let stop = Arc::new(AtomicBool::new(false));
    let spec = &pass.object.spec;
    let directories = spec.sparse_checkout.clone();
    let limits = Limits {
        timeout: spec
            .timeout
            .as_ref()
            .map_or(DEFAULT_TIMEOUT, crds::meta::Duration::as_std),
        pack_bytes: repositories.options.budget.pack,
        temporary: repositories.options.temporary.clone(),
        interrupt: Arc::clone(&stop),
    };
    let interrupt = pass.interrupt();
    let work = background(move || -> Result<Found, Error> {
        let mut session = git::connect(&url, &access, limits)?;
        let resolved = session.resolve(&reference)?;
        if let Some(revision) = resolved.revision()
            && published.is_some_and(|published| published == revision.to_string())
        {
            return Ok(Found::Unchanged(revision));
        }
        let checkout = session.checkout(&resolved)?;
        if !directories.is_empty() {
            check_directories(&checkout, &directories)?;
        }
        Ok(Found::Fetched(Box::new(checkout)))
    });
    tokio::select! {
        found = work => Ok(found?),
        interrupted = interrupt.overruled() => {
            stop.store(true, Ordering::Relaxed);
            Err(interrupted.into())
        }
    }
}

/// Whether every directory to check out is there (G5).
fn check_directories(checkout: &Checkout, directories: &[String]) -> Result<(), Error> {
    let files = checkout.files()?;
    match Sparse::new(&files, directories)
        .missing(directories)
        .map_err(Error::Files)?
    {
        None => Ok(()),
        Some(directory) => Err(Error::NoSuchDirectory(directory.to_owned())),
    }
}

/// The revision of the stored artifact, if it still is what the spec asks for (G11).
fn published_revision(pass: &Pass<GitRepositories>) -> Option<String> {
    let status = &pass.object.status;
    let stored = conditions::is_true(&status.conditions, condition::ARTIFACT_IN_STORAGE);
    let artifact = status.artifact.as_ref().filter(|_| stored)?;
    (!content::changed(&pass.object, &pass.state.included)).then(|| artifact.revision.clone())
}

fn fields(reference: Option<&GitRepositoryRef>) -> Fields<'_> {
    fn text(field: Option<&String>) -> &str {
        field.map_or("", String::as_str)
    }
    reference.map_or_else(Fields::default, |reference| Fields {
        commit: text(reference.commit.as_ref()),
        name: text(reference.name.as_ref()),
        tag: text(reference.tag.as_ref()),
        semver: text(reference.semver.as_ref()),
        branch: text(reference.branch.as_ref()),
    })
}
