//! What can go wrong with a remote.

use std::io;
use std::time::Duration;

use crate::access::AccessError;
use crate::http::HttpError;
use crate::reference::ReferenceError;
use crate::ssh::SshError;

/// Why nothing was found or fetched. The repository is shown without user information and query.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Certificates or proxy cannot be used.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The HTTP client cannot be set up.
    #[error("unable to set up HTTP client: {0}")]
    Client(String),
    /// The reference makes no sense.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// References could not be listed.
    #[error("unable to list remote for '{url}': {source}")]
    List {
        /// The repository.
        url: String,
        /// Why.
        source: RemoteError,
    },
    /// Objects could not be fetched.
    #[error("unable to clone '{url}': {source}")]
    Fetch {
        /// The repository.
        url: String,
        /// Why.
        source: RemoteError,
    },
    /// The repository has no reference of that name.
    #[error("unable to clone '{url}': couldn't find remote ref \"{name}\"")]
    NoSuchReference {
        /// The repository.
        url: String,
        /// Full name.
        name: String,
    },
    /// The repository has no commits at all.
    #[error("git repository is empty")]
    Empty,
    /// The repository has no commits, and something else than a branch was asked for.
    #[error("unable to clone '{url}': remote repository is empty")]
    EmptyFor {
        /// The repository.
        url: String,
    },
    /// A full name leads nowhere.
    #[error("unable to resolve ref '{0}' to a specific commit")]
    Unresolved(String),
    /// No tag lies in the range.
    #[error("no match found for semver: {0}")]
    NoMatch(String),
    /// No branch leads to the commit.
    #[error("unable to resolve commit object for '{id}': not found on {searched}")]
    NoSuchCommit {
        /// The commit.
        id: String,
        /// Which branches were looked at.
        searched: String,
    },
    /// What was found is no commit.
    #[error("unable to resolve '{name}' to a commit: it points to a {kind}")]
    NotACommit {
        /// The reference.
        name: String,
        /// The type of object.
        kind: String,
    },
    /// The fetched objects are damaged or incomplete.
    #[error("unable to read object {id}: {message}")]
    Object {
        /// The object.
        id: String,
        /// Why.
        message: String,
    },
    /// A commit cannot be made.
    #[error("unable to make commit: {0}")]
    Edit(String),
    /// A commit could not be pushed.
    #[error("failed to push to remote: {0}")]
    Push(#[from] PushError),
    /// Temporary files cannot be written.
    #[error("unable to write temporary repository: {0}")]
    Disk(#[from] io::Error),
}

/// Why a remote did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The deadline of the conversation passed.
    #[error("timed out after {}", seconds(*.0))]
    Timeout(Duration),
    /// The caller ended the conversation.
    #[error("interrupted")]
    Interrupted,
    /// The pack is larger than allowed.
    #[error("pack is over the limit of {0} bytes")]
    Budget(u64),
    /// The HTTP exchange failed.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The ssh connection failed.
    #[error(transparent)]
    Ssh(#[from] SshError),
    /// The answer is not what the git protocol says.
    #[error("{0}")]
    Protocol(String),
}

/// Why a remote did not take a commit.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// Somebody else was faster: the reference is not what the commit was made on.
    #[error("non-fast-forward update: {reference}: it moved meanwhile{}", detail(.message))]
    Moved {
        /// Its full name.
        reference: String,
        /// What the remote says, if it noticed first.
        message: String,
    },
    /// The reference holds commits that the new one would drop.
    #[error("non-fast-forward update: {0}")]
    NotFastForward(String),
    /// A hook or rule of the remote refuses.
    #[error("command error on {reference}: {reason}{}", detail(.message))]
    Rejected {
        /// Its full name.
        reference: String,
        /// The remote's reason.
        reason: String,
        /// What its hooks say.
        message: String,
    },
    /// The remote cannot use the objects.
    #[error("unpack error: {0}")]
    Unpack(String),
    /// A refspec does not say what to push where.
    #[error("malformed refspec '{text}': {reason}")]
    Refspec {
        /// As given.
        text: String,
        /// Why.
        reason: &'static str,
    },
    /// The conversation failed: nobody knows whether the commit arrived.
    #[error("unable to push to '{url}': {source}")]
    Remote {
        /// The repository.
        url: String,
        /// Why.
        source: RemoteError,
    },
}

/// What is added to a message, if there is anything.
fn detail(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}

impl Error {
    /// Whether a push was lost to somebody who was faster; made anew on what is there now, it may succeed.
    pub fn is_lost_race(&self) -> bool {
        matches!(self, Self::Push(PushError::Moved { .. }))
    }

    /// Whether the repository exists but has no commits (reason `EmptyGitRepository`, G13).
    pub fn is_empty_repository(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

fn seconds(duration: Duration) -> String {
    format!("{}s", duration.as_secs_f64())
}
