//! Scenarios from a git push to healthy objects. One binary, so that all of them share one control plane and one set of
//! controllers; each story has a namespace and a repository of its own.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod bad_input;
mod depends_on;
mod health;
mod kill;
mod lifecycle;
mod sync;
mod tenancy;
