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

#[cfg(test)]
mod tests {
    use super::*;

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
