//! The controller loop, leader election, patches and events against a real API server.
#![allow(clippy::unwrap_used)]

#[path = "runtime/controller.rs"]
mod controller;
#[path = "runtime/election.rs"]
mod election;
#[path = "runtime/fixture.rs"]
mod fixture;
#[path = "runtime/writes.rs"]
mod writes;
