//! The steps of a pass.

pub mod choose;
pub mod reflect;
pub mod repository;
pub mod spec;
