//! Remote git repositories over http, https and ssh, without a work tree and without a program.
//!
//! ```text
//! Access + RemoteUrl ──connect──▶ Session ──resolve──▶ Resolved ──checkout──▶ Checkout (its Files are an artifact::tree::Tree)
//!                                   one ls-refs          what a pass needs       one shallow fetch, streamed from the pack
//! ```
//!
//! - [`access`]: credentials, certificates and proxy, and their form in Secrets (G8, P1, P3).
//! - [`reference`]: what to look for, and the revision that was found (G1 to G4).
//! - [`session`]: one conversation with a remote.
//! - [`checkout`]: a fetched commit; its files are read from the pack when they are asked for.
//! - [`commit`]: a new commit on top of it; [`push`]: how it gets to the remote.
//! - [`sparse`]: only some of its directories (G5).
//! - [`ssh`]: keys, known hosts and the connection (G8).
//!
//! Everything blocks: call it where blocking is fine. Every conversation has a deadline, a byte budget
//! and a switch that ends it ([`Limits`]). No message shows the user information or query of a URL.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod access;
pub mod checkout;
pub mod commit;
mod conversation;
mod error;
mod fetch;
mod http;
mod open;
mod pack;
pub mod push;
pub mod reference;
pub mod session;
pub mod sparse;
pub mod ssh;
mod url;

pub use access::Access;
pub use checkout::{Checkout, Commit, Files, Tag};
pub use commit::{Author, Draft, NewCommit};
pub use error::{Error, PushError};
pub use push::{Destination, Lease, Outgoing};
pub use reference::{Reference, Revision};
pub use session::{Limits, Resolved, Session, connect};
pub use sparse::Sparse;
pub use url::{RemoteUrl, Scheme, UrlError};
