//! Names of images (R3), and the way to their registry (section 3.1).

mod access;
mod image;

pub use access::{AccessError, connect, gate, timeout};
pub use image::{ImageError, parse};

/// The words of Go for a deadline that has passed, which users know.
pub const DEADLINE: &str = "context deadline exceeded";
