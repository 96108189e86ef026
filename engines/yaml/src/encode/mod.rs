//! Values to text.

mod kubernetes;
pub(crate) mod order;

pub use kubernetes::{encode, encode_entry, encode_sorted, is_always_plain};
pub use order::in_order;
