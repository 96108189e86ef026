//! What is wrong with a text, in Helm's words.

use yaml::Value;

use super::{MAX_INDEX, MAX_NESTED_NAMES};
use crate::text::{go_type, quote};

/// Why a text could not be parsed, or not be applied to the values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text ends behind a name.
    #[error("key {} has no value", quote(.0))]
    NoValue(String),
    /// A comma stands where `=` should.
    #[error("key {} has no value (cannot end with ,)", quote(.0))]
    EndsWithComma(String),
    /// A path ends with a dot and nothing.
    #[error("key map {} has no value", quote(.0))]
    EmptyMap(String),
    /// More names in a path than allowed.
    #[error(
        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAMES}"
    )]
    TooNested,
    /// The text between brackets is no integer.
    #[error("error parsing index: strconv.Atoi: parsing {}: invalid syntax", quote(.0))]
    IndexSyntax(String),
    /// The integer between brackets does not fit.
    #[error("error parsing index: strconv.Atoi: parsing {}: value out of range", quote(.0))]
    IndexRange(String),
    /// An index below zero.
    #[error("negative {0} index not allowed")]
    IndexNegative(i64),
    /// An index above [`MAX_INDEX`].
    #[error("index of {0} is greater than maximum supported index of {MAX_INDEX}")]
    IndexTooLarge(i64),
    /// Something between `]` and the next `[`, `.` or `=`; holds the characters as Go shows them.
    #[error("unexpected data at end of array index: {0}")]
    BehindIndex(String),
    /// A list without its closing brace.
    #[error("list must terminate with '}}'")]
    OpenList,
    /// A path goes through a value that is no mapping, or no list.
    #[error("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}")]
    WrongKind {
        /// Go's name of the type that is there.
        found: &'static str,
        /// Go's name of the type that the path needs.
        wanted: &'static str,
    },
    /// A value of `--set-json` is no JSON.
    #[error("{0}")]
    Json(String),
    /// A file could not be read.
    #[error("{0}")]
    File(String),
    /// The lists of one text grow beyond the budget.
    #[error("lists with more than {0} items in all are not supported: use a values file")]
    TooManyItems(usize),
    /// Indices and names nest beyond the budget.
    #[error("more than {0} levels of indices are not supported: use a values file")]
    TooDeep(usize),
    /// A `--set-json` with a whole object could not be parsed.
    #[error("failed parsing --set-json data JSON: {0}")]
    JsonObject(String),
    /// A `--set-json` could not be parsed or applied.
    #[error("failed parsing --set-json data {0}")]
    JsonFlag(String),
    /// Any other flag could not be parsed or applied.
    #[error("failed parsing {flag} data: {source}")]
    Flag {
        /// The flag, with its dashes.
        flag: &'static str,
        /// What is wrong.
        source: Box<Error>,
    },
}

impl Error {
    /// A path needs a mapping and finds `found`.
    pub(super) fn not_a_map(found: &Value) -> Self {
        Self::WrongKind {
            found: go_type(found),
            wanted: "map[string]interface {}",
        }
    }

    /// A path needs a list and finds `found`.
    pub(super) fn not_a_list(found: &Value) -> Self {
        Self::WrongKind {
            found: go_type(found),
            wanted: "[]interface {}",
        }
    }
}
