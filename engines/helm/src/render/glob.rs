//! Patterns over paths, with the syntax and meaning of gobwas/glob with `/` as separator.

/// A pattern: `*` and `?` stop at `/`, `**` does not, `[abc]`, `[!a-z]`, `{one,two}`, `\` before a
/// character that stands for itself.
#[derive(Debug)]
pub(crate) struct Glob(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `**`
    Super,
    List {
        negated: bool,
        chars: Vec<char>,
    },
    Range {
        negated: bool,
        from: char,
        to: char,
    },
    Either(Vec<Vec<Part>>),
}

/// Braces inside one another that are read.
const MAX_DEPTH: usize = 32;

impl Glob {
    /// Reads a pattern; nothing when it has no meaning.
    pub fn parse(pattern: &str) -> Option<Self> {
        let chars: Vec<char> = pattern.chars().collect();
        let mut reader = Reader { chars, at: 0 };
        let mut alternatives = reader.alternatives(0)?;
        alternatives.pop().map(Self)
    }

    /// Whether the whole of `path` matches.
    pub fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let mut ends = vec![false; path.len() + 1];
        ends[0] = true;
        advance(&self.0, &path, &ends)[path.len()]
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let found = self.chars.get(self.at).copied();
        self.at += usize::from(found.is_some());
        found
    }

    /// Patterns up to the closing brace, or to the end at depth 0, where a comma is text.
    fn alternatives(&mut self, depth: usize) -> Option<Vec<Vec<Part>>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![Vec::new()];
        loop {
            let Some(c) = self.next() else {
                // An open brace reaches to the end.
                return Some(all);
            };
            let part = match c {
                '{' => Part::Either(self.alternatives(depth + 1)?),
                '}' if depth > 0 => return Some(all),
                ',' if depth > 0 => {
                    all.push(Vec::new());
                    continue;
                }
                '?' => Part::One,
                '*' if self.chars.get(self.at) == Some(&'*') => {
                    self.at += 1;
                    Part::Super
                }
                '*' => Part::Any,
                '[' => self.class()?,
                '\\' => match self.next() {
                    Some(c) => Part::Text(c),
                    None => continue,
                },
                c => Part::Text(c),
            };
            all.last_mut()?.push(part);
        }
    }

    fn class(&mut self) -> Option<Part> {
        let negated = self.chars.get(self.at) == Some(&'!');
        self.at += usize::from(negated);
        if self.chars.get(self.at + 1) == Some(&'-') {
            let from = self.next()?;
            self.at += 1;
            let to = self.next()?;
            if self.next()? != ']' || to < from {
                return None;
            }
            return Some(Part::Range { negated, from, to });
        }
        let mut chars = Vec::new();
        loop {
            match self.next()? {
                ']' if chars.is_empty() => return None,
                ']' => return Some(Part::List { negated, chars }),
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
        }
    }
}

/// Where a match of `parts` can end when it may start at any place that `starts` marks.
fn advance(parts: &[Part], path: &[char], starts: &[bool]) -> Vec<bool> {
    let mut here = starts.to_vec();
    for part in parts {
        let mut next = vec![false; here.len()];
        match part {
            Part::Any | Part::Super => {
                let mut open = false;
                for at in 0..here.len() {
                    if at > 0 && path[at - 1] == '/' && matches!(part, Part::Any) {
                        open = false;
                    }
                    open |= here[at];
                    next[at] = open;
                }
            }
            Part::Either(alternatives) => {
                for alternative in alternatives {
                    for (at, end) in advance(alternative, path, &here).into_iter().enumerate() {
                        next[at] |= end;
                    }
                }
            }
            single => {
                for (at, c) in path.iter().enumerate() {
                    next[at + 1] = here[at] && single.takes(*c);
                }
            }
        }
        here = next;
    }
    here
}

impl Part {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Text(own) => *own == c,
            Self::One => c != '/',
            Self::List { negated, chars } => chars.contains(&c) != *negated,
            Self::Range { negated, from, to } => (*from..=*to).contains(&c) != *negated,
            Self::Any | Self::Super | Self::Either(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_lists_and_alternatives_match_as_gobwas_has_them() {
        for (pattern, path, expected) in [
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "d/a.yaml", false),
            ("**.yaml", "d/a.yaml", true),
            ("d/**", "d/e/f", true),
            ("d/**", "d", false),
            ("d/*", "d/e/f", false),
            ("?", "/", false),
            ("a?c", "abc", true),
            ("[abc].txt", "b.txt", true),
            ("[!abc].txt", "b.txt", false),
            ("[a-c]", "d", false),
            ("{a,b/*}.txt", "b/x.txt", true),
            ("{a,{b,c}}d", "cd", true),
            ("a,b", "a,b", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
        ] {
            let glob = Glob::parse(pattern).unwrap();
            assert_eq!(glob.matches(path), expected, "{pattern} {path}");
        }
        for pattern in ["[", "[a", "[z-a]", "[a-bc]", "[]"] {
            assert!(Glob::parse(pattern).is_none(), "{pattern}");
        }
    }
}
