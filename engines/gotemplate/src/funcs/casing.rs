//! Letters and words: upper and lower case, and names written in one style or another.

use super::unicode::{
    is_digit, is_letter, is_lower, is_number, is_punctuation, is_title, is_upper, to_lower,
    to_title, to_upper,
};
use crate::exec::Functions;
use crate::value::Str;

pub(super) fn add(functions: &mut Functions) {
    functions.add("upper", |text: Str| mapped(&text, to_upper));
    functions.add("lower", |text: Str| mapped(&text, to_lower));
    functions.add("title", |text: Str| title(&text.to_str_lossy()));
    functions.add("untitle", |text: Str| untitle(&text.to_str_lossy()));
    functions.add("swapcase", |text: Str| swap_case(&text.to_str_lossy()));
    functions.add("initials", |text: Str| initials(&text));
    functions.add("camelcase", |text: Str| pascal_case(&text.to_str_lossy()));
    functions.add("snakecase", |text: Str| {
        separated(&text.to_str_lossy(), '_')
    });
    functions.add("kebabcase", |text: Str| {
        separated(&text.to_str_lossy(), '-')
    });
}

fn mapped(text: &Str, map: fn(char) -> char) -> String {
    text.to_str_lossy().chars().map(map).collect()
}

/// The first letter of every word in title case. Anything but letters, digits and underscores ends a word in ASCII; beyond it,
/// only spaces do.
fn title(text: &str) -> String {
    let is_separator = |c: char| {
        if c.is_ascii() {
            return !(c.is_ascii_alphanumeric() || c == '_');
        }
        !is_letter(c) && !is_digit(c) && c.is_whitespace()
    };
    let mut previous = ' ';
    text.chars()
        .map(|c| {
            let starts = is_separator(previous);
            previous = c;
            if starts { to_title(c) } else { c }
        })
        .collect()
}

fn untitle(text: &str) -> String {
    let mut starts = true;
    text.chars()
        .map(|c| {
            if c.is_whitespace() {
                starts = true;
                return c;
            }
            if std::mem::take(&mut starts) {
                to_lower(c)
            } else {
                c
            }
        })
        .collect()
}

fn swap_case(text: &str) -> String {
    let mut starts = true;
    text.chars()
        .map(|c| {
            if is_upper(c) || is_title(c) {
                starts = false;
                to_lower(c)
            } else if is_lower(c) {
                if std::mem::take(&mut starts) {
                    to_title(c)
                } else {
                    to_upper(c)
                }
            } else {
                starts = c.is_whitespace();
                c
            }
        })
        .collect()
}

/// The first byte of every word, taken for a character: so it is upstream.
fn initials(text: &Str) -> String {
    let mut starts = true;
    let mut out = String::new();
    for byte in text.iter() {
        let c = char::from(*byte);
        if c.is_whitespace() {
            starts = true;
        } else if std::mem::take(&mut starts) {
            out.push(c);
        }
    }
    out
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || c.is_whitespace()
}

/// `http_server` to `HttpServer`; connectors at the start stay.
fn pascal_case(text: &str) -> String {
    let start = text.find(|c| !is_connector(c));
    let (mut out, rest) = match start {
        Some(start) => (text[..start].to_owned(), &text[start..]),
        // The last of nothing but connectors comes out twice: so it is upstream.
        None => return text.chars().chain(text.chars().next_back()).collect(),
    };
    let mut chars = rest.chars();
    let Some(first) = chars.next() else {
        return out;
    };
    let mut is_upper_word = is_upper(first);
    let mut current = to_upper(first);
    for next in chars {
        let previous = std::mem::replace(&mut current, next);
        if is_connector(current) && is_connector(previous) {
            out.push(previous);
        } else if is_connector(previous) {
            is_upper_word = is_upper(current);
            current = to_upper(current);
        } else {
            if is_upper_word {
                if is_upper(current) {
                    current = to_lower(current);
                } else {
                    is_upper_word = false;
                }
            }
            out.push(previous);
        }
    }
    out.push(current);
    out
}

/// What a run of characters is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    End,
    Number,
    /// Upper case, or upper case followed by small letters.
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

impl Word {
    fn is_letters_or_number(self) -> bool {
        matches!(self, Self::Letters | Self::Number)
    }

    fn needs_no_connector(self) -> bool {
        matches!(self, Self::Connector | Self::Punctuation)
    }
}

/// Whether `c` is a letter of a script that is written in words.
fn is_alphabet(c: char) -> bool {
    is_letter(c)
        && !matches!(c, '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}')
}

/// The word at the start of `text`, and what follows.
fn next_word(text: &str) -> (Word, &str, &str) {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return (Word::End, "", "");
    };
    let run = |from: usize, belongs: &dyn Fn(char) -> bool| {
        text[from..]
            .find(|c| !belongs(c))
            .map_or(text.len(), |at| from + at)
    };
    let first_end = first.len_utf8();
    let (word, end) = if is_connector(first) {
        (Word::Connector, run(0, &is_connector))
    } else if is_punctuation(first) {
        (Word::Punctuation, run(0, &is_punctuation))
    } else if is_upper(first) {
        let end = match chars.next() {
            Some(second) if is_upper(second) => {
                let end = run(0, &is_upper);
                // In "HTTPStatus" the S belongs to what follows.
                let before = text[..end].chars().next_back().map_or(0, char::len_utf8);
                match text[end..].chars().next() {
                    Some(next) if is_alphabet(next) => end - before,
                    _ => end,
                }
            }
            Some(second) if is_alphabet(second) => {
                run(first_end, &|c| is_alphabet(c) && !is_upper(c))
            }
            _ => first_end,
        };
        (Word::Upper, end)
    } else if is_alphabet(first) {
        (
            Word::Letters,
            run(first_end, &|c| is_alphabet(c) && !is_upper(c)),
        )
    } else if is_number(first) {
        (Word::Number, run(0, &is_number))
    } else {
        let ends = |c: char| is_connector(c) || is_alphabet(c) || is_number(c) || is_punctuation(c);
        (Word::Other, run(first_end, &|c| !ends(c)))
    };
    (word, &text[..end], &text[end..])
}

/// Words in small letters with `connector` between them: `HTTPServer2xx` to `http_server_2xx`.
fn separated(text: &str, connector: char) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            push_lower(&mut out, kind, word, connector);
        }
        let previous = kind;
        let last = word;
        (kind, word, rest) = next_word(rest);
        match previous {
            Word::Number => {
                while kind.is_letters_or_number() {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if kind != Word::End && !kind.needs_no_connector() {
                    out.push(connector);
                }
            }
            Word::Connector => push_lower(&mut out, previous, last, connector),
            Word::Punctuation => {}
            _ if kind != Word::Number => {
                if !kind.needs_no_connector() {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Letters {
                    // The number belongs to the word before it: "Bld4Floor".
                    push_lower(&mut out, Word::Number, number, connector);
                    if !kind.needs_no_connector() {
                        out.push(connector);
                    }
                    continue;
                }
                // Small letters follow, so the number starts a word: "http2xx".
                out.push(connector);
                push_lower(&mut out, Word::Number, number, connector);
                while kind.is_letters_or_number() {
                    push_lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if kind != Word::End && !kind.needs_no_connector() {
                    out.push(connector);
                }
            }
        }
    }
    push_lower(&mut out, kind, word, connector);
    out
}

fn push_lower(out: &mut String, kind: Word, word: &str, connector: char) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.push_str(word);
        return;
    }
    for c in word.chars() {
        out.push(if is_connector(c) {
            connector
        } else if is_upper(c) {
            to_lower(c)
        } else {
            c
        });
    }
}
