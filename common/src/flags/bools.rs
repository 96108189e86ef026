//! Booleans as Go's `strconv.ParseBool` takes them.

/// Parses `1 t T TRUE true True` and `0 f F FALSE false False`.
pub(super) fn parse(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}
