//! The steps of a pass.

pub mod access;
pub mod gate;
pub mod image;
pub mod scan;
