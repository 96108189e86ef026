//! Git over ssh: a connection of our own instead of the `ssh` program.
//!
//! - [`identity`]: the private key that says who we are.
//! - [`known_hosts`]: the keys that say who the other side is.
//! - [`algorithms`]: what the two sides may agree on, by flags.
//! - [`error`]: why a connection failed.
//! - `dial`: the way to the host, past a proxy; `client`: handshake and authentication; `stream`: the remote program's
//!   input and output as the git library wants them.

pub mod algorithms;
mod client;
mod dial;
pub mod error;
pub mod identity;
pub mod known_hosts;
mod stream;

pub use algorithms::Algorithms;
pub(crate) use client::{Program, open};
pub use error::SshError;
pub use identity::Identity;
pub use known_hosts::KnownHosts;

use std::fmt;
use std::sync::Arc;

/// The user of a URL that names none (G8).
pub const DEFAULT_USER: &str = "git";

/// Who we are, and who the other side has to be. Nothing of it is shown.
#[derive(Clone)]
pub struct Login {
    /// The user on the other side.
    pub user: String,
    /// Our key.
    pub identity: Arc<Identity>,
    /// Their keys.
    pub known_hosts: Arc<KnownHosts>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.user == other.user
            && self.identity == other.identity
            && self.known_hosts == other.known_hosts
    }
}

impl Eq for Login {}
