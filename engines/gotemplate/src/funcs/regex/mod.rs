//! Regular expressions with the syntax and the results of Go's `regexp`, and those that were compiled before.

mod cache;

pub(super) use cache::compiled;
pub use go_regex::{Pattern, SyntaxError};
