//! Which tag to follow (O2).

use std::borrow::Cow;

use crds::source::OciRepositoryRef;
use oci::name::{DEFAULT_TAG, parse_digest};
use oci::{Reference, Registry};
use regex::bytes::RegexBuilder;
use select::semver::{self, Constraint};

use super::super::error::TagError;

/// The type of layer whose tags are versions of charts.
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// What the spec refers to: a digest, the newest tag of a range, or a tag, in this order.
pub async fn choose(
    registry: &Registry,
    spec: Option<&OciRepositoryRef>,
    media_type: Option<&str>,
) -> Result<Reference, TagError> {
    fn given(field: Option<&String>) -> Option<&str> {
        field.map(String::as_str).filter(|text| !text.is_empty())
    }
    let repository = registry.repository();
    let Some(spec) = spec else {
        return Ok(repository.tag(DEFAULT_TAG)?);
    };
    if let Some(digest) = given(spec.digest.as_ref()) {
        return Ok(repository.digest(parse_digest(digest)?));
    }
    if let Some(range) = given(spec.semver.as_ref()) {
        let tags = registry
            .tags()
            .await
            .map_err(|error| TagError::List(Box::new(error)))?;
        let filter = given(spec.semver_filter.as_ref());
        let tag = newest(&tags, range, filter, media_type)?;
        return Ok(repository.tag(&tag)?);
    }
    let tag = given(spec.tag.as_ref()).unwrap_or(DEFAULT_TAG);
    Ok(repository.tag(tag)?)
}

/// The tag of the highest version within the range.
fn newest(
    tags: &[String],
    range: &str,
    filter: Option<&str>,
    media_type: Option<&str>,
) -> Result<String, TagError> {
    // Classes such as `\d` are those of ASCII, as users know them; tags are nothing else.
    let filter = filter
        .map(|filter| {
            let built = RegexBuilder::new(filter).unicode(false).build();
            built.map_err(|error| TagError::Filter {
                filter: filter.to_owned(),
                source: Box::new(error),
            })
        })
        .transpose()?;
    let constraint = Constraint::parse(range).map_err(|source| TagError::Range {
        range: range.to_owned(),
        source,
    })?;
    let is_chart = media_type == Some(CHART);
    let versions: Vec<Cow<'_, str>> = tags
        .iter()
        .filter(|tag| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.is_match(tag.as_bytes()))
        })
        // A tag cannot hold the `+` of a version, and a version no `_`: charts have one for the other.
        .map(|tag| {
            if is_chart {
                Cow::Owned(tag.replace('_', "+"))
            } else {
                Cow::Borrowed(tag.as_str())
            }
        })
        .collect();
    let found = semver::matching(&constraint, versions.iter().map(AsRef::as_ref));
    let newest = found
        .first()
        .ok_or_else(|| TagError::NoMatch(range.to_owned()))?
        .original();
    Ok(if is_chart {
        newest.replace('+', "_")
    } else {
        newest.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(
        tags: &[&str],
        range: &str,
        filter: Option<&str>,
        media_type: Option<&str>,
    ) -> Result<String, String> {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        newest(&tags, range, filter, media_type).map_err(|error| error.to_string())
    }

    #[test]
    fn o2_the_highest_version_within_the_range() {
        let tags = ["latest", "1.0", "v1.9.0", "1.10.0", "2.0.0-rc.1", "sha-abc"];
        assert_eq!(pick(&tags, "1.x", None, None).unwrap(), "1.10.0");
        assert_eq!(pick(&tags, "<1.10", None, None).unwrap(), "v1.9.0");
        assert_eq!(pick(&tags, ">=1-0", None, None).unwrap(), "2.0.0-rc.1");
        assert_eq!(
            pick(&tags, ">3", None, None).unwrap_err(),
            "no match found for semver: >3"
        );
        assert!(
            pick(&tags, "not one", None, None)
                .unwrap_err()
                .starts_with("semver 'not one' parse error: ")
        );
    }

    #[test]
    fn o2_tags_are_filtered_before_they_are_compared() {
        let tags = ["1.0.0-alpine", "1.1.0-alpine", "2.0.0-debian"];
        assert_eq!(
            pick(&tags, ">=0-0", Some("-alpine$"), None).unwrap(),
            "1.1.0-alpine"
        );
        assert_eq!(
            pick(&tags, ">=0-0", Some(r"^\d\.0"), None).unwrap(),
            "2.0.0-debian"
        );
        let error = pick(&tags, "*", Some("("), None).unwrap_err();
        assert!(
            error.starts_with("failed to parse semverFilter '(': "),
            "{error}"
        );
    }

    #[test]
    fn o2_tags_of_charts_have_an_underscore_for_the_plus() {
        let tags = ["1.0.0_build.1", "1.0.0-rc.1_x"];
        assert_eq!(
            pick(&tags, "*", None, Some(CHART)).unwrap(),
            "1.0.0_build.1"
        );
        assert!(pick(&tags, "*", None, None).is_err());
    }
}
