//! Segments to text.

use crate::Mode;
use crate::error::{Error, Problem};
use crate::glob::{self, Steps};
use crate::parse::{Expansion, Extent, Operation, Segment, Which};
use crate::transform;

/// Expands parsed segments of `text`. Values are bytes: offsets and globs may cut a character, which is an error only if it
/// is still cut in the result.
pub(crate) fn expand<'v>(
    text: &str,
    segments: &[Segment],
    lookup: &dyn Fn(&str) -> Option<&'v str>,
    mode: Mode,
) -> Result<String, Error> {
    let mut expander = Expander {
        text,
        lookup,
        mode,
        steps: Steps::new(Problem::MAX_STEPS),
    };
    let mut output = Vec::with_capacity(text.len());
    for segment in segments {
        expander.append(segment, &mut output)?;
        if output.len() > Problem::MAX_OUTPUT {
            return Err(Problem::TooLarge.at(text, segment.offset()));
        }
    }
    String::from_utf8(output).map_err(|_| Problem::NotUtf8.at(text, 0))
}

impl Segment {
    fn offset(&self) -> usize {
        match self {
            Self::Text(_) => 0,
            Self::Expansion(expansion) => expansion.offset,
        }
    }
}

struct Expander<'a, 'v> {
    text: &'a str,
    lookup: &'a dyn Fn(&str) -> Option<&'v str>,
    mode: Mode,
    steps: Steps,
}

impl Expander<'_, '_> {
    fn append(&mut self, segment: &Segment, output: &mut Vec<u8>) -> Result<(), Error> {
        match segment {
            Segment::Text(text) => output.extend_from_slice(text.as_bytes()),
            Segment::Expansion(expansion) => output.extend(self.expansion(expansion)?),
        }
        Ok(())
    }

    fn expansion(&mut self, expansion: &Expansion) -> Result<Vec<u8>, Error> {
        // Operands first: an unset variable in a default counts even when the default is not used.
        let mut operands = Vec::with_capacity(expansion.operands.len());
        for operand in &expansion.operands {
            let mut value = Vec::new();
            self.append(operand, &mut value)?;
            operands.push(value);
        }
        let found = (self.lookup)(&expansion.name);
        if found.is_none() && self.mode == Mode::Strict && expansion.operation != Operation::Default
        {
            return Err(self.fail(Problem::NotSet(expansion.name.clone()), expansion));
        }
        self.operate(expansion.operation, found.unwrap_or_default(), &operands)
            .map_err(|problem| self.fail(problem, expansion))
    }

    fn operate(
        &mut self,
        operation: Operation,
        value: &str,
        operands: &[Vec<u8>],
    ) -> Result<Vec<u8>, Problem> {
        let bytes = value.as_bytes();
        let operand = |index: usize| operands.get(index).map(Vec::as_slice);
        let result = match operation {
            Operation::Length => bytes.len().to_string().into_bytes(),
            Operation::UpperFirst => transform::upper_first(value).into_bytes(),
            Operation::Upper => transform::upper(value).into_bytes(),
            Operation::LowerFirst => transform::lower_first(value).into_bytes(),
            Operation::Lower => transform::lower(value).into_bytes(),
            Operation::Default if bytes.is_empty() => operands.concat(),
            Operation::Value | Operation::Default => bytes.to_vec(),
            Operation::Substring => {
                transform::substring(bytes, operand(0).unwrap_or_default(), operand(1))?.to_vec()
            }
            Operation::TrimPrefix(extent) => {
                let pattern = operand(0).unwrap_or_default();
                let cut = self.matching_prefix(extent, pattern, bytes)?;
                bytes[cut..].to_vec()
            }
            Operation::TrimSuffix(extent) => {
                // A suffix is a prefix of the reversed value; the pattern is reversed as text, so that classes such as
                // `[ab]` do not survive and match nothing.
                let pattern = transform::reversed(operand(0).unwrap_or_default());
                let backwards = transform::reversed(bytes);
                let cut = self.matching_prefix(extent, &pattern, &backwards)?;
                transform::reversed(&backwards[cut..])
            }
            Operation::Replace(which) => {
                let from = operand(0).unwrap_or_default();
                match (which, operand(1)) {
                    // Anchored replacement by nothing changes nothing.
                    (Which::Leading | Which::Trailing, None) => bytes.to_vec(),
                    (which, to) => transform::replace(which, bytes, from, to.unwrap_or_default())?,
                }
            }
        };
        if result.len() > Problem::MAX_OUTPUT {
            return Err(Problem::TooLarge);
        }
        Ok(result)
    }

    /// Length of the prefix that the pattern matches, 0 for none; a malformed pattern matches nothing.
    fn matching_prefix(
        &mut self,
        extent: Extent,
        pattern: &[u8],
        value: &[u8],
    ) -> Result<usize, Problem> {
        let mut shortest = 0;
        for length in (1..=value.len()).rev() {
            match glob::matches(pattern, &value[..length], &mut self.steps)? {
                Ok(true) if extent == Extent::Longest => return Ok(length),
                Ok(true) => shortest = length,
                Ok(false) => {}
                Err(glob::BadPattern) => return Ok(0),
            }
        }
        Ok(shortest)
    }

    fn fail(&self, problem: Problem, expansion: &Expansion) -> Error {
        problem.at(self.text, expansion.offset)
    }
}
