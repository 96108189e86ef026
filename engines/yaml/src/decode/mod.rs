//! Events to values.

mod aliases;
mod binary;
mod builder;
mod entries;
mod faults;
mod go_syntax;
mod intern;
mod key;
mod mapping;

use builder::Builder;
pub use entries::decode_first_entries;
pub(crate) use faults::error_at;

use crate::error::{Error, ErrorKind};
use crate::parse::Parser;
use crate::scan::{Problem, Source};
use crate::{Budget, Grammar, Value};

/// Whose reading of YAML applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `sigs.k8s.io/yaml`, which reads through go-yaml v2: `yes`, `on` and `y` are booleans,
    /// timestamps stay text, the last of several equal keys wins, keys that are numbers or
    /// booleans become text. Infinities and NaN are refused, since JSON lacks them.
    Kubernetes,
    /// Like [`Dialect::Kubernetes`], but equal keys are an error (`UnmarshalStrict`).
    KubernetesStrict,
    /// kyaml, which reads through go-yaml v3: only `true` and `false` are booleans, timestamps
    /// become RFC 3339 text as they do on their way through JSON, equal keys are an error.
    /// A key that is no text keeps its spelling.
    Kyaml,
}

impl Dialect {
    pub(crate) fn grammar(self) -> Grammar {
        match self {
            Self::Kubernetes | Self::KubernetesStrict => Grammar::V2,
            Self::Kyaml => Grammar::V3,
        }
    }
}

/// Decodes every document of a stream. An empty stream has none; an empty document is
/// [`Value::Null`]. Aliases are replaced by what they stand for, `<<` keys are merged.
///
/// # Errors
///
/// The first thing that is wrong, in go-yaml's words, or the limit of `budget` that was reached.
pub fn decode(bytes: &[u8], dialect: Dialect, budget: &Budget) -> Result<Vec<Value>, Error> {
    let input = Input::new(bytes, dialect, budget)?;
    let mut builder = input.builder();
    let mut documents = Vec::new();
    while let Some(document) = input.next(&mut builder)? {
        documents.push(document);
    }
    input.finish()?;
    Ok(documents)
}

/// Decodes the first document of a stream and leaves the rest alone, as Go's `yaml.Unmarshal`
/// does; none when the stream is empty.
///
/// # Errors
///
/// As [`decode`], for the first document.
pub fn decode_first(
    bytes: &[u8],
    dialect: Dialect,
    budget: &Budget,
) -> Result<Option<Value>, Error> {
    let input = Input::new(bytes, dialect, budget)?;
    input.next(&mut input.builder())
}

/// go-yaml's reader takes its input in pieces of this size.
const READ_SIZE: usize = 512;

/// A stream that is being decoded.
pub(crate) struct Input<'a> {
    source: Source<'a>,
    dialect: Dialect,
    budget: Budget,
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8], dialect: Dialect, budget: &Budget) -> Result<Self, Error> {
        let limit = budget.bytes.min(u32::MAX as usize - READ_SIZE);
        if bytes.len() > limit {
            let message = format!(
                "input of {} bytes exceeds the limit of {limit}",
                bytes.len()
            );
            return Err(Error::new(ErrorKind::Budget, message, 0, 0));
        }
        Ok(Self {
            source: Source::new(bytes),
            dialect,
            budget: *budget,
        })
    }

    /// The events of the stream.
    pub fn parser(&self) -> Parser<'_> {
        Parser::new(&self.source.text, self.dialect.grammar(), self.budget.depth)
    }

    fn builder(&self) -> Builder<'_> {
        Builder::new(self.parser(), self.dialect, self.budget)
    }

    fn next(&self, builder: &mut Builder<'_>) -> Result<Option<Value>, Error> {
        match builder.document() {
            Ok(document) => self.check_read(builder.offset()).map(|()| document),
            Err(failure) => Err(self.word(failure, builder.offset())),
        }
    }

    /// Whether the bytes up to `offset` are sound, as far as go-yaml's reader looked.
    pub fn check_read(&self, offset: usize) -> Result<(), Error> {
        if self.is_cut_before(offset) {
            self.finish()
        } else {
            Ok(())
        }
    }

    /// Words a failure found while the text was read up to `offset`. What is wrong with the bytes
    /// comes first when go-yaml's reader would have seen it by then.
    pub fn word(&self, failure: Failure, offset: usize) -> Error {
        if let Err(fault) = self.check_read(offset) {
            return fault;
        }
        match failure {
            Failure::Problem(problem) => problem.into_error(self.dialect.grammar()),
            Failure::Error(error) => error,
        }
    }

    fn is_cut_before(&self, offset: usize) -> bool {
        let Some(fault) = self.source.fault else {
            return false;
        };
        let cut = self.source.text.len();
        let seen = if fault.waits_for_more() {
            cut
        } else {
            let mark = self.source.mark;
            ((cut + mark) / READ_SIZE * READ_SIZE).saturating_sub(mark)
        };
        // The scanner asks for up to four bytes beyond its place.
        offset + 4 > seen
    }

    /// The fault in the bytes, for a stream that was read to its end.
    pub fn finish(&self) -> Result<(), Error> {
        let Some(fault) = self.source.fault else {
            return Ok(());
        };
        let text = &self.source.text;
        let line_start = text.rfind('\n').map_or(0, |at| at + 1);
        let line = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = text[line_start..].chars().count() + 1;
        Err(Error::new(ErrorKind::Reader, fault.text(), line, column))
    }
}

/// A problem of the grammar, still to be worded, or an error of the content.
pub(crate) enum Failure {
    Problem(Problem),
    Error(Error),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}
