//! Telling the world what happened: Kubernetes events, and the events address (K7.1, E1).
//!
//! [`Recorder::record`] never blocks and never fails: each destination has a bounded queue and a task of its own, and
//! what does not fit is dropped with a line in the log. Trace events go to Kubernetes alone. Who must not forget to tell waits
//! for its [`Receipts`] before it writes down that it has.

mod cluster;
mod event;
mod receipts;
mod recorder;
mod webhook;

pub use event::{Event, MAX_MESSAGE};
pub use receipts::Receipts;
pub use recorder::{Delivery, Recorder, Settings};
pub use webhook::WebhookError;

#[cfg(test)]
mod tests;
