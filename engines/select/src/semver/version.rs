//! Loose versions: a leading `v`, leading zeros, and missing minor and patch numbers are taken.

use std::cmp::Ordering;
use std::fmt;

use ::semver::{BuildMetadata, Prerelease};

/// A version, and the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    original: String,
    value: ::semver::Version,
}

/// The text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a semantic version: `{0}`")]
pub struct VersionError(pub String);

impl Version {
    /// Reads `[v]<major>[.<minor>[.<patch>]][-<pre>][+<build>]`.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        parse(text)
            .map(|value| Self {
                original: text.to_owned(),
                value,
            })
            .ok_or_else(|| VersionError(text.to_owned()))
    }

    /// As [`Version::parse`], but for tags: the text needs three parts separated by dots (G4).
    pub fn parse_tag(text: &str) -> Result<Self, VersionError> {
        if text.bytes().filter(|byte| *byte == b'.').count() < 2 {
            return Err(VersionError(text.to_owned()));
        }
        Self::parse(text)
    }

    /// The text as it was given, with its `v`.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.value.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.value.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.value.patch
    }

    /// Whether the version is a prerelease.
    pub fn is_prerelease(&self) -> bool {
        !self.value.pre.is_empty()
    }

    /// The order of versions; build metadata plays no part.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.value.cmp_precedence(&other.value)
    }
}

impl fmt::Display for Version {
    /// The canonical form, without `v` and leading zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

fn parse(text: &str) -> Option<::semver::Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = match text.split_once('+') {
        Some((text, build)) if !build.is_empty() => (text, BuildMetadata::new(build).ok()?),
        Some(_) => return None,
        None => (text, BuildMetadata::EMPTY),
    };
    let (numbers, pre) = match text.split_once('-') {
        Some((numbers, pre)) if !pre.is_empty() => (numbers, Prerelease::new(pre).ok()?),
        Some(_) => return None,
        None => (text, Prerelease::EMPTY),
    };
    let mut parts = numbers.split('.');
    let mut next = || match parts.next() {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse::<u64>().ok()
        }
        Some(_) => None,
        None => Some(0),
    };
    let (major, minor, patch) = (next()?, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(::semver::Version {
        major,
        minor,
        patch,
        pre,
        build,
    })
}
