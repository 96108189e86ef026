//! The steps of a pass, in order.

pub mod spec;
pub mod token;
