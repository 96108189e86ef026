//! What the success event says (E5).

use crds::meta::{Artifact, ORIGIN_REVISION_KEY, ORIGIN_SOURCE_KEY};

/// Revision and URL, and where the content comes from as far as its publisher says so.
pub fn message(artifact: &Artifact, url: &str) -> String {
    let revision = &artifact.revision;
    let message = format!("stored artifact with revision '{revision}' from '{url}'");
    let origin = |key: &str| artifact.metadata.get(key).filter(|text| !text.is_empty());
    if let (Some(source), Some(revision)) = (origin(ORIGIN_SOURCE_KEY), origin(ORIGIN_REVISION_KEY))
    {
        return format!("{message}, origin source '{source}', origin revision '{revision}'");
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_the_origin_is_named_when_both_facts_are_there() {
        let artifact = |pairs: &[(&str, &str)]| Artifact {
            revision: "r".into(),
            metadata: pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Artifact::default()
        };
        let short = "stored artifact with revision 'r' from 'oci://h/a'";
        assert_eq!(message(&artifact(&[]), "oci://h/a"), short);
        assert_eq!(
            message(&artifact(&[(ORIGIN_SOURCE_KEY, "s")]), "oci://h/a"),
            short
        );
        assert_eq!(
            message(
                &artifact(&[(ORIGIN_SOURCE_KEY, "s"), (ORIGIN_REVISION_KEY, "v")]),
                "oci://h/a"
            ),
            format!("{short}, origin source 's', origin revision 'v'")
        );
    }
}
