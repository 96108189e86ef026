//! One file per step of a pass.

mod apply;
mod build;
mod check;
mod dependencies;
mod fetch;
mod finalize;
mod health;
mod identity;
mod prune;
mod source;
