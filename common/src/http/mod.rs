//! The HTTP servers of a controller: metrics, and health with readiness.

mod address;
mod health;
mod metrics;
mod serve;

pub use address::{AddressError, listen};
pub use health::{Readiness, health};
pub use metrics::metrics;
pub use serve::serve;
