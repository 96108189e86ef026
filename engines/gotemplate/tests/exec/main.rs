//! Templates in execution.
#![allow(clippy::unwrap_used)]

mod go;
mod hosts;
mod limits;
mod support;
