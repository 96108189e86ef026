//! The events of a stream, for those who build trees of their own.

use crate::budget::Budget;
use crate::decode::{Dialect, Failure, Input, error_at};
use crate::error::{Error, ErrorKind};
use crate::node::Layout;
use crate::parse::EventKind;
use crate::resolve as scalars;

pub use crate::resolve::Resolved;
pub use crate::scan::ScalarStyle;

/// One event of a document. Anchors and tags are those written; tags are in their long form.
#[derive(Debug)]
pub enum NodeEvent<'a> {
    /// A scalar with its text, escapes resolved.
    Scalar {
        /// The anchor it defines.
        anchor: Option<&'a str>,
        /// The tag it is given.
        tag: Option<&'a str>,
        /// The text.
        text: &'a str,
        /// How it is written.
        style: ScalarStyle,
    },
    /// An alias to an anchor.
    Alias(&'a str),
    /// A sequence begins, with the anchor it defines.
    SequenceStart(Option<&'a str>, Layout),
    /// The innermost sequence ends.
    SequenceEnd,
    /// A mapping begins, with the anchor it defines.
    MappingStart(Option<&'a str>, Layout),
    /// The innermost mapping ends.
    MappingEnd,
}

/// Hands the events of the first document to `visit`; an error text of `visit` becomes an error at
/// the place of the event. The rest of the stream is not looked at. False when there is no
/// document.
///
/// # Errors
///
/// The first thing that is wrong, or the limit of `budget` that was reached. The budget of values
/// counts events, since `visit` expands aliases.
pub fn visit_first(
    bytes: &[u8],
    dialect: Dialect,
    budget: &Budget,
    mut visit: impl FnMut(NodeEvent<'_>) -> Result<(), String>,
) -> Result<bool, Error> {
    let input = Input::new(bytes, dialect, budget)?;
    let mut parser = input.parser();
    let mut any = false;
    let mut values = 0;
    let mut depth = 0;
    loop {
        let event = match parser.next() {
            Ok(event) => event,
            Err(problem) => {
                return Err(input.word(Failure::Problem(problem), parser.offset()));
            }
        };
        let node = match &event.kind {
            EventKind::StreamEnd => {
                input.finish()?;
                return Ok(any);
            }
            EventKind::DocumentStart => {
                any = true;
                continue;
            }
            EventKind::DocumentEnd => {
                input.check_read(parser.offset())?;
                return Ok(any);
            }
            EventKind::Alias(name) => NodeEvent::Alias(name),
            EventKind::Scalar(scalar) => NodeEvent::Scalar {
                anchor: scalar.properties.anchor,
                tag: scalar.properties.tag.as_deref(),
                text: &scalar.value,
                style: scalar.style,
            },
            EventKind::SequenceStart(properties, layout) => {
                NodeEvent::SequenceStart(properties.anchor, (*layout).into())
            }
            EventKind::SequenceEnd => NodeEvent::SequenceEnd,
            EventKind::MappingStart(properties, layout) => {
                NodeEvent::MappingStart(properties.anchor, (*layout).into())
            }
            EventKind::MappingEnd => NodeEvent::MappingEnd,
        };
        match node {
            NodeEvent::SequenceStart(..) | NodeEvent::MappingStart(..) => depth += 1,
            NodeEvent::SequenceEnd | NodeEvent::MappingEnd => depth -= 1,
            NodeEvent::Alias(_) | NodeEvent::Scalar { .. } => {}
        }
        if depth > budget.depth {
            let message = format!("exceeded max depth of {}", budget.depth);
            return Err(error_at(ErrorKind::Budget, message, event.start));
        }
        values += 1;
        if values > budget.values {
            let message = format!("document holds more than {} values", budget.values);
            return Err(error_at(ErrorKind::Budget, message, event.start));
        }
        visit(node).map_err(|message| error_at(ErrorKind::Content, message, event.start))?;
    }
}

/// What a plain scalar without a tag stands for.
pub fn resolve(text: &str, dialect: Dialect) -> Resolved {
    scalars::resolve(text, dialect.grammar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_tell_styles_tags_and_anchors_of_the_first_document() {
        let mut seen = Vec::new();
        let any = visit_first(
            b"a: &x 'b'\nc: [*x, !!int 1]\n---\n[",
            Dialect::Kyaml,
            &Budget::default(),
            |event| {
                seen.push(format!("{event:?}"));
                Ok(())
            },
        );
        assert!(any.unwrap());
        assert_eq!(seen.len(), 9);
        assert!(seen[2].contains("SingleQuoted") && seen[2].contains("\"x\""));
        assert!(seen[6].contains("tag:yaml.org,2002:int"));
    }

    #[test]
    fn an_error_of_the_visitor_has_a_place() {
        let error = visit_first(b"a\n", Dialect::Kyaml, &Budget::default(), |_| {
            Err("no".into())
        });
        assert_eq!(error.unwrap_err().line(), 1);
    }
}
