//! The steps of a pass, in order.

pub mod artifact;
pub mod source;
pub mod support;

mod access;
mod tag;
mod verify;
