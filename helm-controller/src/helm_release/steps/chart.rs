//! The chart, with the version that its source says (H8.5, H8.6).

use std::time::Duration;

use common::artifact_client::FetchError;
use common::queue::Interrupted;
use common::reconcile::{Class, Flow, Notice, Pass, Stop};
use select::semver::Version;

use crate::args::gates::DISABLE_CHART_DIGEST_TRACKING;
use crate::helm_release::charts::ChartError;
use crate::helm_release::source::Source;
use crate::helm_release::{HelmReleases, reasons};

/// How much of a digest stands behind a version.
const DIGEST: usize = 12;

impl HelmReleases {
    /// Brings the chart here, unless it is, and puts the digest of its artifact behind its version where the source is one of
    /// OCI.
    pub(in crate::helm_release) async fn chart(&self, pass: &mut Pass<Self>) -> Result<Flow, Stop> {
        let reference = pass.state.source().reference();
        let loaded = if let Some(chart) = self.settings.charts.cached(&reference.digest) {
            Ok(chart)
        } else {
            let charts = self.settings.charts.clone();
            let loading = async move { charts.chart(&reference).await };
            match pass.park(loading).await {
                Ok(outcome) => outcome,
                Err(interrupted) => return Err(again(&interrupted)),
            }
        };
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(error) => return Err(self.load_failed(pass, &error).await?),
        };
        let mut chart = loaded.chart.clone();
        let source = pass.state.source();
        if source.has_digest() {
            let tracked = track(&chart.metadata.version, source).map_err(|text| {
                Stop::new(Class::Backoff, reasons::CHART_MUTATE_ERROR, text)
                    .with_notice(Notice::None)
            })?;
            if !self.settings.gates.enabled(DISABLE_CHART_DIGEST_TRACKING) {
                chart.metadata.version = tracked.version;
            }
            pass.state.oci_digest = Some(tracked.digest);
        }
        pass.state.set_chart(chart);
        Ok(Flow::Next)
    }

    /// What follows from a failed fetch. Where the source has something newer by now, that comes first.
    async fn load_failed(&self, pass: &Pass<Self>, error: &ChartError) -> Result<Stop, Stop> {
        let is_stale = matches!(error, ChartError::Fetch(fetch) if fetch.is_stale());
        if is_stale {
            let source = pass.state.source();
            let now =
                crate::helm_release::source::read(&pass.context.client, source.kind, &source.key)
                    .await;
            if let Ok(Ok(artifact)) = now
                && artifact != source.artifact
            {
                return Ok(Stop::new(
                    Class::Wait(Duration::ZERO),
                    reasons::ARTIFACT_FAILED,
                    error.to_string(),
                )
                .with_notice(Notice::None)
                .keeping_ready());
            }
        }
        if let ChartError::Fetch(FetchError::NotFound) = error {
            let delay = self.settings.requeue_dependency;
            let text = format!(
                "Source not ready: artifact not found. Retrying in {}",
                common::duration::format(delay)
            );
            let stop = Stop::new(Class::Wait(delay), reasons::ARTIFACT_FAILED, text);
            return Ok(stop.with_notice(Notice::None));
        }
        let text = format!("Could not load chart: {error}");
        let stop = Stop::new(Class::Backoff, reasons::ARTIFACT_FAILED, text);
        Ok(stop.with_event(error.to_string()))
    }
}

/// A pass that something newer has overtaken before it changed anything.
fn again(interrupted: &Interrupted) -> Stop {
    match interrupted {
        Interrupted::Shutdown => Stop::abandon(),
        Interrupted::Changed(_) => Stop::new(
            Class::Wait(Duration::ZERO),
            reasons::ARTIFACT_FAILED,
            interrupted.to_string(),
        )
        .with_notice(Notice::None)
        .keeping_ready(),
    }
}

/// What the revision of an OCI source makes of a chart.
#[derive(Debug, PartialEq, Eq)]
struct Tracked {
    /// The version with the digest behind it.
    version: String,
    /// The digest.
    digest: String,
}

fn track(version: &str, source: &Source) -> Result<Tracked, String> {
    let parsed = Version::parse(version).map_err(|_| format!("invalid chart version {version}"))?;
    let revision = &source.artifact.revision;
    let (tag, digest) = match revision.split_once('@') {
        Some((tag, digest)) => (Some(tag), digest),
        None => (None, revision.as_str()),
    };
    let tagged = tag.and_then(|tag| Version::parse(&tag.replace('_', "+")).ok());
    let digest = match (tag, tagged) {
        (Some(tag), Some(tagged)) => {
            if tagged.precedence(&parsed) != std::cmp::Ordering::Equal {
                return Err(format!(
                    "artifact revision {tag} does not match chart version {version}"
                ));
            }
            digest
        }
        // The tag is no version: the revision as a whole names the content.
        _ => revision.as_str(),
    };
    let hex = digest
        .split_once(':')
        .map(|(_, hex)| hex)
        .filter(|hex| !hex.contains(':') && hex.len() >= DIGEST)
        .ok_or_else(|| format!("invalid artifact revision {digest}"))?;
    let plain = version.split_once('+').map_or(version, |(plain, _)| plain);
    Ok(Tracked {
        version: format!("{plain}+{}", &hex[..DIGEST]),
        digest: digest.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use common::object::ObjectKey;
    use crds::meta::Artifact;

    use super::*;
    use crate::helm_release::source::Kind;

    fn source(revision: &str) -> Source {
        Source {
            kind: Kind::OciRepository,
            key: ObjectKey::new("ns", "o"),
            artifact: Artifact {
                revision: revision.to_owned(),
                ..Artifact::default()
            },
        }
    }

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn h8_6_the_digest_stands_behind_the_version() {
        let tracked = track("1.2.3", &source(&format!("1.2.3@sha256:{HEX}"))).unwrap();
        assert_eq!(tracked.version, "1.2.3+0123456789ab");
        assert_eq!(tracked.digest, format!("sha256:{HEX}"));
        let latest = track("1.2.3+build", &source(&format!("latest@sha256:{HEX}"))).unwrap();
        assert_eq!(latest.version, "1.2.3+0123456789ab");
        let bare = track("1.2.3", &source(&format!("sha256:{HEX}"))).unwrap();
        assert_eq!(bare.digest, format!("sha256:{HEX}"));
    }

    #[test]
    fn h8_6_a_version_tag_must_be_that_of_the_chart() {
        let error = track("1.2.3", &source(&format!("1.2.4@sha256:{HEX}"))).unwrap_err();
        assert_eq!(
            error,
            "artifact revision 1.2.4 does not match chart version 1.2.3"
        );
        // Registries know no plus sign.
        assert!(track("1.2.3+b", &source(&format!("1.2.3_b@sha256:{HEX}"))).is_ok());
        assert!(track("one", &source(&format!("sha256:{HEX}"))).is_err());
        assert!(track("1.2.3", &source("latest")).is_err());
    }
}
