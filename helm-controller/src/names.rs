//! What a release is called and where it lives (H7).

use artifact::Algorithm;
use crds::helm::HelmRelease;

/// The longest name that Helm takes, in bytes.
const LONGEST: usize = 53;
/// How much of the digest stands behind a name that was cut.
const DIGEST: usize = 12;

/// The name that the spec asks for, of any length: `releaseName`, else the target namespace and the
/// object's name, else that name alone (H7.1).
pub fn wanted_name(release: &HelmRelease) -> String {
    let name = release.metadata.name.as_deref().unwrap_or_default();
    match (&release.spec.release_name, &release.spec.target_namespace) {
        (Some(wanted), _) => wanted.clone(),
        (None, Some(namespace)) => format!("{namespace}-{name}"),
        (None, None) => name.to_owned(),
    }
}

/// The name that Helm knows the release by: [`wanted_name`], cut by [`shorten`].
pub fn release_name(release: &HelmRelease) -> String {
    shorten(&wanted_name(release))
}

/// A name of at most 53 bytes: a longer one keeps its first 40, followed by a hyphen and 12 digits of
/// the SHA-256 of the whole (H7.1).
pub fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let digest = Algorithm::Sha256.digest(name.as_bytes());
    // Names of objects are ASCII; where one is not, nothing is cut in half.
    let mut end = LONGEST - DIGEST - 1;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}-{}", &name[..end], &digest.hex()[..DIGEST])
}

/// The namespace that the release is made in: the target namespace, else the object's (H7.3).
pub fn release_namespace(release: &HelmRelease) -> &str {
    or_own(release.spec.target_namespace.as_deref(), release)
}

/// The namespace that holds the records of the release: the storage namespace, else the object's,
/// whatever the target (H7.3, H26.21).
pub fn storage_namespace(release: &HelmRelease) -> &str {
    or_own(release.spec.storage_namespace.as_deref(), release)
}

/// The name of the HelmChart that is made for the object; never cut (H7.4).
pub fn chart_name(release: &HelmRelease) -> String {
    let name = release.metadata.name.as_deref().unwrap_or_default();
    format!("{}-{name}", or_own(None, release))
}

/// The namespace of that HelmChart: the source's, else the object's (H7.4).
pub fn chart_namespace(release: &HelmRelease) -> &str {
    let source = release
        .spec
        .chart
        .as_ref()
        .map(|chart| &chart.spec.source_ref);
    or_own(
        source.and_then(|source| source.namespace.as_deref()),
        release,
    )
}

fn or_own<'a>(namespace: Option<&'a str>, release: &'a HelmRelease) -> &'a str {
    let own = || release.metadata.namespace.as_deref().unwrap_or_default();
    namespace.unwrap_or_else(own)
}

#[cfg(test)]
mod tests {
    use crds::helm::{
        ChartObjectReference, HelmChartTemplate, HelmChartTemplateSpec, HelmReleaseSpec,
    };

    use super::*;

    fn object() -> HelmRelease {
        let mut object = HelmRelease::new("web", HelmReleaseSpec::default());
        object.metadata.namespace = Some("team".to_owned());
        object
    }

    #[test]
    fn h7_1_a_release_is_called_as_asked_or_after_target_and_object() {
        let mut object = object();
        assert_eq!(release_name(&object), "web");
        object.spec.target_namespace = Some("prod".to_owned());
        assert_eq!(release_name(&object), "prod-web");
        object.spec.release_name = Some("mine".to_owned());
        assert_eq!(release_name(&object), "mine");
    }

    #[test]
    fn h7_1_long_names_are_cut_and_told_apart_by_a_digest() {
        let fits = "a".repeat(53);
        assert_eq!(shorten(&fits), fits);
        assert_eq!(
            shorten("release-name-with-very-long-name-which-is-longer-than-53-characters"),
            "release-name-with-very-long-name-which-i-788ca0d0d7b0"
        );
        let wide = "é".repeat(40);
        assert!(shorten(&wide).len() <= 53 && shorten(&wide).starts_with("éé"));
    }

    #[test]
    fn h7_3_records_do_not_follow_the_target_namespace() {
        let mut object = object();
        assert_eq!(release_namespace(&object), "team");
        object.spec.target_namespace = Some("prod".to_owned());
        assert_eq!(release_namespace(&object), "prod");
        assert_eq!(storage_namespace(&object), "team");
        object.spec.storage_namespace = Some("records".to_owned());
        assert_eq!(storage_namespace(&object), "records");
    }

    #[test]
    fn h7_4_the_chart_is_named_after_the_object_and_lives_with_its_source() {
        let mut object = object();
        assert_eq!(chart_name(&object), "team-web");
        assert_eq!(chart_namespace(&object), "team");
        object.spec.chart = Some(HelmChartTemplate {
            spec: HelmChartTemplateSpec {
                source_ref: ChartObjectReference {
                    namespace: Some("sources".to_owned()),
                    ..Default::default()
                },
                ..Default::default()
            },
            ..Default::default()
        });
        assert_eq!(chart_namespace(&object), "sources");
        object.metadata.name = Some("a".repeat(60));
        assert_eq!(chart_name(&object).len(), 65);
    }
}
