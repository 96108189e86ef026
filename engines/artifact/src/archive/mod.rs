//! Trees as compressed tarballs, and back.

mod extract;
mod header;
mod pax;
mod write;

pub use extract::{ExtractError, Extracted, Limits, extract};
pub use write::{WriteError, Written, source_patterns, write};

#[cfg(test)]
mod tests;
