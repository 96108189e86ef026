//! From the tags of a registry to those that are kept (R7, R8).

use crds::image::ImageRepository;
use go_regex::Pattern;

use super::error::ScanError;

/// What is left out where the spec does not say (section 1.1): signatures.
const DEFAULT_EXCLUSION: &str = r"^.*\.sig$";

/// How many tags the status shows.
const SHOWN: usize = 10;

/// Bytes that a compiled exclusion may take.
const MAX_PATTERN: usize = 8 << 20;

/// The exclusions that hold for the object; an empty list means the default.
pub(super) fn exclusions(object: &ImageRepository) -> Vec<String> {
    if object.spec.exclusion_list.is_empty() {
        return vec![DEFAULT_EXCLUSION.to_owned()];
    }
    object.spec.exclusion_list.clone()
}

/// The tags that match none of the patterns, the last in byte order first.
pub(super) fn kept(mut tags: Vec<String>, patterns: &[String]) -> Result<Vec<String>, ScanError> {
    for pattern in patterns {
        let compiled = Pattern::compile_within(pattern, MAX_PATTERN);
        let compiled = compiled.map_err(|source| ScanError::Exclusion {
            pattern: pattern.clone(),
            source,
        })?;
        tags.retain(|tag| !compiled.is_match(tag.as_bytes()));
    }
    tags.sort_unstable_by(|a, b| b.cmp(a));
    Ok(tags)
}

/// Those that the status shows.
pub(super) fn shown(tags: &[String]) -> Vec<String> {
    tags.iter().take(SHOWN).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &[&str]) -> Vec<String> {
        tags.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn r7_excluded_tags_are_dropped_and_the_rest_is_sorted_downwards() {
        let tags = list(&["1.0", "b.sig", "1.10", "sha-1", "1.9", "sig"]);
        let found = kept(tags, &list(&[r"^.*\.sig$", "sha"])).unwrap();
        assert_eq!(found, ["sig", "1.9", "1.10", "1.0"]);
    }

    #[test]
    fn r7_a_bad_exclusion_is_named_in_the_words_of_go() {
        let error = kept(list(&["a"]), &list(&["[a"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "failed to compile regex [a: error parsing regexp: missing closing ]: `[a`"
        );
    }

    #[test]
    fn r8_ten_tags_are_shown() {
        let tags: Vec<String> = (0..20).map(|number| format!("{number:02}")).rev().collect();
        let found = shown(&tags);
        assert_eq!((found.len(), &*found[0], &*found[9]), (10, "19", "10"));
        assert!(shown(&[]).is_empty());
    }
}
