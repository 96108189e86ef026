//! Which styles can hold a text (`emitterc.go`, `yaml_emitter_analyze_scalar`).

use super::chars::{is_blank, is_break, is_printable};
use crate::Grammar;

/// Bytes that mean nothing behind the first place of a text: printable ASCII without spaces and
/// without the indicators that count in the middle.
const ORDINARY: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0x21;
    while byte < 0x7F {
        table[byte as usize] =
            !matches!(byte, b'#' | b',' | b'?' | b'[' | b']' | b'{' | b'}' | b':');
        byte += 1;
    }
    table
};

/// The styles that can hold a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent answers about one text"
)]
pub(crate) struct Analysis {
    /// The text has line breaks.
    pub multiline: bool,
    /// It can be plain inside brackets.
    pub flow_plain: bool,
    /// It can be plain outside of them.
    pub block_plain: bool,
    /// It can be in single quotes.
    pub single_quoted: bool,
    /// It can be a literal or folded block.
    pub block: bool,
}

impl Analysis {
    /// Looks at every character of `text` once.
    pub fn of(text: &str, grammar: Grammar) -> Self {
        let mut found = Self {
            multiline: false,
            flow_plain: true,
            block_plain: true,
            single_quoted: true,
            block: true,
        };
        if text.is_empty() {
            return Self {
                flow_plain: false,
                block: false,
                ..found
            };
        }
        if text.starts_with("---") || text.starts_with("...") {
            found.no_plain();
        }
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut after_space = true;
        let (mut previous_space, mut previous_break) = (false, false);
        while let Some(byte) = bytes.get(at) {
            let first = at == 0;
            if !first && ORDINARY[usize::from(*byte)] {
                let run = bytes[at..]
                    .iter()
                    .position(|byte| !ORDINARY[usize::from(*byte)]);
                at = run.map_or(bytes.len(), |run| at + run);
                (after_space, previous_space, previous_break) = (false, false, false);
                continue;
            }
            let char = match byte {
                0..=0x7F => char::from(*byte),
                _ => text[at..].chars().next().unwrap_or_default(),
            };
            at += char.len_utf8();
            let next = bytes.get(at).copied();
            let before_space = matches!(next, None | Some(b' ' | b'\t'));
            match char {
                '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' | ',' | '['
                | ']' | '{' | '}'
                    if first =>
                {
                    found.no_plain();
                }
                '-' | '?' if first && before_space => found.no_plain(),
                ':' if before_space => found.no_plain(),
                '#' if after_space => found.no_plain(),
                ',' | '?' | '[' | ']' | '{' | '}' | ':' => found.flow_plain = false,
                '\t' if grammar == Grammar::V3 => {
                    found.no_plain();
                    found.single_quoted = false;
                }
                char if !is_printable(char) => found.only_double_quoted(),
                _ => {}
            }
            let space = char == ' ';
            let line_break = is_break(char);
            if space || line_break {
                if first || next.is_none() {
                    found.no_plain();
                }
                if space && next.is_none() {
                    found.block = false;
                }
                if space && previous_break {
                    found.no_plain();
                    found.single_quoted = false;
                }
                if line_break {
                    found.multiline = true;
                    found.no_plain();
                    if previous_space {
                        found.only_double_quoted();
                    }
                }
            }
            previous_space = space;
            previous_break = line_break;
            after_space = line_break || is_blank(char) || char == '\0';
        }
        found
    }

    fn no_plain(&mut self) {
        self.flow_plain = false;
        self.block_plain = false;
    }

    fn only_double_quoted(&mut self) {
        self.no_plain();
        self.single_quoted = false;
        self.block = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> bool {
        Analysis::of(text, Grammar::V2).block_plain
    }

    #[test]
    fn indicators_forbid_plain_where_they_would_be_read_as_such() {
        for text in [
            "a",
            "a b",
            "a:b",
            "a#b",
            "-a",
            "?a",
            ":a",
            "a,b",
            "[a".get(1..).unwrap(),
            "a{}",
        ] {
            assert!(plain(text), "{text}");
        }
        for text in [
            "- a", "-", "? a", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">", "'a", "\"a",
            "%a", "@a", "`a", "[a", "{a", ",a", "---", "--- a", "...", " a", "a ", "a\tb", "a\nb",
        ] {
            assert!(!plain(text), "{text}");
        }
        assert!(!Analysis::of("a,b", Grammar::V2).flow_plain);
    }

    #[test]
    fn a_tab_may_stand_in_a_block_from_v3_on() {
        assert!(!Analysis::of("a\n\tb", Grammar::V2).block);
        assert!(Analysis::of("a\n\tb", Grammar::V3).block);
        assert!(!Analysis::of("a\tb", Grammar::V3).single_quoted);
    }

    #[test]
    fn spaces_at_line_ends_and_special_characters_need_double_quotes() {
        for text in [
            "a \nb",
            "a\u{7}b",
            "a\u{1f600}b",
            "a\u{feff}",
            "a\rb",
            "a\u{85}b",
        ] {
            let found = Analysis::of(text, Grammar::V2);
            assert!(!found.single_quoted && !found.block, "{text:?}");
        }
        assert!(!Analysis::of("a\nb ", Grammar::V2).block);
        assert!(Analysis::of("a\u{2028}b", Grammar::V2).block);
    }
}
