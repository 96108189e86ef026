//! Images written into YAML files where a comment asks for them (compat sheet image-automation, section 6).
//!
//! ```text
//! policies ──▶ Setters ─┐
//! file ─── is_candidate ┴─ edit ──▶ the file with new scalars, and what changed ──▶ Changes, for commit messages
//! ```
//!
//! ```
//! use setters::{Image, Outcome, Policy, Setters};
//!
//! let setters = Setters::new([Policy {
//!     namespace: "apps".into(),
//!     name: "podinfo".into(),
//!     latest: Image { name: "ghcr.io/org/podinfo".into(), tag: "6.5.0".into(), digest: String::new() },
//! }])?;
//! let file = b"image: 'ghcr.io/org/podinfo:6.4.0' # {\"$imagepolicy\": \"apps:podinfo\"}\r\n";
//! let Outcome::Edited(edited) = setters.edit(file) else { panic!("nothing was edited") };
//! assert_eq!(edited.text, "image: 'ghcr.io/org/podinfo:6.5.0' # {\"$imagepolicy\": \"apps:podinfo\"}\r\n");
//! # Ok::<(), setters::InvalidImage>(())
//! ```
//!
//! An edit replaces the text of scalars and leaves every other byte of the file alone: comments, quotes, line ends,
//! indentation, blank lines, the markers between documents. The crate is pure: it reads no file, and the same input
//! always gives the same bytes.

#![cfg_attr(test, allow(clippy::unwrap_used))]
#![warn(missing_docs)]

mod candidate;
mod changes;
mod edit;
mod image;
mod marker;
mod separator;

pub use candidate::is_candidate;
pub use changes::{Change, Changes, ObjectChanges, ObjectId};
pub use edit::{Edited, Outcome, Setters, Skipped};
pub use image::{Image, InvalidImage, Policy};
