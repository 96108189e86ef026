//! Trees as compressed tarballs, and back.

mod extract;
mod header;
mod patterns;
mod pax;
mod write;

pub use extract::{ExtractError, Extracted, Limits, extract};
pub use patterns::source_patterns;
pub use write::{WriteError, Written, write};

#[cfg(test)]
mod tests;
