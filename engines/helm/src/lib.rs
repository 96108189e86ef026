//! Helm charts: chart and values in, ordered manifests and hooks out, byte for byte as Helm 4.3
//! has them.
//!
//! | module | what it holds |
//! |---|---|
//! | [`chart`] | charts from directories and archives, their metadata and dependencies |
//! | [`values`] | values files, their merging and the coalescing down to subcharts |
//! | [`schema`] | `values.schema.json` |
//! | [`strvals`] | the syntax of `--set` and its kin |
//! | [`render`] | templates with what they see: `.Values`, `.Release`, `.Capabilities`, `.Files` |
//! | [`output`] | rendered text as sorted manifests and hooks, and as `helm template` prints it |
//! | [`release`] | the record that Helm keeps of a release |
//!
//! Pure: bytes and a confined directory in, values and diagnostics out. The clock, randomness, the
//! cluster (`lookup`) and what it is capable of come in from the caller.
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod chart;
mod diagnostic;
mod json;
pub mod output;
pub mod release;
pub mod render;
pub mod schema;
pub mod strvals;
mod text;
pub mod values;

pub use diagnostic::{Diagnostic, Level};
