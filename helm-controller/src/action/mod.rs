//! What is done to a release: the actions of Helm 4, step by step (H12, H13, H15 to H17).
//!
//! ```text
//! install  ─┐ crds ─▶ render ─▶ objects ─▶ record(pending) ─▶ hooks ─▶ write ─▶ wait ─▶ hooks ─▶ record(deployed)
//! upgrade  ─┘                                                        └─ delete what left the manifest
//! rollback ── record(pending) ─▶ hooks ─▶ write ─▶ wait ─▶ hooks ─▶ record(deployed)
//! uninstall ─ hooks ─▶ record(uninstalling) ─▶ delete ─▶ wait ─▶ hooks ─▶ purge
//! ```
//!
//! An action is killed at any point without harm: its revision stays pending, which the next pass finds, says that it
//! failed, and goes on from there (H27.3). Actions know nothing of conditions and events; what they wrote is in the
//! [`History`](crate::storage::History).

mod definitions;
mod env;
mod error;
mod hooks;
mod install;
mod legacy;
mod merge;
mod objects;
mod ownership;
mod render;
mod rollback;
mod test;
mod uninstall;
mod unlock;
mod upgrade;
mod wait;
mod world;
mod write;

pub use definitions::definitions_of;
pub use env::{Env, Log, ReleaseId};
pub use error::ActionError;
pub use install::{Hooks, Install, Namespace, Reuse, install};
pub use legacy::NotReady;
pub use objects::{inventory_of, objects};
pub use ownership::TakeOver;
pub use render::Plan;
pub use rollback::{RollBack, roll_back};
pub use test::{RunTests, test};
pub use uninstall::{Records, Uninstall, Uninstalled, uninstall};
pub use unlock::unlock;
pub use upgrade::{OnFailure, Upgrade, Values, upgrade};
pub use wait::{Jobs, News, Rules, Strategy};
pub use write::{Existing, Method};
