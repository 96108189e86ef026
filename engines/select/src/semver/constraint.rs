//! Version ranges: terms joined by comma or space must all hold, `||` separates alternatives.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::Version;

/// A parsed range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    source: String,
    alternatives: Vec<Alternative>,
}

/// Terms that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alternative {
    terms: Vec<Term>,
    /// Prereleases are looked at only if a term of this group names one.
    prereleases: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    operator: Operator,
    version: Version,
    precision: Precision,
}

/// Up to which number the version of a term is given; the rest is `x` or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Precision {
    None,
    Major,
    Minor,
    Patch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// The text is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("improper constraint: \"{0}\"")]
pub struct ConstraintError(pub String);

impl Constraint {
    /// Parses a range such as `>=1.2 <2 || ~3.1.x` or `1.2 - 1.4.5`.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        let alternatives = text
            .split("||")
            .map(|group| Alternative::parse(group).ok_or_else(|| ConstraintError(group.to_owned())))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            source: text.to_owned(),
            alternatives,
        })
    }

    /// Whether `version` lies in the range.
    pub fn allows(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|group| {
            (group.prereleases || !version.is_prerelease())
                && group.terms.iter().all(|term| term.allows(version))
        })
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Alternative {
    fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim_start();
        let mut terms = Vec::new();
        // A hyphen range counts as separated from what follows, but only a comma (or the start) may come before it.
        let mut separator = Separator::Start;
        loop {
            let (parsed, was_range, after) = parse_term(rest)?;
            if was_range && separator == Separator::Space {
                return None;
            }
            terms.extend(parsed);
            let trimmed = after.trim_start();
            if trimmed.is_empty() {
                let prereleases = terms.iter().any(|term| term.version.is_prerelease());
                return Some(Self { terms, prereleases });
            }
            (separator, rest) = match trimmed.strip_prefix(',') {
                Some(tail) => (Separator::Comma, tail.trim_start()),
                None if was_range || trimmed.len() < after.len() => (Separator::Space, trimmed),
                None => return None,
            };
        }
    }
}

#[derive(PartialEq, Eq)]
enum Separator {
    Start,
    Comma,
    Space,
}

/// Reads one comparison, or a hyphen range as its two; tells which, and what is left.
fn parse_term(text: &str) -> Option<(Vec<Term>, bool, &str)> {
    let (operator, rest) = Operator::parse(text);
    let (version, precision, after) = parse_version(rest.trim_start())?;
    if let Some((high, high_precision, tail)) = hyphen_range(after) {
        // An operator in front of a range makes no sense, and is refused.
        if rest.len() < text.len() {
            return None;
        }
        let low = Term {
            operator: Operator::GreaterOrEqual,
            version,
            precision,
        };
        let high = Term {
            operator: Operator::LessOrEqual,
            version: high,
            precision: high_precision,
        };
        return Some((vec![low, high], true, tail));
    }
    Some((
        vec![Term {
            operator,
            version,
            precision,
        }],
        false,
        after,
    ))
}

/// The upper end of ` - <version>`.
fn hyphen_range(text: &str) -> Option<(Version, Precision, &str)> {
    let hyphen = text.trim_start();
    if hyphen.len() == text.len() {
        return None;
    }
    let tail = hyphen.strip_prefix('-')?;
    let version = tail.trim_start();
    if version.len() == tail.len() {
        return None;
    }
    parse_version(version)
}

/// Reads a version in which a number may be `x`, `X`, `*` or missing.
fn parse_version(text: &str) -> Option<(Version, Precision, &str)> {
    let unprefixed = text.strip_prefix('v').unwrap_or(text);
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*');
    let is_identifier = |c: char| c.is_ascii_alphanumeric() || c == '-';

    let (major, mut rest) = take_while(unprefixed, is_number)?;
    let mut numbers = vec![major];
    while numbers.len() < 3
        && let Some(tail) = rest.strip_prefix('.')
        && let Some((number, tail)) = take_while(tail, is_number)
    {
        numbers.push(number);
        rest = tail;
    }
    let (pre, rest) = take_suffix(rest, '-', is_identifier);
    let (_, rest) = take_suffix(rest, '+', is_identifier);

    let given = numbers
        .iter()
        .position(|n| is_wildcard(n))
        .unwrap_or(numbers.len());
    let precision = match given {
        0 => Precision::None,
        1 => Precision::Major,
        2 => Precision::Minor,
        _ => Precision::Patch,
    };
    let mut canonical = numbers[..given].join(".");
    if canonical.is_empty() {
        canonical.push('0');
    }
    let version = Version::parse(&format!("{canonical}{pre}")).ok()?;
    Some((version, precision, rest))
}

fn is_wildcard(number: &str) -> bool {
    matches!(number, "x" | "X" | "*")
}

