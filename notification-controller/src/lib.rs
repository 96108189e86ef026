//! notification-controller: tells people and services of what happens, and wakes objects when services call.
//!
//! ```text
//! controllers ──POST──▶ intake ──▶ alerts ──▶ dispatch ──▶ provider encoders ──▶ sender ──▶ chats, webhooks, commits
//! services ──POST──▶ webhook ──▶ receiver checks ──▶ filters ──▶ wake: annotate objects
//! ```
//!
//! - [`args`]: the flags. [`server`]: both HTTP servers.
//! - [`event`], [`intake`]: events and how they come in.
//! - [`alert`], [`dispatch`]: which go where, and with what added.
//! - [`provider`]: what a service is sent, one file per service, and sending it.
//! - [`receiver`]: the reconciler of Receivers, the checks of calls, and what a call wakes.
//! - [`statics`]: the finalizers of kinds without a status.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::needless_pass_by_value))]

pub mod alert;
pub mod args;
pub mod dispatch;
pub mod event;
mod hex;
pub mod intake;
mod kinds;
pub mod provider;
pub mod receiver;
mod run;
mod secrets;
pub mod server;
pub mod statics;

pub use run::{Seen, Started, run, start};

/// The controller's name: field manager, events, lease.
pub const MANAGER: &str = "notification-controller";
