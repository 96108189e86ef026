//! Unlock: an action that died is said to have failed (H12.6).

use helm::release::{Release, Status};

use super::ActionError;
use crate::report::message;
use crate::storage::History;

/// Says of the newest revision, if it is pending, that it failed. Gives it as it was, and in which state.
///
/// # Errors
/// When it cannot be stored.
pub async fn unlock(history: &mut History) -> Result<Option<(Release, Status)>, ActionError> {
    let Some(last) = history.last() else {
        return Ok(None);
    };
    let was = last.info.status.clone();
    if !was.is_pending() {
        return Ok(None);
    }
    let mut release = Release::clone(&last);
    release.info.description = message::unlocked_description(&was);
    release.info.status = Status::Failed;
    history.update(&release).await?;
    Ok(Some((Release::clone(&last), was)))
}
