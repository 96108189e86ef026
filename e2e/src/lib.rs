//! Scenarios across controllers, against a real API server and real git servers.
//!
//! | module | what it gives |
//! |---|---|
//! | [`toolkit`] | the controllers as child processes on the control plane of this test binary |
//! | [`scenario`] | a namespace, a repository, the objects of one story, and ways to watch them |
//! | [`circle`] | the story from an image tag to messages, and all that is outside of the cluster |
//! | [`webhook`] | calls of hosts of code and images |
//! | [`probe`] | whether somebody is told of events |
//! | [`cost`] | what a piece of work costs a controller: wall and CPU time, requests, memory |
//! | [`manifests`] | the small YAML files that the stories are made of |
//!
//! Nothing sleeps: every wait is for a condition of an object, with a deadline that shows what was seen last.

#![allow(clippy::unwrap_used)]

pub mod circle;
pub mod cost;
pub mod manifests;
pub mod probe;
pub mod scenario;
pub mod toolkit;
pub mod webhook;

pub use circle::Circle;
pub use scenario::Scenario;
pub use toolkit::{Component, Controller, Setup, Toolkit};
