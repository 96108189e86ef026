//! The steps of a pass, in order.

pub mod artifact;
pub mod include;
pub mod source;
pub mod storage;
pub mod support;

mod access;
mod compose;

use super::Error;

/// Runs work that blocks on a thread of its own.
pub(super) async fn background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Error::Background(error.to_string())),
    }
}
