//! Versions and version ranges with the grammar of Masterminds semver v3 (G4).

mod constraint;
mod version;

pub use constraint::{Constraint, ConstraintError};
pub use version::{Version, VersionError};

/// The versions among `tags` that satisfy `constraint`, highest precedence first. Tags that are no
/// version are left out; tags of equal precedence keep the order in which they came.
pub fn matching<'a>(
    constraint: &Constraint,
    tags: impl IntoIterator<Item = &'a str>,
) -> Vec<Version> {
    let mut found: Vec<Version> = tags
        .into_iter()
        .filter_map(|tag| Version::parse_tag(tag).ok())
        .filter(|version| constraint.allows(version))
        .collect();
    found.sort_by(|a, b| b.precedence(a));
    found
}

#[cfg(test)]
mod tests;
