//! Metrics with the names, labels and buckets that the field's dashboards expect (K21.8, M4).
//!
//! [`Metrics`] is made once per process and cloned freely. [`Metrics::controller`] gives the handle that one
//! controller loop counts into. [`Metrics::render`] writes the text format 0.0.4 as a Prometheus server scrapes it.
//! Series of an object vanish with it: [`ControllerMetrics::forget`].

mod exposition;
mod process;
mod registry;
mod requests;
mod scopes;

pub use exposition::CONTENT_TYPE;
pub use registry::Metrics;
pub use requests::{RequestCounter, RequestKey, RequestLayer};
pub use scopes::{ControllerMetrics, QueueMetrics, ReconcileResult};

#[cfg(test)]
mod tests;
