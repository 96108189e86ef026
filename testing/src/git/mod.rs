//! Git over http(s) and ssh, as a remote that misbehaves on request.
//!
//! ```text
//! Repository (bare, written with git fast-import) ◀── git http-backend ◀── Server: TLS, auth, faults, log
//!                                                ◀── git upload-pack, git receive-pack ◀── SshServer: keys, log
//! ```

mod auth;
mod backend;
mod fault;
mod program;
mod repository;
mod server;
mod ssh;
mod tls;

pub use auth::Auth;
pub use fault::{Fault, Gate, Stage};
pub use program::git_dir;
pub use repository::{Commit, Repository};
pub use server::{Request, Server};
pub use ssh::{Form, SshKey, SshServer};
pub use tls::Transport;
