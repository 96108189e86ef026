//! Patterns over one path segment, with the syntax of Go's `path/filepath.Match` on Unix:
//! `*` any run, `?` one character, `[a-z]` and `[^a-z]` classes, `\` takes the next character as it is.
//!
//! A segment never holds a `/`; for whole paths, where `*` and `?` stop at one, there is
//! [`Glob::matches_path`].

/// A pattern for one path segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// `*`
    Run,
    /// `?`
    Any,
    Byte(u8),
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// The pattern cannot be parsed: an open or empty class, a range without its end, or a trailing `\`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

impl Glob {
    /// Parses a pattern.
    pub fn parse(pattern: &[u8]) -> Result<Self, BadPattern> {
        let mut rest = pattern;
        let mut parts = Vec::with_capacity(pattern.len());
        while let Some((&first, tail)) = rest.split_first() {
            rest = tail;
            match first {
                b'*' => {
                    if parts.last() != Some(&Part::Run) {
                        parts.push(Part::Run);
                    }
                }
                b'?' => parts.push(Part::Any),
                b'[' => parts.push(parse_class(&mut rest)?),
                b'\\' => {
                    let (&literal, tail) = rest.split_first().ok_or(BadPattern)?;
                    rest = tail;
                    parts.push(Part::Byte(literal));
                }
                literal => parts.push(Part::Byte(literal)),
            }
        }
        Ok(Self { parts })
    }

    /// Whether the whole of `name`, one path segment, matches.
    pub fn matches(&self, name: &[u8]) -> bool {
        self.matches_within(name, None)
    }

    /// Whether the whole of `path` matches, where `*` and `?` take no `/`.
    pub fn matches_path(&self, path: &[u8]) -> bool {
        self.matches_within(path, Some(b'/'))
    }

    /// Matches with `separator` out of the reach of wildcards.
    fn matches_within(&self, name: &[u8], separator: Option<u8>) -> bool {
        // Greedy with one point to return to: the last `*` seen takes one character more each time.
        let (mut part, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let step = match self.parts.get(part) {
                Some(Part::Run) => {
                    retry = Some((part + 1, at));
                    part += 1;
                    continue;
                }
                Some(Part::Any) if name.get(at).copied() == separator => None,
                Some(other) => other.consume(&name[at..]),
                None if at == name.len() => return true,
                None => None,
            };
            if let Some(width) = step {
                part += 1;
                at += width;
                continue;
            }
            match retry {
                Some((after, from)) if from < name.len() && Some(name[from]) != separator => {
                    retry = Some((after, from + 1));
                    part = after;
                    at = from + 1;
                }
                _ => return false,
            }
        }
    }
}

impl Part {
    /// How many bytes of `name` this part takes, `None` if it does not match.
    fn consume(&self, name: &[u8]) -> Option<usize> {
        let first = *name.first()?;
        match self {
            Self::Run => None,
            Self::Byte(byte) => (first == *byte).then_some(1),
            Self::Any => Some(decode(name)?.1),
            Self::Class { negated, ranges } => {
                let (found, width) = decode(name)?;
                let inside = ranges
                    .iter()
                    .any(|(low, high)| (*low..=*high).contains(&found));
                (inside != *negated).then_some(width)
            }
        }
    }
}

fn parse_class(rest: &mut &[u8]) -> Result<Part, BadPattern> {
    let mut negated = false;
    if let Some(tail) = rest.strip_prefix(b"^") {
        negated = true;
        *rest = tail;
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty()
            && let Some(tail) = rest.strip_prefix(b"]")
        {
            *rest = tail;
            return Ok(Part::Class { negated, ranges });
        }
        let low = class_char(rest)?;
        let high = match rest.strip_prefix(b"-") {
            Some(tail) => {
                *rest = tail;
                class_char(rest)?
            }
            None => low,
        };
        ranges.push((low, high));
    }
}

/// One character of a class; what follows it must at least be the closing bracket.
fn class_char(rest: &mut &[u8]) -> Result<char, BadPattern> {
    match rest.first() {
        None | Some(b'-' | b']') => return Err(BadPattern),
        Some(b'\\') => *rest = &rest[1..],
        Some(_) => {}
    }
    let (found, width) = decode(rest).ok_or(BadPattern)?;
    if found == char::REPLACEMENT_CHARACTER && width == 1 {
        return Err(BadPattern);
    }
    *rest = &rest[width..];
    if rest.is_empty() {
        Err(BadPattern)
    } else {
        Ok(found)
    }
}

/// The first character of `bytes` and its width; a byte that is no UTF-8 counts as one replacement character.
fn decode(bytes: &[u8]) -> Option<(char, usize)> {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(found) => Some((found, found.len_utf8())),
        None => bytes.first().map(|_| (char::REPLACEMENT_CHARACTER, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stop_at_the_separator_of_a_path() {
        for (pattern, path, expected) in [
            ("templates/*.yaml", "templates/a.yaml", true),
            ("templates/*.yaml", "templates/sub/a.yaml", false),
            ("*/a.yaml", "templates/a.yaml", true),
            ("templates?a.yaml", "templates/a.yaml", false),
            ("*", "a/b", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxb/yyc", false),
        ] {
            let glob = Glob::parse(pattern.as_bytes()).unwrap();
            assert_eq!(
                glob.matches_path(path.as_bytes()),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[track_caller]
    fn check(pattern: &str, name: &str, expected: Result<bool, BadPattern>) {
        let actual = Glob::parse(pattern.as_bytes()).map(|glob| glob.matches(name.as_bytes()));
        assert_eq!(actual, expected, "pattern {pattern:?}, name {name:?}");
    }

    #[test]
    fn follows_the_table_of_the_original() {
        for (pattern, name, expected) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "a", true),
            ("a*", "abc", true),
            ("a*b*c*d*e*", "axbxcxdxe", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[e-g]", "abc", false),
            ("ab[^c]", "abc", false),
            ("ab[^e-g]", "abc", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "ab", false),
            ("a?b", "a\u{263a}b", true),
            ("a[^a]b", "a\u{263a}b", true),
            ("a???b", "a\u{263a}b", false),
            ("a[^a][^a][^a]b", "a\u{263a}b", false),
            ("[a-\u{3b6}]*", "\u{3b1}", true),
            ("*[a-\u{3b6}]", "A", false),
            ("[\\]a]", "]", true),
            ("[\\-]", "-", true),
            ("[x\\-]", "x", true),
            ("[x\\-]", "z", false),
            ("[\\-x]", "a", false),
            ("*x", "xxx", true),
            ("**", "abc", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
        ] {
            check(pattern, name, Ok(expected));
        }
    }

    #[test]
    fn refuses_what_the_original_refuses() {
        for pattern in [
            "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "\\", "a\\", "[a",
            "[a-",
        ] {
            check(pattern, "a", Err(BadPattern));
        }
    }

    #[test]
    fn bytes_that_are_no_text_count_one_each() {
        let glob = Glob::parse(b"a?b").unwrap();
        assert!(glob.matches(b"a\xffb"));
        assert!(!glob.matches(b"a\xff\xffb"));
    }
}
