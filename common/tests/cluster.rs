//! Applying, pruning and waiting against a real API server.
#![allow(clippy::unwrap_used)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "json! values read better inline"
)]

#[path = "cluster/apply.rs"]
mod apply_sets;
#[path = "cluster/fixture.rs"]
mod fixture;
#[path = "cluster/memory.rs"]
mod memory;
#[path = "cluster/prune.rs"]
mod prune;
#[path = "cluster/takeover.rs"]
mod takeover;
#[path = "cluster/wait.rs"]
mod wait;
