//! What the benchmarks share.
//!
//! - [`Input`]: trees of files, the same for every program that is measured.
//! - [`Measured`]: a program from its start to its end, with the CPU time and the memory it took.
//!
//! `benches/beside.rs` measures whole processes beside the reference program, `benches/engine.rs`
//! the engine alone.

mod inputs;
mod measured;

pub use inputs::{Input, Overlays, config_maps, crds, deep_stack, references, small_overlay};
pub use measured::{Measured, answer_as_helper, measure};
