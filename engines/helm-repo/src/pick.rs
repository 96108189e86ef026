//! Which version of a chart a range means.

use std::cmp::Ordering;

use select::semver::{Constraint, ConstraintError, Version};

use crate::index::Entry;

/// No version fits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PickError {
    /// The index does not know the chart.
    #[error("no chart name found")]
    NoName,
    /// The chart has no versions.
    #[error("no chart version found")]
    NoVersion,
    /// The range is none.
    #[error(transparent)]
    Range(#[from] ConstraintError),
    /// No version is within the range.
    #[error("no '{name}' chart with version matching '{range}' found")]
    NoMatch {
        /// The chart.
        name: String,
        /// The range.
        range: String,
    },
}

/// The entry that a version or range means: the one of exactly this version; else the highest within the range, and of
/// equal ones the youngest (C3). No text, or `*`, is the highest stable version.
pub fn pick(entries: Vec<Entry>, name: &str, range: &str) -> Result<Entry, PickError> {
    if entries.is_empty() {
        return Err(PickError::NoVersion);
    }
    if !range.is_empty()
        && let Some(exact) = entries.iter().find(|entry| entry.version == range)
    {
        return Ok(exact.clone());
    }
    let constraint = Constraint::parse(if range.is_empty() { "*" } else { range })?;
    let mut best: Option<(Version, Entry)> = None;
    for entry in entries {
        let Ok(version) = Version::parse_tag(&entry.version) else {
            continue;
        };
        if !constraint.allows(&version) {
            continue;
        }
        let beats = best.as_ref().is_none_or(|(held, of)| {
            let by_age = || entry.created_at().cmp(&of.created_at());
            version.precedence(held).then_with(by_age) == Ordering::Greater
        });
        if beats {
            best = Some((version, entry));
        }
    }
    best.map(|(_, entry)| entry)
        .ok_or_else(|| PickError::NoMatch {
            name: name.to_owned(),
            range: range.to_owned(),
        })
}

/// The highest of some tags within a range, for charts in an OCI registry: only versions without a leading `v` and
/// with all their parts count, and an underscore stands for a plus (C4).
pub fn pick_tag(tags: &[String], name: &str, range: &str) -> Result<String, PickError> {
    let constraint = Constraint::parse(if range.is_empty() { "*" } else { range })?;
    let versions: Vec<String> = tags.iter().map(|tag| tag.replace('_', "+")).collect();
    if let Some(exact) = versions.iter().find(|version| *version == range) {
        return Ok(exact.clone());
    }
    let is_strict = |text: &&str| Version::parse_tag(text).is_ok_and(|v| v.to_string() == **text);
    let found = select::semver::matching(
        &constraint,
        versions.iter().map(String::as_str).filter(is_strict),
    );
    found
        .first()
        .map(|version| version.original().to_owned())
        .ok_or_else(|| PickError::NoMatch {
            name: name.to_owned(),
            range: range.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: &str, created: &str) -> Entry {
        let mut entry = Entry::default();
        entry.name = "app".into();
        entry.version = version.into();
        entry.created = created.into();
        entry
    }

    fn picked(versions: &[(&str, &str)], range: &str) -> Result<(String, String), String> {
        let entries = versions.iter().map(|(v, c)| entry(v, c)).collect();
        pick(entries, "app", range)
            .map(|entry| (entry.version, entry.created))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn c3_exact_text_first_then_the_highest_within_the_range() {
        let all = [
            ("1.0", ""),
            ("1.2.0", ""),
            ("v1.10.0", ""),
            ("2.0.0-rc.1", ""),
        ];
        let version = |range: &str| picked(&all, range).map(|(version, _)| version);
        assert_eq!(version("1.0").unwrap(), "1.0");
        assert_eq!(version("").unwrap(), "v1.10.0");
        assert_eq!(version("*").unwrap(), "v1.10.0");
        assert_eq!(version("<1.5").unwrap(), "1.2.0");
        assert_eq!(version(">=1.0.0-0").unwrap(), "2.0.0-rc.1");
        assert_eq!(
            version(">3").unwrap_err(),
            "no 'app' chart with version matching '>3' found"
        );
        assert!(version("no range").is_err());
        assert_eq!(picked(&[], "*").unwrap_err(), "no chart version found");
    }

    #[test]
    fn c3_of_equal_versions_the_youngest() {
        let all = [
            ("1.0.0+a", "2020-01-01T00:00:00Z"),
            ("1.0.0+b", "2021-01-01T00:00:00+01:00"),
            ("1.0.0+c", "2020-12-31T22:00:00Z"),
        ];
        assert_eq!(picked(&all, "1.x").unwrap().0, "1.0.0+b");
    }

    #[test]
    fn c4_tags_are_strict_versions_with_an_underscore_for_the_plus() {
        let tags: Vec<String> = ["v9.0.0", "8.0", "1.0.0_b", "1.1.0", "latest"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(pick_tag(&tags, "app", "*").unwrap(), "1.1.0");
        assert_eq!(pick_tag(&tags, "app", "1.0.x").unwrap(), "1.0.0+b");
        assert!(pick_tag(&tags, "app", ">5").is_err());
    }
}
