//! Regular expressions as Go writes them (RE2), for a library that reads a slightly different notation.
//!
//! Both know the same machines; they differ in what some letters stand for. What Go means is put in words that the library
//! reads the same way: `\d`, `\w`, `\s` and `\b` are about ASCII, `{` that begins no repetition is a brace, a class has no
//! inner classes and no set operations, `\<` is a less-than sign, and `\Q…\E` quotes.

use regex::{Regex, RegexBuilder};

/// Memory that one expression may take.
const MAX_SIZE: usize = 1 << 20;

/// Compiles an expression.
///
/// # Errors
/// What is wrong with it.
pub fn compile(expression: &str) -> Result<Regex, regex::Error> {
    let translated = translate(expression)
        .map_err(|wrong| regex::Error::Syntax(format!("error parsing regexp: {wrong}")))?;
    RegexBuilder::new(&translated)
        .size_limit(MAX_SIZE)
        .dfa_size_limit(MAX_SIZE)
        .build()
}

fn translate(expression: &str) -> Result<String, &'static str> {
    let mut translation = Translation {
        rest: expression,
        out: String::with_capacity(expression.len() + 16),
    };
    let mut last = Last::Atom;
    while let Some(letter) = translation.next() {
        let repeats = matches!(letter, '*' | '+' | '?')
            || letter == '{' && begins_repetition(translation.rest);
        last = match (last, letter) {
            (Last::Atom, _) if repeats => Last::Repetition,
            // The first question mark behind a repetition makes it lazy.
            (Last::Repetition, '?') => Last::Lazy,
            _ if repeats => return Err("invalid nested repetition operator"),
            _ => Last::Atom,
        };
        match letter {
            '\\' => translation.escape(Place::Outside),
            '[' => translation.class(),
            '(' if translation.has_foreign_flags() => {
                return Err("invalid or unsupported Perl syntax");
            }
            '(' => translation.open(),
            '{' if repeats => translation.repetition(),
            '{' => translation.out.push_str("\\{"),
            other => translation.out.push(other),
        }
    }
    Ok(translation.out)
}

/// What stands before a letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Atom,
    Repetition,
    Lazy,
}

struct Translation<'a> {
    rest: &'a str,
    out: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    InClass,
}

impl Translation<'_> {
    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next();
        self.rest = letters.as_str();
        letter
    }

    /// A parenthesis with what belongs to it, so that its question mark is none of a repetition.
    fn open(&mut self) {
        self.out.push('(');
        if self.rest.starts_with('?') {
            self.next();
            self.out.push('?');
        }
    }

    /// Whether a parenthesis, which was read, sets flags that only the library knows.
    fn has_foreign_flags(&self) -> bool {
        let Some(flags) = self.rest.strip_prefix('?') else {
            return false;
        };
        let flags = flags.split([':', ')', '<']).next().unwrap_or_default();
        !matches!(flags, "P" | "") && flags.contains(|flag| !"imsU-".contains(flag))
    }

    /// A repetition in braces, of which the first was read.
    fn repetition(&mut self) {
        let (inside, rest) = self.rest.split_once('}').unwrap_or((self.rest, ""));
        self.out.push('{');
        self.out.push_str(inside);
        self.out.push('}');
        self.rest = rest;
    }

    /// What follows a backslash.
    fn escape(&mut self, place: Place) {
        match self.next() {
            Some('d') => self.out.push_str("[0-9]"),
            Some('D') => self.out.push_str("[^0-9]"),
            Some('w') => self.out.push_str("[0-9A-Za-z_]"),
            Some('W') => self.out.push_str("[^0-9A-Za-z_]"),
            Some('s') => self.out.push_str("[\\t\\n\\f\\r ]"),
            Some('S') => self.out.push_str("[^\\t\\n\\f\\r ]"),
            Some('b') if place == Place::Outside => self.out.push_str("(?-u:\\b)"),
            Some(plain @ ('<' | '>')) => self.out.push(plain),
            Some('Q') if place == Place::Outside => {
                let (quoted, rest) = match self.rest.split_once("\\E") {
                    Some((quoted, rest)) => (quoted, rest),
                    None => (self.rest, ""),
                };
                self.out.push_str(&regex::escape(quoted));
                self.rest = rest;
            }
            Some(other) => self.out.extend(['\\', other]),
            None => self.out.push('\\'),
        }
    }

    /// A class, whose opening bracket was read.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.starts_with('^') {
            self.next();
            self.out.push('^');
        }
        let mut first = true;
        while let Some(letter) = self.next() {
            match letter {
                ']' if first => self.out.push_str("\\]"),
                ']' => {
                    self.out.push(']');
                    return;
                }
                '\\' => self.escape(Place::InClass),
                '[' => self.bracket(),
                // Twice in a row they are operators of the library.
                '&' | '~' => self.out.extend(['\\', letter]),
                '-' if self.rest.starts_with('-') => self.out.push_str("\\-"),
                other => self.out.push(other),
            }
            first = false;
        }
    }

    /// A bracket inside of a class: a named class, or itself.
    fn bracket(&mut self) {
        let named = self
            .rest
            .strip_prefix(':')
            .and_then(|rest| rest.find(":]"))
            .map(|end| end + 3);
        if let Some((name, rest)) = named.and_then(|end| self.rest.split_at_checked(end)) {
            self.out.push('[');
            self.out.push_str(name);
            self.rest = rest;
        } else {
            self.out.push_str("\\[");
        }
    }
}

