//! Where the records of releases are kept (H16): Secrets in the storage namespace, under the identity of the release.
//!
//! ```text
//! list ──▶ History: revisions by number, decoded when they are looked at ──▶ create, update, delete ──▶ Secrets
//!                                   └──▶ what was written, for the status
//! ```
//!
//! A pass lists once and then knows what is stored by what it wrote itself.

mod history;
mod records;
mod secrets;

pub use history::History;
pub use records::{Record, Records};
pub use secrets::Secrets;

use apply::ApiError;

/// Why a record could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The records cannot be listed.
    #[error("query: failed to query with labels: {0}")]
    List(ApiError),
    /// A new record cannot be stored.
    #[error("create: failed to create: {0}")]
    Create(ApiError),
    /// Another one has made this revision meanwhile.
    #[error("release: already exists")]
    Exists,
    /// A record cannot be changed.
    #[error("update: failed to update: {0}")]
    Update(ApiError),
    /// A record cannot be deleted.
    #[error("delete: failed to delete {name:?}: {source}")]
    Delete {
        /// The name of the Secret.
        name: String,
        /// What the server says.
        source: ApiError,
    },
}
