//! The commit that an event is about (G1).

use super::EncodeError;
use crate::event::{Event, key};

/// Letters of a commit's id.
const LENGTH: usize = 40;

/// The commit of an event: that of the first key that is there, `main@sha1:…`, `sha1:…`, bare, or the older `main/…`.
pub(super) fn commit(event: &Event) -> Result<String, EncodeError> {
    let revision = [key::COMMIT, key::ORIGIN_REVISION, key::REVISION]
        .iter()
        .find_map(|name| event.metadata.get(*name))
        .ok_or(EncodeError::NoRevision)?;
    let commit = match revision.rsplit_once(':') {
        Some((_, commit)) => commit,
        None => revision
            .rsplit_once('/')
            .map_or(revision.as_str(), |(_, commit)| commit),
    };
    if commit.len() != LENGTH || !commit.is_ascii() {
        return Err(EncodeError::NoCommit(revision.clone()));
    }
    Ok(commit.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::sample;

    const SHA: &str = "5394cb7f48332b2de7c17dd8b8384bbc84b7e738";

    #[test]
    fn g1_every_form_of_a_revision_names_the_commit() {
        for revision in [
            format!("main@sha1:{SHA}"),
            format!("feature/x@sha1:{SHA}"),
            format!("sha1:{SHA}"),
            SHA.to_owned(),
            format!("main/{SHA}"),
            format!("HEAD/{SHA}"),
        ] {
            let event = sample("info", &[("revision", &revision)]);
            assert_eq!(commit(&event).unwrap(), SHA, "{revision}");
        }
    }

    #[test]
    fn g1_the_commit_key_beats_the_origin_and_that_beats_the_revision() {
        let other = "a".repeat(40);
        let event = sample("info", &[("revision", SHA), ("originRevision", &other)]);
        assert_eq!(commit(&event).unwrap(), other);
        let event = sample("info", &[("commit", SHA), ("originRevision", &other)]);
        assert_eq!(commit(&event).unwrap(), SHA);
    }

    #[test]
    fn g1_without_forty_letters_there_is_no_commit() {
        let of =
            |metadata: &[(&str, &str)]| commit(&sample("info", metadata)).unwrap_err().to_string();
        assert_eq!(of(&[]), "missing revision metadata");
        assert_eq!(
            of(&[("revision", "6.5.4")]),
            "failed to extract commit hash from '6.5.4' revision"
        );
        let sha256 = format!("main@sha256:{}", "a".repeat(64));
        assert!(of(&[("revision", &sha256)]).contains("failed to extract commit hash"));
    }
}
