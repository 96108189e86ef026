//! Classes of characters, as the emitter sees them.

/// Whether `char` needs no escape: printable in the first 16 bits of Unicode, or a line feed. The
/// byte order mark does not count as printable.
pub(super) fn is_printable(char: char) -> bool {
    matches!(char,
        '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether `char` ends a line.
pub(super) fn is_break(char: char) -> bool {
    matches!(char, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether `char` is a space or a tab.
pub(super) fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t')
}
