//! (skeleton)

pub mod cluster;
