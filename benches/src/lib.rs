//! What the benchmarks share.
//!
//! - [`Input`]: trees of files, the same for every program that is measured.
//! - [`Programs`]: which programs are measured.
//! - [`Measured`]: a program from its start to its end, with the CPU time and the memory it took.
//!
//! `benches/beside.rs` and `benches/helm.rs` measure whole processes beside the reference programs,
//! `benches/engine.rs` the engine alone.

mod charts;
mod inputs;
mod measured;
mod programs;

pub use charts::{calling_chart, small_chart};
pub use inputs::{Input, Overlays, config_maps, crds, deep_stack, references, small_overlay};
pub use measured::{Measured, answer_as_helper, measure};
pub use programs::Programs;