/// Whether what follows a brace makes it a repetition: `2}`, `2,}` or `2,3}`.
fn begins_repetition(rest: &str) -> bool {
    let Some((inside, _)) = rest.split_once('}') else {
        return false;
    };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match inside.split_once(',') {
        Some((least, most)) => number(least) && (most.is_empty() || number(most)),
        None => number(inside),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Go 1.26's `regexp.MatchString`, taken down by hand.
    #[test]
    fn e18_expressions_match_as_in_go() {
        for (expression, text, matches) in [
            ("waiting.*socket", "waiting for socket", true),
            ("^waiting", "not waiting", false),
            (r"^\d+$", "12", true),
            (r"^\d+$", "\u{661}", false),
            (r"^\w+$", "caf\u{e9}", false),
            (r"\bfoo\b", "\u{e9}foo", true),
            (r"^[\d.]+$", "1.2", true),
            (r"^[^\d]$", "\u{661}", true),
            ("{app}", "the {app}", true),
            ("a{2}", "aa", true),
            ("a{2,}b{1,2}", "aaab", true),
            ("[[]x", "[x", true),
            ("[]a]+$", "]a", true),
            ("[[:alpha:]_]+$", "ab_", true),
            ("^[a&&b]+$", "a&b", true),
            (r"\<tag\>", "<tag>", true),
            (r"^\Qa.b\E+$", "a.bbb", true),
            (r"^\Qa.b", "axb", false),
            ("(?i)FAILED", "it Failed", true),
            (r"no\s+such", "no\u{a0}such", false),
            ("a$", "a\n", false),
            ("", "anything", true),
            ("a{,3}", "a{,3}", true),
            ("^a+?b??$", "aab", true),
            ("^(?i:ABC)(?P<n>d)(?<m>e)$", "abcde", true),
            (r"^[\w-a]+$", "x-", true),
            ("^[--a]+$", "A", true),
            ("^[^]a]+$", "b", true),
            ("^[[.a.]]$", ".]", true),
        ] {
            let regex = compile(expression).unwrap();
            assert_eq!(regex.is_match(text), matches, "{expression:?} on {text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_compiles_or_is_refused(expression in ".{0,40}", text in ".{0,20}") {
            if let Ok(regex) = compile(&expression) {
                regex.is_match(&text);
            }
        }

        #[test]
        fn a_quoted_text_finds_itself(text in ".{0,40}") {
            let expression = text.chars().fold(String::new(), |all, letter| {
                if letter.is_ascii_punctuation() { format!("{all}\\{letter}") } else { format!("{all}{letter}") }
            });
            proptest::prop_assert!(compile(&expression).unwrap().is_match(&text), "{}", expression);
        }
    }

    #[test]
    fn e18_what_go_refuses_is_refused_and_memory_is_bounded() {
        for expression in [
            "(",
            "a**",
            "[a",
            r"a\",
            "*a",
            "(?=x)",
            r"(a)\1",
            "(?:\\w{500}){500}",
        ] {
            assert!(compile(expression).is_err(), "{expression}");
        }
    }
}
