//! Regular expressions as Go reads them (`regexp/syntax`).
//!
//! The syntaxes agree on nearly everything. What only Go accepts is rewritten, what only Rust
//! accepts is refused, and classes such as `\d` are those of ASCII.

use std::fmt::Write as _;

use regex::Regex;

/// Compiles a pattern.
///
/// # Errors
///
/// When Go would refuse it, in nearly the same words.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let rewritten = rewrite(pattern)?;
    Regex::new(&rewritten).map_err(|error| {
        let error = error.to_string();
        let cause = error.lines().last().unwrap_or_default().trim();
        let cause = cause.strip_prefix("error: ").unwrap_or(cause);
        format!("error parsing regexp: {cause}: `{pattern}`")
    })
}

fn rewrite(pattern: &str) -> Result<String, String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // Whether the last thing was a repetition, which cannot be repeated.
    let mut repeated = None;
    while let Some(char) = rest.chars().next() {
        let start = rest;
        let mut length = char.len_utf8();
        let mut repetition = false;
        match char {
            '\\' => {
                length = escape(rest, &mut out, Place::Outside)?;
            }
            '[' => {
                length = class(rest, &mut out);
            }
            '(' if rest.starts_with("(?") => {
                if rest[2..]
                    .split([':', ')'])
                    .next()
                    .is_some_and(|flags| flags.contains('x'))
                {
                    return Err(format!(
                        "error parsing regexp: invalid or unsupported Perl syntax: `{}`",
                        &rest[..rest.len().min(3)]
                    ));
                }
                out.push_str("(?");
                length = 2;
            }
            '{' => match bounds(rest) {
                Some(end) => {
                    out.push_str(&rest[..end]);
                    length = end;
                    repetition = true;
                }
                None => out.push_str("\\{"),
            },
            '}' => out.push_str("\\}"),
            '*' | '+' | '?' => {
                out.push(char);
                repetition = true;
            }
            other => out.push(other),
        }
        rest = &rest[length..];
        if repetition {
            if let Some(first) = repeated {
                let first: &str = first;
                let both = &first[..first.len() - rest.len()];
                return Err(format!(
                    "error parsing regexp: invalid nested repetition operator: `{both}`"
                ));
            }
            if let Some(after) = rest.strip_prefix('?') {
                out.push('?');
                rest = after;
            }
            repeated = Some(start);
        } else {
            repeated = None;
        }
    }
    Ok(out)
}

/// The length of `{n}`, `{n,}` or `{n,m}`; braces around anything else stand for themselves.
fn bounds(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let inside = &text[1..end];
    let valid = match inside.split_once(',') {
        None => is_number(inside),
        Some((low, high)) => is_number(low) && (high.is_empty() || is_number(high)),
    };
    valid.then_some(end + 1)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    InClass,
}

/// Rewrites what follows a backslash; gives its length.
fn escape(text: &str, out: &mut String, place: Place) -> Result<usize, String> {
    let Some(char) = text[1..].chars().next() else {
        return Err("error parsing regexp: trailing backslash at end of expression: ``".into());
    };
    let length = 1 + char.len_utf8();
    let ascii = match char {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => r"[\t\n\f\r ]",
        'S' => r"[^\t\n\f\r ]",
        'b' if place == Place::Outside => r"(?-u:\b)",
        'B' if place == Place::Outside => r"(?-u:\B)",
        'Q' if place == Place::Outside => {
            let quoted = &text[2..];
            let (literal, end) = match quoted.split_once("\\E") {
                Some((literal, _)) => (literal, 2 + literal.len() + 2),
                None => (quoted, text.len()),
            };
            out.push_str(&regex::escape(literal));
            return Ok(end);
        }
        'A' | 'z' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' | 'p' | 'P' => {
            out.push_str(&text[..length]);
            return Ok(length);
        }
        // Octal numbers.
        '0'..='7' if char == '0' || text[2..].starts_with(|next: char| next.is_digit(8)) => {
            let digits = text[1..].bytes().take(3);
            let digits = digits
                .take_while(|byte| (b'0'..=b'7').contains(byte))
                .count();
            let code = u32::from_str_radix(&text[1..=digits], 8).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{{{code:x}}}");
            return Ok(1 + digits);
        }
        other if other.is_ascii_punctuation() => {
            if matches!(other, '<' | '>') {
                out.push(other);
            } else {
                out.push_str(&text[..length]);
            }
            return Ok(length);
        }
        _ => {
            return Err(format!(
                "error parsing regexp: invalid escape sequence: `{}`",
                &text[..length]
            ));
        }
    };
    out.push_str(ascii);
    Ok(length)
}

/// Rewrites a class in brackets; gives its length.
fn class(text: &str, out: &mut String) -> usize {
    out.push('[');
    let mut at = 1;
    if text[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    let mut first = true;
    while let Some(char) = text[at..].chars().next() {
        match char {
            ']' if !first => {
                out.push(']');
                return at + 1;
            }
            '[' if text[at..].starts_with("[:") && text[at..].contains(":]") => {
                let end = text[at..].find(":]").map_or(at + 2, |end| at + end + 2);
                out.push_str(&text[at..end]);
                at = end;
                first = false;
                continue;
            }
            '\\' => {
                let mut escaped = String::new();
                match escape(&text[at..], &mut escaped, Place::InClass) {
                    Ok(length) => {
                        out.push_str(&escaped);
                        at += length;
                        first = false;
                        continue;
                    }
                    // Left for the compiler to refuse.
                    Err(_) => out.push('\\'),
                }
            }
            // Rust knows nested classes and operators on them.
            '[' | '&' | '~' => {
                out.push('\\');
                out.push(char);
            }
            ']' => out.push_str("\\]"),
            other => out.push(other),
        }
        at += char.len_utf8();
        first = false;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap().is_match(text)
    }

    #[test]
    fn braces_that_repeat_nothing_stand_for_themselves() {
        assert!(matches("^${X}$", "${X}") || !matches("^a${X}$", "a"));
        assert!(matches("^a{X}$", "a{X}"));
        assert!(matches("^a{2}$", "aa"));
        assert!(matches("^a{,2}$", "a{,2}"));
    }

    #[test]
    fn classes_are_of_ascii_and_do_not_nest() {
        assert!(!matches(r"^\d$", "٣"));
        assert!(matches(r"^[\w.-]+$", "a.b-c"));
        assert!(matches("^[[a]+$", "[a"));
        assert!(matches("^[a&&b]+$", "a&b"));
        assert!(matches("^[[:alpha:]]+$", "ab"));
        assert!(matches("^[]a]+$", "]a"));
    }

    #[test]
    fn quoted_text_is_literal() {
        assert!(matches(r"^\Qa.b\E+$", "a.bb"));
        assert!(!matches(r"^\Qa.b\E$", "axb"));
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for (pattern, phrase) in [
            ("a**", "invalid nested repetition operator: `**`"),
            ("*a", "error parsing regexp"),
            (r"\y", r"invalid escape sequence: `\y`"),
            ("(?x)a", "invalid or unsupported Perl syntax"),
            ("[a", "error parsing regexp"),
            ("(a", "error parsing regexp"),
        ] {
            let error = compile(pattern).unwrap_err();
            assert!(error.contains(phrase), "{pattern}: {error}");
        }
    }
}
