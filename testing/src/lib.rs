//! Real parts for tests: a control plane, git servers, recording sinks, child processes.
//!
//! | module | what it gives |
//! |---|---|
//! | [`control_plane`] | etcd, kube-apiserver and, on request, the rest of a control plane |
//! | [`binaries`] | their programs, built once and cached |
//! | [`pki`] | certificate authorities, server and client certificates |
//! | [`git`] | git over http(s) with authentication, certificates, faults and a log |
//! | [`api`] | a scripted API server behind a `kube::Client` |
//! | [`charts`] | a Helm repository, and charts in it |
//! | [`process`] | a controller as a child: ready, killed, measured |
//! | [`proxy`] | HTTP and SOCKS 5 proxies that count |
//! | [`registry`] | an OCI registry, and artifacts pushed to it |
//! | [`heard`] | what a queue has brought so far |
//! | [`helm`] | Helm's own command line |
//! | [`http`] | a sink that records events and webhooks, a server of files |
//! | [`wait`] | waiting for a condition by watch, with the object shown on failure |
//!
//! Everything ends with the process that started it, SIGKILL included. Nothing here is part of the product.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api;
pub mod binaries;
pub mod charts;
mod component;
pub mod control_plane;
mod dir;
pub mod git;
mod guard;
pub mod heard;
pub mod helm;
pub mod http;
pub mod pki;
mod ports;
pub mod process;
pub mod proxy;
pub mod registry;
mod text;
pub mod wait;

pub use component::Component;
pub use control_plane::{ControlPlane, Parts};
pub use dir::{Dir, files_below};
pub use heard::Heard;
pub use ports::free_ports;
pub use text::is_like;
pub use wait::wait_for;
