//! From source text to syntax trees.
//!
//! ```text
//! text ──lex──▶ tokens ──parser──▶ Definition for the text itself and each define and block
//! ```

mod actions;
mod ast;
mod chars;
mod lex;
mod literal;
mod parser;
mod pipeline;
mod print;
mod token;

#[cfg(test)]
mod tests;

pub(crate) use ast::{
    Argument, Branch, Command, Declaration, Node, Notation, Number, Pipeline, Span, TemplateCall,
};
pub use parser::{Definition, ParseError, Source, parse};
pub(crate) use print::Shown;
