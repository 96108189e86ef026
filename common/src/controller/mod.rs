//! The controller loop: watches feed a queue, the queue feeds passes.
//!
//! ```text
//!  watch of the kind ──▶ Store ──▶ predicate ─┐
//!  watches of other kinds ──▶ Trigger ────────┼──▶ Queue ──▶ Slots ──▶ pass (crate::reconcile) ──▶ Action ──▶ Queue
//!  own objects becoming something ──▶ Trigger ┘
//! ```
//!
//! - A pass starts when its object is new, when its generation or its `reconcile.fluxcd.io/requestedAt` changed, when
//!   it is being deleted (K20.1, R1), when a [`Trigger`] says so, or when its time has come.
//! - No two passes of one object run at a time. At most `--concurrent` passes hold a worker; one that is parked
//!   ([`crate::reconcile::Pass::park`]) holds none.
//! - The first passes start when every watch has answered once, so that nothing they wait for is missed.
//! - An object that does not decode is reported on itself and skipped; the watch of its kind goes on.
//!
//! What the appliers watch in common is in [`applier`]. A [`Mirror`] is for those who look at objects of a kind and reconcile none of them.
//!
//! It is built on the `watcher` of kube and not on its `Controller`, which can neither park a pass nor tell it that
//! something newer came up.

pub mod applier;
mod gate;
mod invalid;
mod mirror;
mod own;
mod run;
mod slot;
mod store;
mod trigger;
mod under_way;
mod waiting;
mod watch;

pub use mirror::Mirror;
pub use run::{Controller, Limits};
pub use slot::{Slot, Slots};
pub use store::{Index, Store};
pub use trigger::Trigger;
pub use under_way::UnderWay;
pub use waiting::Waiting;
pub use watch::Watched;
