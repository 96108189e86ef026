//! The scan, when it is due (R5 to R12).

use common::reconcile::{Flow, Pass, Progress, ReadyNote, Stop};
use crds::image::ScanResult;
use crds::well_known::reason::SUCCEEDED;
use jiff::Timestamp;
use oci::Registry;
use tokio::time::{Instant, timeout_at};

use super::super::due::{self, Reason};
use super::super::error::ScanError;
use super::super::{Error, ImageRepositories, NEXT, Scan, revision, tags};
use crate::database::Key;

/// Runs the step.
pub async fn run(
    repositories: &ImageRepositories,
    pass: &mut Pass<ImageRepositories>,
) -> Result<Flow, Stop> {
    let (Some(registry), Some(deadline)) = (pass.state.registry.take(), pass.state.deadline) else {
        return NEXT;
    };
    let image = registry.repository().to_string();
    let key = repositories.database.key(&pass.key(), &image);
    if let Some(reason) = reason(repositories, pass, &key, &image).await? {
        announce(pass, reason).await?;
        let interrupt = pass.interrupt();
        tokio::select! {
            done = scan(repositories, pass, &registry, &key, deadline) => done?,
            interrupted = interrupt.overruled() => return Err(interrupted.into()),
        }
    }
    let status = &mut pass.object.status;
    status.canonical_image_name = Some(image);
    let found = status.last_scan_result.as_ref();
    let message = found.map_or_else(String::new, |scan| {
        let (count, revision) = (scan.tag_count, &scan.revision);
        format!("successful scan: found {count} tags with checksum {revision}")
    });
    pass.object.status.observed_exclusion_list = tags::exclusions(&pass.object);
    pass.succeed(SUCCEEDED, message);
    NEXT
}

/// Why to scan now, if at all.
async fn reason(
    repositories: &ImageRepositories,
    pass: &Pass<ImageRepositories>,
    key: &Key,
    image: &str,
) -> Result<Option<Reason>, Error> {
    if let Some(reason) = due::asked(&pass.object, image) {
        return Ok(Some(reason));
    }
    let stored = repositories.database.tags(key).await.map_err(Error::Due)?;
    if stored.is_empty() {
        return Ok(Some(Reason::NoTags));
    }
    Ok(due::passed(&pass.object, Timestamp::now()))
}

/// Says why. A scan that the interval asks for is nothing that somebody waits for, so it costs no write of its own;
/// after a restart without tags Ready is in doubt until they are there again (R6).
async fn announce(pass: &mut Pass<ImageRepositories>, reason: Reason) -> Result<(), Stop> {
    let message = format!("scanning: {}", reason.text());
    let note = match reason {
        Reason::NoTags => ReadyNote::Unknown(message.clone()),
        _ => ReadyNote::UnknownIfUnset,
    };
    pass.progress(&Progress::new(message).ready(note));
    match reason {
        Reason::Interval => Ok(()),
        _ => pass.patch().await,
    }
}

async fn scan(
    repositories: &ImageRepositories,
    pass: &mut Pass<ImageRepositories>,
    registry: &Registry,
    key: &Key,
    deadline: Instant,
) -> Result<(), Error> {
    let listed = timeout_at(deadline, registry.tags())
        .await
        .map_err(|_| ScanError::Deadline)?
        .map_err(|error| ScanError::Registry(Box::new(error)))?;
    let kept = tags::kept(listed, &tags::exclusions(&pass.object))?;
    let not_kept = |source| ScanError::Database {
        image: registry.repository().to_string(),
        source,
    };
    let database = &repositories.database;
    let revision =
        revision::of(&kept, database.keeping()).map_err(|error| not_kept(error.into()))?;
    let result = ScanResult {
        revision,
        tag_count: i64::try_from(kept.len()).unwrap_or(i64::MAX),
        scan_time: Timestamp::now().into(),
        latest_tags: tags::shown(&kept),
    };
    database.set(key, kept).await.map_err(not_kept)?;
    let before = pass.object.status.last_scan_result.as_ref();
    let is_same = before.is_some_and(|before| before.revision == result.revision);
    pass.state.scan = if is_same { Scan::Same } else { Scan::New };
    pass.object.status.last_scan_result = Some(result);
    Ok(())
}
