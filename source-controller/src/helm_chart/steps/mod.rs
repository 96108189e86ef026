//! The steps of a pass, in order.

pub mod artifact;
pub mod build;
pub mod source;
pub mod support;

mod dependencies;
mod local;
mod registry;
mod repository;
mod verify;
