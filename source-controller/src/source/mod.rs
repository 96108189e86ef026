//! What the kinds of this controller share: each ends its passes with an artifact in storage.
//!
//! - [`Kind`] and [`Sources`]: what a kind brings, and the reconciler that is made of it.
//! - [`Setup`]: from a kind to its controller.
//! - [`Published`]: where an object says what it has published.
//! - [`conditions`]: the condition types that all of them have (K7).
//! - [`storage`]: the first step of each, the stable link, and the clean-up at the end of an object (R2, R5, S2).
//! - [`announce`]: what the status says of a revision: new, up to date, stored (R6, E5).
//! - [`archive`]: a tree of files becomes an artifact (section 4, section 5).
//! - [`cosign`]: signatures of OCI artifacts (O6).
//! - [`notify`]: the success event (E3, E4).
//! - [`secrets`]: certificates, proxies and pull secrets (section 12).
//! - [`inside`]: paths that stay where they should.
//! - [`fault`]: what can go wrong with any of it.

pub mod announce;
pub mod archive;
pub mod background;
pub mod conditions;
pub mod cosign;
pub mod fault;
mod jail;
mod kind;
mod notify;
mod options;
mod published;
mod setup;
pub mod storage;

pub use common::secrets;

use common::reconcile::{Flow, Stop};

pub use self::background::background;
pub use self::fault::StorageError;
pub use self::jail::inside;
pub(crate) use self::kind::steps;
pub use self::kind::{Kind, Sources, Success};
pub use self::options::{Budget, Options};
pub use self::published::Published;
pub use self::setup::Setup;

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "source-controller";

/// Success of a step that leaves the rest to do.
pub const NEXT: Result<Flow, Stop> = Ok(Flow::Next);
