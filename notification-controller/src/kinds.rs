//! The kinds of the toolkit that events come from and webhooks go to.

use crds::notification::EventSourceKind;

/// The group and version of a kind where a Receiver names none; others must (R5).
pub fn default_version(kind: &EventSourceKind) -> Option<&'static str> {
    match kind {
        EventSourceKind::Bucket
        | EventSourceKind::GitRepository
        | EventSourceKind::HelmChart
        | EventSourceKind::HelmRepository
        | EventSourceKind::OciRepository => Some("source.toolkit.fluxcd.io/v1"),
        EventSourceKind::ImageRepository => Some("image.toolkit.fluxcd.io/v1"),
        EventSourceKind::ArtifactGenerator => Some("source.extensions.fluxcd.io/v1beta1"),
        _ => None,
    }
}

/// The plural under which the API server has a kind: the toolkit's kinds are all regular.
pub fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    match lower.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{lower}s"),
    }
}

/// Whether a text can stand for one segment of a path. What users and senders of events write goes into paths at the API
/// server, and must not lead to another object there.
pub fn fits_a_path(text: &str) -> bool {
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | ':');
    !matches!(text, "" | "." | "..") && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_elsewhere_is_no_segment_of_a_path() {
        for text in ["web-app", "a.b", "v1beta1", "system:x"] {
            assert!(fits_a_path(text), "{text}");
        }
        for text in [
            "", ".", "..", "a/b", "../x", "a%2fb", "a?b", "a#b", "a b", "\u{e9}",
        ] {
            assert!(!fits_a_path(text), "{text}");
        }
    }

    #[test]
    fn plurals_are_those_of_the_definitions() {
        for (kind, expected) in [
            ("GitRepository", "gitrepositories"),
            ("OCIRepository", "ocirepositories"),
            ("HelmRelease", "helmreleases"),
            ("ImagePolicy", "imagepolicies"),
            ("Kustomization", "kustomizations"),
            ("ExternalArtifact", "externalartifacts"),
            ("Bucket", "buckets"),
        ] {
            assert_eq!(plural(kind), expected);
        }
    }

    #[test]
    fn r5_sources_image_repositories_and_generators_have_a_default_and_the_others_none() {
        let versions: Vec<_> = EventSourceKind::ALL
            .iter()
            .filter(|kind| default_version(kind).is_none())
            .map(EventSourceKind::as_str)
            .collect();
        assert_eq!(
            versions,
            [
                "Kustomization",
                "HelmRelease",
                "ImagePolicy",
                "ImageUpdateAutomation",
                "ExternalArtifact"
            ]
        );
    }
}
