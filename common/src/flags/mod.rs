//! The flags that every controller shares.
mod bools;
mod gates;
pub use gates::{FeatureGates, GateError};
