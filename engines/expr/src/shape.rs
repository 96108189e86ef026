//! A look at the source before the parser sees it.
//!
//! Parser and interpreter descend one call per level of the expression, so its levels are bounded first: by brackets that
//! are open at once, and by operators and selections, which nest to the left.

/// How many brackets may be open at once.
const MAX_OPEN: usize = 40;
/// How many operators, selections and separators an expression may have.
const MAX_OPERATORS: usize = 400;

/// Is the expression small enough to descend into?
pub(crate) fn is_modest(source: &str) -> bool {
    let mut open = 0_usize;
    let mut operators = 0;
    let mut rest = source.bytes().peekable();
    let mut quote: Option<u8> = None;
    while let Some(byte) = rest.next() {
        if let Some(delimiter) = quote {
            match byte {
                b'\\' => drop(rest.next()),
                _ if byte == delimiter => quote = None,
                _ => {}
            }
            continue;
        }
        match byte {
            b'\'' | b'"' => quote = Some(byte),
            b'(' | b'[' | b'{' => {
                open += 1;
                operators += 1;
            }
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'&' | b'|' | b'=' | b'<' | b'>' if rest.next_if_eq(&byte).is_some() => operators += 1,
            _ if byte.is_ascii_punctuation() && byte != b'_' => operators += 1,
            b'i' if rest.next_if_eq(&b'n').is_some() => operators += 1,
            _ => {}
        }
        if open > MAX_OPEN || operators > MAX_OPERATORS {
            return false;
        }
    }
    true
}