/// The longest non-empty run of characters that satisfy `is_part`, and what follows.
fn take_while(text: &str, is_part: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `<lead>identifier[.identifier]*` if it stands here, with its lead.
fn take_suffix(text: &str, lead: char, is_part: impl Fn(char) -> bool + Copy) -> (&str, &str) {
    let mut end = 0;
    let mut rest = text;
    let mut expected = lead;
    while let Some(tail) = rest.strip_prefix(expected)
        && let Some((part, tail)) = take_while(tail, is_part)
    {
        end += 1 + part.len();
        rest = tail;
        expected = '.';
    }
    text.split_at(end)
}

impl Operator {
    fn parse(text: &str) -> (Self, &str) {
        const OPERATORS: &[(&str, Operator)] = &[
            ("!=", Operator::NotEqual),
            (">=", Operator::GreaterOrEqual),
            ("=>", Operator::GreaterOrEqual),
            ("<=", Operator::LessOrEqual),
            ("=<", Operator::LessOrEqual),
            ("~>", Operator::Tilde),
            ("=", Operator::Equal),
            (">", Operator::Greater),
            ("<", Operator::Less),
            ("~", Operator::Tilde),
            ("^", Operator::Caret),
        ];
        OPERATORS
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
            .unwrap_or((Self::Equal, text))
    }
}

impl Term {
    fn allows(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal if self.precision == Precision::Patch => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => self.within_tilde(version),
            Operator::NotEqual => self.differs(version),
            Operator::Greater => self.below(version),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.reaches(version),
            Operator::Caret => self.within_caret(version),
        }
    }

    fn same_major(&self, version: &Version) -> bool {
        version.major() == self.version.major()
    }

    fn same_minor(&self, version: &Version) -> bool {
        version.minor() == self.version.minor()
    }

    /// `~1.2.3`: at least that, with the same minor number; `~1`: with the same major number.
    /// `~0.0.0` and `~*` take everything from there.
    fn within_tilde(&self, version: &Version) -> bool {
        if version.precedence(&self.version) == Ordering::Less {
            return false;
        }
        let is_zero = (
            self.version.major(),
            self.version.minor(),
            self.version.patch(),
        ) == (0, 0, 0);
        match self.precision {
            Precision::None => true,
            Precision::Patch if is_zero => true,
            Precision::Major => self.same_major(version),
            Precision::Minor | Precision::Patch => {
                self.same_major(version) && self.same_minor(version)
            }
        }
    }

    /// `^1.2.3`: at least that, with the same leftmost number that is not zero.
    fn within_caret(&self, version: &Version) -> bool {
        if version.precedence(&self.version) == Ordering::Less {
            return false;
        }
        if self.version.major() > 0 || self.precision == Precision::Major {
            return self.same_major(version);
        }
        if version.major() > 0 {
            return false;
        }
        if self.version.minor() > 0 || self.precision == Precision::Minor {
            return self.same_minor(version);
        }
        version.minor() == 0 && version.patch() == self.version.patch()
    }

    /// `!=`: with a number left open, all versions that the rest stands for are excluded.
    fn differs(&self, version: &Version) -> bool {
        match self.precision {
            // `!=*` compares like `!=0.0.0`.
            Precision::Patch | Precision::None => {
                version.precedence(&self.version) != Ordering::Equal
            }
            Precision::Major => !self.same_major(version),
            Precision::Minor => {
                !self.same_major(version)
                    || !self.same_minor(version)
                    || self.prerelease_differs(version)
            }
        }
    }

    /// Compares the prereleases alone.
    fn prerelease_differs(&self, version: &Version) -> bool {
        let suffix = |v: &Version| {
            let text = v.to_string();
            let text = text.split('+').next().unwrap_or_default();
            text.split_once('-').map(|(_, pre)| pre.to_owned())
        };
        suffix(version) != suffix(&self.version)
    }

    /// `>`: with a number left open, everything that the rest stands for is no greater.
    fn below(&self, version: &Version) -> bool {
        match self.precision {
            Precision::Major => version.major() > self.version.major(),
            Precision::Minor => {
                (version.major(), version.minor()) > (self.version.major(), self.version.minor())
            }
            Precision::None | Precision::Patch => {
                version.precedence(&self.version) == Ordering::Greater
            }
        }
    }

    /// `<=`: with a number left open, everything that the rest stands for is included.
    fn reaches(&self, version: &Version) -> bool {
        match self.precision {
            Precision::Patch => version.precedence(&self.version) != Ordering::Greater,
            Precision::Major => version.major() <= self.version.major(),
            Precision::None | Precision::Minor => {
                (version.major(), version.minor()) <= (self.version.major(), self.version.minor())
            }
        }
    }
}
