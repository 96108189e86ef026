//! Documents that a schema points to. The metaschemas are at hand; nothing is ever fetched.

use crate::json::{self, Json};
use crate::text::quote;

use super::draft::Draft;
use super::error::CompileError;
use super::metaschema;
use super::url::{Url, split_fragment, unescape};

/// The document at `url`.
pub(super) fn load(url: &str) -> Result<Json, CompileError> {
    if let Some(text) = metaschema::text(url) {
        return json::parse(text.as_bytes()).map_err(CompileError::Json);
    }
    let failed = |why: String| CompileError::Load {
        url: url.to_owned(),
        why,
    };
    let parsed = Url::parse(url).map_err(failed)?;
    match parsed.scheme.as_str() {
        // Helm lets these pass when nobody resolves them.
        "urn" => Ok(Json::Bool(true)),
        "file" => Err(failed(format!(
            "open {}: no such file or directory",
            unescape(&parsed.path).unwrap_or_default()
        ))),
        "http" | "https" => Err(failed(format!(
            "HTTP request failed for {url}: Get {}: remote references are not fetched",
            quote(url)
        ))),
        _ => Err(failed(format!(
            "no URLLoader registered for {}",
            quote(url)
        ))),
    }
}

/// The draft that `name`, the `$schema` of the schema at `pointer` in `url`, stands for.
pub(super) fn draft_of(name: &str, url: &str, pointer: &str) -> Result<Draft, CompileError> {
    if let Some(draft) = Draft::from_url(name) {
        return Ok(draft);
    }
    let address = split_fragment(name).0;
    Url::parse(address).map_err(|why| CompileError::InvalidMetaschema {
        url: format!("{url}#{pointer}"),
        why,
    })?;
    if pointer.is_empty() && address == url {
        return Err(CompileError::UnsupportedDraft(address.to_owned()));
    }
    let document = load(address)?;
    let next = document
        .as_object()
        .and_then(|entries| entries.get("$schema"))
        .and_then(Json::as_str);
    // What can be loaded is a metaschema, and names its draft.
    Ok(next.and_then(Draft::from_url).unwrap_or(Draft::LATEST))
}
