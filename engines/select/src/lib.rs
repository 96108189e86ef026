//! Selection rules: which files belong to a source and which version satisfies a range.
//!
//! - [`glob`]: patterns over one path segment, with the syntax of Go's `path/filepath.Match`.
//! - [`ignore`]: the ignore files of sources (I1 to I5 of the source sheet).
//! - [`semver`]: loose versions and the range grammar of Masterminds semver v3 (G4).
//!
//! Everything here is a pure function over bytes and strings: no file is opened.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

pub mod glob;
pub mod ignore;
pub mod semver;
