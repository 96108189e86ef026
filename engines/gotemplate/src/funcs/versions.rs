//! Semantic versions and ranges of them, by Masterminds' rules.

use std::cmp::Ordering;
use std::slice::Iter;
use std::sync::LazyLock;

use select::semver::{Constraint, Version};

use crate::exec::{FuncError, FuncResult, Function, Functions, Param, Return};
use crate::fmt;
use crate::value::{Data, Field, Host, Kind, Str, Type, UintKind, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("semver", |text: Str| SemVer::parse(&text.to_str_lossy()));
    functions.add("semverCompare", |range: Str, version: Str| {
        let range = constraint(&range.to_str_lossy())?;
        let version = SemVer::parse(&version.to_str_lossy())?;
        Ok::<_, FuncError>(range.allows(&version.ordered()?))
    });
}

/// A version as templates hold it: a `*semver.Version`, or a `semver.Version` where one comes from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SemVer {
    numbers: [u64; 3],
    prerelease: String,
    metadata: String,
    original: String,
    is_pointer: bool,
}

/// Longer texts are no versions.
const MAX_VERSION: usize = 256;
/// Longer texts are no ranges.
const MAX_RANGE: usize = 512;
/// More alternatives are refused.
const MAX_GROUPS: usize = 32;

const INVALID: &str = "invalid semantic version";

impl SemVer {
    /// Reads a version; `v` in front, missing numbers and leading zeros are allowed.
    pub fn parse(text: &str) -> Result<Self, FuncError> {
        if text.len() > MAX_VERSION {
            let message = format!("version string is too long (max {MAX_VERSION} bytes)");
            return Err(FuncError::new(message));
        }
        let invalid = || FuncError::new(INVALID);
        let body = text.strip_prefix('v').unwrap_or(text);
        let (body, metadata) = match body.split_once('+') {
            Some((body, metadata)) => (body, Some(metadata)),
            None => (body, None),
        };
        let (body, prerelease) = match body.split_once('-') {
            Some((body, prerelease)) => (body, Some(prerelease)),
            None => (body, None),
        };
        let parts: Vec<&str> = body.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let is_sound = |suffix: Option<&str>| {
            suffix.is_none_or(|suffix| {
                suffix.split('.').all(|part| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                })
            })
        };
        if parts.len() > 3
            || !parts.iter().all(is_number)
            || !is_sound(prerelease)
            || !is_sound(metadata)
        {
            return Err(invalid());
        }
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(&parts) {
            *number = part.parse().map_err(|_| {
                FuncError::new(format!(
                    "error parsing version segment: strconv.ParseUint: parsing \"{part}\": value out of range"
                ))
            })?;
        }
        check_prerelease(prerelease.unwrap_or_default())?;
        Ok(Self {
            numbers,
            prerelease: prerelease.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
            is_pointer: true,
        })
    }

    fn ordered(&self) -> Result<Version, FuncError> {
        Version::parse(&self.to_string()).map_err(|_| FuncError::new(INVALID))
    }

    fn compare(&self, other: &Self) -> Result<Ordering, FuncError> {
        Ok(self.ordered()?.precedence(&other.ordered()?))
    }

    /// The version that follows from a change of numbers or suffixes; its original text keeps the `v`.
    fn next(&self, numbers: [u64; 3], prerelease: &str, metadata: &str) -> Self {
        let mut next = Self {
            numbers,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: String::new(),
            is_pointer: false,
        };
        let prefix = if self.original.starts_with('v') {
            "v"
        } else {
            ""
        };
        next.original = format!("{prefix}{next}");
        next
    }

    fn incremented(&self, place: usize, name: &str) -> Result<Self, FuncError> {
        let mut numbers = self.numbers;
        // The release itself follows on its prereleases.
        if place == 2 && !self.prerelease.is_empty() {
            return Ok(self.next(numbers, "", ""));
        }
        numbers[place] = numbers[place].checked_add(1).ok_or_else(|| {
            FuncError::new(format!("{name} version increment would overflow uint64"))
        })?;
        numbers[place + 1..].fill(0);
        Ok(self.next(numbers, "", ""))
    }
}

fn check_prerelease(text: &str) -> Result<(), FuncError> {
    if text.is_empty() {
        return Ok(());
    }
    for part in text.split('.') {
        if part.is_empty() || !is_suffix(part) {
            return Err(FuncError::new("invalid prerelease string"));
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(FuncError::new("version segment starts with 0"));
        }
    }
    Ok(())
}

fn is_suffix(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn constraint(text: &str) -> Result<Constraint, FuncError> {
    if text.len() > MAX_RANGE {
        let message = format!("constraint string is too long (max {MAX_RANGE} bytes)");
        return Err(FuncError::new(message));
    }
    if text.split("||").count() > MAX_GROUPS {
        let message = format!("too many constraint groups (max {MAX_GROUPS})");
        return Err(FuncError::new(message));
    }
    Constraint::parse(text).map_err(|error| {
        if has_range_form(text) {
            FuncError::new("constraint parser error")
        } else {
            FuncError::new(format!("improper constraint: {}", fmt::quote(&error.0)))
        }
    })
}

/// Whether a text is written like a range although a number in it is none: one that is too large, has leading zeros, or is mixed
/// with wildcards.
fn has_range_form(text: &str) -> bool {
    let mut plain = String::with_capacity(text.len());
    let mut is_number = false;
    for c in text.chars() {
        if c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*') {
            if !std::mem::replace(&mut is_number, true) {
                plain.push('1');
            }
        } else {
            is_number = false;
            plain.push(c);
        }
    }
    Constraint::parse(&plain).is_ok()
}

