//! YAML as the Go ecosystem has it: what go-yaml v2 and v3 read, `sigs.k8s.io/yaml` and kyaml
//! print, byte for byte.
//!
//! ```text
//! bytes ──scan──▶ tokens ──parse──▶ events ──decode──▶ Value ──encode──▶ text
//! ```
//!
//! - `decode` gives the documents of a stream as [`Value`] trees under the rules of a
//!   [`Dialect`] and within a [`Budget`].
//! - `encode` prints a [`Value`] as `sigs.k8s.io/yaml` does.
//!
//! The crate is pure: it reads no file and no clock, starts nothing, and the same input always
//! gives the same bytes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod budget;
mod error;
mod number;
mod value;

pub use budget::Budget;
pub use error::{Error, ErrorKind};
pub use value::{Entries, JsonEscape, Map, Str, Value};
