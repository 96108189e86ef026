//! The steps of a pass, in order.

pub mod artifact;
pub mod include;
pub mod source;
pub mod support;
pub mod verify;

mod access;
mod compose;
