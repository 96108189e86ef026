//! YAML as the Go ecosystem has it: what go-yaml v2 and v3 read, `sigs.k8s.io/yaml` and kyaml
//! print, byte for byte.
//!
//! ```text
//! bytes ──scan──▶ tokens ──parse──▶ events ──decode──▶ Value ──encode──▶ text
//! ```
//!
//! - [`decode`] gives the documents of a stream as [`Value`] trees under the rules of a
//!   [`Dialect`] and within a [`Budget`].
//! - [`encode`] prints a [`Value`] as `sigs.k8s.io/yaml` does; [`Value::to_go_json`] prints JSON as
//!   Go does.
//! - [`node`] keeps what a value drops (comments, styles, tags, anchors, places) and prints it as
//!   go-yaml v3 and kyaml do.
//! - [`visit_first`] hands out the events of a document to build other trees from.
//! - [`Document`] replaces scalars in a user's file and leaves every other byte alone.
//!
//! The crate is pure: it reads no file and no clock, starts nothing, and the same input always
//! gives the same bytes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod budget;
mod decode;
mod document;
mod emit;
mod encode;
mod error;
mod events;
pub mod node;
mod number;
mod parse;
mod resolve;
mod scan;
mod value;

pub use budget::Budget;
pub use decode::{Dialect, decode, decode_first, decode_first_entries};
pub use document::{Document, EditError, NodePath, Step};
pub use encode::{encode, encode_entry, encode_sorted, in_order, is_always_plain};
pub use error::{Error, ErrorKind};
pub use events::{NodeEvent, Resolved, ScalarStyle, resolve, visit_first};
pub use value::{Entries, JsonEscape, Map, Str, Value};

/// Which major version of go-yaml the grammar and the scalars follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    V2,
    V3,
}
