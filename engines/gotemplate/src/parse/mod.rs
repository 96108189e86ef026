//! From source text to syntax trees.
//!
//! ```text
//! text ──lex──▶ tokens ──parser──▶ Definition { name, List } for the text itself and each define and block
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

pub use ast::{
    Argument, Branch, Chain, Command, Declaration, Field, List, Node, Number, Pipeline,
    TemplateCall, Variable,
};
pub use parser::{Definition, ParseError, Source, parse};
