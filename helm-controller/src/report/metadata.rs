//! What the events of a release carry beside their text (H22.2).

use crds::helm::{GROUP, ReleaseSnapshot};
use helm::chart::Metadata;

/// Facts of an event, by key.
pub type Facts = Vec<(String, String)>;

/// Of a revision that was made.
pub fn of_snapshot(snapshot: &ReleaseSnapshot) -> Facts {
    facts(
        &snapshot.chart_version,
        &snapshot.config_digest,
        snapshot.app_version.as_deref(),
        snapshot.oci_digest.as_deref(),
    )
}

/// Of a revision that could not be made: its chart, the digest of its values and of its artifact.
pub fn of_attempt(chart: &Metadata, config_digest: &str, oci_digest: Option<&str>) -> Facts {
    facts(
        &chart.version,
        config_digest,
        Some(&chart.app_version),
        oci_digest,
    )
}

/// Of a rollback to a revision: its chart, but the digest of the values that are wanted.
pub fn of_rollback(target: &ReleaseSnapshot, config_digest: &str) -> Facts {
    facts(
        &target.chart_version,
        config_digest,
        target.app_version.as_deref(),
        target.oci_digest.as_deref(),
    )
}

fn facts(
    revision: &str,
    token: &str,
    app_version: Option<&str>,
    oci_digest: Option<&str>,
) -> Facts {
    [
        ("revision", revision),
        ("token", token),
        ("app-version", app_version.unwrap_or_default()),
        ("oci-digest", oci_digest.unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (format!("{GROUP}/{key}"), value.to_owned()))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h22_2_events_carry_chart_values_application_and_artifact() {
        let snapshot = ReleaseSnapshot {
            chart_version: "1.0.0".to_owned(),
            config_digest: "sha256:0c".to_owned(),
            app_version: Some("2".to_owned()),
            oci_digest: Some("sha256:0a".to_owned()),
            ..ReleaseSnapshot::default()
        };
        let pair =
            |key: &str, value: &str| (format!("helm.toolkit.fluxcd.io/{key}"), value.to_owned());
        assert_eq!(
            of_snapshot(&snapshot),
            [
                pair("revision", "1.0.0"),
                pair("token", "sha256:0c"),
                pair("app-version", "2"),
                pair("oci-digest", "sha256:0a"),
            ]
        );
        assert_eq!(
            of_rollback(&snapshot, "sha256:0d")[1],
            pair("token", "sha256:0d")
        );
        let chart = Metadata {
            version: "1.0.1".to_owned(),
            ..Metadata::default()
        };
        assert_eq!(
            of_attempt(&chart, "sha256:0c", None),
            [pair("revision", "1.0.1"), pair("token", "sha256:0c")]
        );
    }
}
