//! What is wrong with a schema itself, in the words that Helm prints.

use crate::json::JsonError;
use crate::text::quote;

use super::failure::Failure;

/// Why a schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompileError {
    #[error("{0}")]
    Json(JsonError),
    #[error("failing loading {}: {why}", quote(.url))]
    Load { url: String, why: String },
    #[error("error in parsing {}: {why}", quote(.text))]
    InvalidUrl { text: String, why: String },
    #[error("invalid $schema in {}: {why}", quote(.url))]
    InvalidMetaschema { url: String, why: String },
    #[error("draft {} is not supported", quote(.0))]
    UnsupportedDraft(String),
    #[error("error in parsing id at {}", quote(.0))]
    InvalidId(String),
    #[error("error in parsing anchor at {}", quote(.0))]
    InvalidAnchor(String),
    #[error("duplicate id {} in {} at {} and {}", quote(.id), quote(.url), quote(&.pointers.0), quote(&.pointers.1))]
    DuplicateId {
        id: String,
        url: String,
        pointers: (String, String),
    },
    #[error("duplicate anchor {} in {} at {} and {}", quote(.anchor), quote(.url), quote(&.pointers.0), quote(&.pointers.1))]
    DuplicateAnchor {
        anchor: String,
        url: String,
        pointers: (String, String),
    },
    #[error("anchor in {} not found in schema {}", quote(.reference), quote(.url))]
    AnchorNotFound { reference: String, url: String },
    #[error("invalid json-pointer {}", quote(.0))]
    InvalidPointer(String),
    #[error("json-pointer in {} not found", quote(.0))]
    PointerNotFound(String),
    #[error("invalid regex {} at {}: {why}", quote(.pattern), quote(.at))]
    InvalidPattern {
        pattern: String,
        at: String,
        why: String,
    },
    #[error("{} is not valid against metaschema: {failure}", quote(.url))]
    Metaschema { url: String, failure: Box<Failure> },
    #[error("unable to validate schema: {0}")]
    Budget(&'static str),
}
