//! Values to text.

mod kubernetes;
mod order;

pub use kubernetes::encode;
