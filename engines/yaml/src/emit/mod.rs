//! Text from scalars and indicators: libyaml's emitter as go-yaml has it, without its event queue.

mod analysis;
mod block;
mod chars;
mod flow;
mod writer;

pub(crate) use analysis::Analysis;
pub(crate) use writer::{INDENT, Indicator, LineBreaks, Width, Writer};