impl std::fmt::Display for SemVer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Host for SemVer {
    fn type_name(&self) -> &'static str {
        if self.is_pointer {
            POINTER_NAME
        } else {
            PLAIN_NAME
        }
    }

    fn kind(&self) -> Kind {
        if self.is_pointer {
            Kind::Pointer
        } else {
            Kind::Struct
        }
    }

    fn field(&self, name: &str) -> Option<Field> {
        let names = ["major", "minor", "patch", "pre", "metadata", "original"];
        names.contains(&name).then_some(Field::Unexported)
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        // Methods that need a pointer are out of reach of a plain struct.
        let needs_pointer = matches!(
            name,
            "Original"
                | "Compare"
                | "LessThan"
                | "LessThanEqual"
                | "GreaterThan"
                | "GreaterThanEqual"
                | "Equal"
        );
        if needs_pointer && !self.is_pointer {
            return None;
        }
        METHODS.get(name)
    }

    fn text(&self) -> Option<Str> {
        Some(Str::from(self.to_string()))
    }

    /// Copies of structs lack what is not exported, and here nothing is.
    fn deep_copy(&self) -> Option<Value> {
        Some(Value::host(Self {
            is_pointer: self.is_pointer,
            ..Self::default()
        }))
    }

    fn data(&self) -> Data {
        Data::Plain(self.to_string().into())
    }
}

/// The name of a method, and which orders it holds for.
type Comparison = (&'static str, fn(Ordering) -> bool);

const POINTER_NAME: &str = "*semver.Version";
const PLAIN_NAME: &str = "semver.Version";

static METHODS: LazyLock<Functions> = LazyLock::new(|| {
    let mut methods = Functions::new();
    for (place, name) in ["Major", "Minor", "Patch"].into_iter().enumerate() {
        methods.insert(
            name,
            Function::method(move |version: SemVer| {
                Value::Uint(UintKind::Uint64, version.numbers[place])
            }),
        );
    }
    methods.insert(
        "Prerelease",
        Function::method(|version: SemVer| version.prerelease),
    );
    methods.insert(
        "Metadata",
        Function::method(|version: SemVer| version.metadata),
    );
    methods.insert(
        "Original",
        Function::method(|version: SemVer| version.original),
    );
    methods.insert(
        "String",
        Function::method(|version: SemVer| version.to_string()),
    );
    for (place, name, word) in [
        (0, "IncMajor", "major"),
        (1, "IncMinor", "minor"),
        (2, "IncPatch", "patch"),
    ] {
        methods.insert(
            name,
            Function::method(move |version: SemVer| version.incremented(place, word).map(Plain)),
        );
    }
    methods.insert(
        "SetPrerelease",
        Function::method(|version: SemVer, text: Str| {
            let text = text.to_str_lossy();
            check_prerelease(&text)?;
            let next = version.next(version.numbers, &text, &version.metadata);
            Ok::<_, FuncError>(Plain(next))
        }),
    );
    methods.insert(
        "SetMetadata",
        Function::method(|version: SemVer, text: Str| {
            let text = text.to_str_lossy();
            if !text.is_empty()
                && !text
                    .split('.')
                    .all(|part| !part.is_empty() && is_suffix(part))
            {
                return Err(FuncError::new("invalid metadata string"));
            }
            Ok(Plain(version.next(
                version.numbers,
                &version.prerelease,
                &text,
            )))
        }),
    );
    methods.insert(
        "Compare",
        Function::method(|version: SemVer, other: SemVer| {
            version.compare(&other).map(|order| order as i64)
        }),
    );
    let comparisons: [Comparison; 5] = [
        ("LessThan", Ordering::is_lt),
        ("LessThanEqual", Ordering::is_le),
        ("GreaterThan", Ordering::is_gt),
        ("GreaterThanEqual", Ordering::is_ge),
        ("Equal", Ordering::is_eq),
    ];
    for (name, holds) in comparisons {
        methods.insert(
            name,
            Function::method(move |version: SemVer, other: SemVer| {
                version.compare(&other).map(holds)
            }),
        );
    }
    methods
});

/// A version that is no pointer.
struct Plain(SemVer);

impl Return for Plain {
    const TYPE: Type = Type::Host(PLAIN_NAME, Kind::Struct);

    fn into_result(self) -> FuncResult {
        Ok(Value::host(self.0))
    }
}

impl Return for SemVer {
    const TYPE: Type = Type::Host(POINTER_NAME, Kind::Pointer);

    fn into_result(self) -> FuncResult {
        Ok(Value::host(self))
    }
}

impl Param for SemVer {
    const TYPE: Type = Type::Host(POINTER_NAME, Kind::Pointer);

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        arguments.next()?.as_host::<Self>().cloned()
    }
}
