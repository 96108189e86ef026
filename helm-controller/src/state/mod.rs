//! What is the matter with a release, and what follows (H10 to H12, H19).
//!
//! ```text
//! storage, status, spec, chart, values ──▶ determine ──▶ State ──▶ next ──▶ Step ──▶ action ──▶ progress ──▶ Verdict
//! ```
//!
//! - [`determine`] the state of a release.
//! - [`next`] the action that a state asks for.
//! - [`progress`] whether the pass goes on before and after an action.
//! - [`reset`] when failures are forgotten, and requests by annotation.

mod determine;
mod kind;
mod next;
mod progress;
mod reset;
mod target;

pub use determine::{Facts, NoState, State, determine};
pub use kind::{Action, Kind};
pub use next::{Force, Refusal, Step, next, roll_back};
pub use progress::{Verdict, after, before, failed, refused};
pub use reset::{Reset, force_requested, must_reset};
pub use target::{Target, changed_target};

#[cfg(test)]
mod tests;
