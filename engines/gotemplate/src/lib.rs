//! The template language of Go's `text/template`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`parse`] | source text to syntax trees, with Go's error texts |
//! | [`value`] | Go's dynamic values |
//! | [`fmt`] | Go's `fmt` and number formats on those values |
//! | [`exec`] | template sets, functions, and the execution of both on a value |
//! | [`funcs`] | the functions of sprig and Helm |
//!
//! Pure: text and values in, text out. It opens no file, reads no clock and calls nobody; what functions need of the world comes in
//! as host objects.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod exec;
pub mod fmt;
pub mod funcs;
pub mod parse;
mod stack;
pub mod value;
