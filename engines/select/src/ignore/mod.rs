//! Ignore rules of sources (I1 to I5).
//!
//! The patterns look like git's but differ in two ways that matter: a pattern without a slash matches
//! **any** segment of a path, and an excluded directory does not keep its children from being included
//! again. The rules follow upstream's `sourceignore` package.

mod pattern;

pub use pattern::{Pattern, Verdict};

/// Name of the ignore file of a directory (I4).
pub const FILE_NAME: &str = ".sourceignore";

/// Version control leftovers: always excluded, at the lowest priority (I1).
pub const VCS: &[&str] = &[".git/", ".gitignore", ".gitmodules", ".gitattributes"];

/// Excluded unless any pattern is given (I2, I3).
pub const DEFAULTS: &[&str] = &[
    "*.jpg",
    "*.jpeg",
    "*.gif",
    "*.png",
    "*.wmv",
    "*.flv",
    "*.tar.gz",
    "*.zip",
    ".github/",
    ".circleci/",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    "**/.goreleaser.yml",
    "**/.sops.yaml",
    "**/.flux.yaml",
];

/// Reads the patterns of one ignore file.
///
/// `directory` holds the segments of the directory that the patterns are scoped to, empty for the root.
/// Lines that start with `#` and blank lines carry no pattern.
pub fn parse(text: &[u8], directory: &[Vec<u8>]) -> Vec<Pattern> {
    text.split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.starts_with(b"#") && !is_blank(line))
        .map(|line| Pattern::parse(line, directory))
        .collect()
}

fn is_blank(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| text.trim().is_empty())
}

/// An ordered set of patterns: the last one that matches decides.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    patterns: Vec<Pattern>,
}

impl Matcher {
    /// Only the given patterns, with no built-in ones (as for buckets, B4).
    pub fn exactly(patterns: Vec<Pattern>) -> Self {
        Self { patterns }
    }

    /// The rules of a source: the version control patterns, then `patterns`, or the defaults if there
    /// are none (I1 to I3). Give the patterns of the root first, deeper directories after, those of
    /// the object's spec last (I4).
    pub fn for_source(patterns: Vec<Pattern>) -> Self {
        let built_in = |lines: &[&str]| -> Vec<Pattern> {
            lines
                .iter()
                .map(|line| Pattern::parse(line.as_bytes(), &[]))
                .collect()
        };
        let mut all = built_in(VCS);
        if patterns.is_empty() {
            all.extend(built_in(DEFAULTS));
        } else {
            all.extend(patterns);
        }
        Self { patterns: all }
    }

    /// Whether the entry at `path` (its segments from the root) stays out of the archive. A directory
    /// that stays out says nothing about its children: ask for each (S5).
    pub fn excludes<S: AsRef<[u8]>>(&self, path: &[S], is_directory: bool) -> bool {
        self.patterns
            .iter()
            .rev()
            .find_map(|pattern| pattern.verdict(path, is_directory))
            .is_some_and(|verdict| verdict == Verdict::Exclude)
    }
}

#[cfg(test)]
mod tests;
