//! Applying, pruning and waiting against a cluster in memory: requests, order, faults, time.
#![allow(clippy::unwrap_used)]

#[path = "scenarios/apply.rs"]
mod apply_sets;
#[path = "scenarios/fixture.rs"]
mod fixture;
#[path = "scenarios/prune.rs"]
mod prune;
#[path = "scenarios/wait.rs"]
mod wait;
