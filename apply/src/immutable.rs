//! Errors that only a new object cures (compat K14.9).

use crate::cluster::ApiError;

/// Whether a dry-run failed because a field may not change: a conflict, an invalid object, or a text that says
/// so, as admission webhooks and CEL rules do.
pub(crate) fn is_immutable(error: &ApiError) -> bool {
    error.is_conflict() || error.is_invalid() || says_immutable(&error.to_string())
}

/// `is immutable` or `immutable field`, with any one whitespace between the words.
fn says_immutable(text: &str) -> bool {
    let word = "immutable";
    text.match_indices(word).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + word.len()..]);
        let preceded = before
            .strip_suffix(|c: char| c.is_ascii_whitespace())
            .is_some_and(|before| before.ends_with("is"));
        let followed = after
            .strip_prefix(|c: char| c.is_ascii_whitespace())
            .is_some_and(|after| after.starts_with("field"));
        preceded || followed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k14_9_conflict_invalid_and_texts_about_immutable_fields() {
        let denied = |text: &str| ApiError::status(403, "Forbidden", text);
        assert!(is_immutable(&ApiError::status(409, "Conflict", "x")));
        assert!(is_immutable(&ApiError::status(422, "Invalid", "x")));
        assert!(is_immutable(&denied("spec.selector: field is immutable")));
        assert!(is_immutable(&denied("cannot change immutable field x")));
        assert!(!is_immutable(&denied("immutability is a virtue")));
        assert!(!is_immutable(&ApiError::Transport(
            "connection refused".into()
        )));
    }
}
