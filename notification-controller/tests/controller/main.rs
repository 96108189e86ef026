//! The whole controller against a real API server: events posted to it, webhooks called, services that listen.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod events;
mod failures;
mod filters;
mod receivers;
mod statics;
mod status;
mod webhooks;
mod world;
