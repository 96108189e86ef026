//! `$patch` in patches.

use super::MergeError;
use crate::node::Node;

pub(super) const KEY: &str = "$patch";

/// What a patch wants done with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Replace,
    Delete,
    Merge,
}

impl Directive {
    fn parse(text: &str) -> Result<Self, MergeError> {
        match text {
            "replace" => Ok(Self::Replace),
            "delete" => Ok(Self::Delete),
            "merge" => Ok(Self::Merge),
            _ => Err(MergeError::UnknownDirective(text.to_owned())),
        }
    }
}

/// Takes the directive out of a mapping.
pub(super) fn of_map(patch: &mut Node) -> Result<Option<Directive>, MergeError> {
    let Some(value) = patch.get(KEY) else {
        return Ok(None);
    };
    let directive = Directive::parse(value.text())?;
    elide_from_map(patch);
    Ok(Some(directive))
}

pub(super) fn elide_from_map(node: &mut Node) {
    if node.get(KEY).is_some()
        && let Some(map) = node.as_map_mut()
    {
        map.remove(KEY);
    }
}

/// Takes the directive out of a list: an element that holds nothing else.
pub(super) fn of_list(patch: &mut Node) -> Result<Option<Directive>, MergeError> {
    let items = patch.as_seq().unwrap_or_default();
    let Some(element) = items.iter().find(|item| item.get(KEY).is_some()) else {
        return Ok(None);
    };
    if element.as_map().is_some_and(|map| map.len() > 1) {
        return Ok(None);
    }
    let text = element.get(KEY).map_or("", Node::text).to_owned();
    let directive = Directive::parse(&text)?;
    if let Some(items) = patch.as_seq_mut() {
        items.retain(|item| {
            !item.is_null()
                && !item.is_empty_map()
                && item.get(KEY).is_none_or(|value| value.text() != text)
        });
    }
    Ok(Some(directive))
}
