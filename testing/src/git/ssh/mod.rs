//! Git over ssh: a server that runs git's own programs, and keys made by `ssh-keygen`.

mod key;
mod server;

pub use key::{Form, SshKey};
pub use server::SshServer;
