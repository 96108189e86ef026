//! Work that blocks.

use super::StorageError;

/// Runs work that blocks on a thread of its own.
pub async fn background<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StorageError::Background(error.to_string()).into()),
    }
}
