//! The template language of Go's `text/template`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`parse`] | source text to syntax trees, with Go's error texts |
//!
//! Pure: text in, trees out. It opens no file, reads no clock and calls nobody.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod parse;
