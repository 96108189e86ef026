//! Values to text.

mod kubernetes;
pub(crate) mod order;

pub use kubernetes::{encode, encode_entry, encode_sorted};
pub use order::in_order;
