//! A record as a snapshot.

use artifact::Algorithm;
use crds::helm::ReleaseSnapshot;
use crds::meta::Time;
use helm::release::{self, Release};
use jiff::Timestamp;

use super::{API_VERSION, digest};

/// What made a revision (H5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An install.
    Install,
    /// An upgrade.
    Upgrade,
    /// A rollback changed it.
    Rollback,
    /// It was uninstalled.
    Uninstall,
    /// It was uninstalled after a failure.
    UninstallRemediation,
}

impl Action {
    /// The word in the status.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Uninstall => "uninstall",
            Self::UninstallRemediation => "uninstall-remediation",
        }
    }
}

/// The snapshot of a record. `oci_digest` is that of the artifact the chart came in, or empty; it is
/// part of the digest. Test results and the action are up to the caller.
pub fn of(release: &Release, oci_digest: &str, algorithm: Algorithm) -> ReleaseSnapshot {
    let chart = release
        .chart
        .as_ref()
        .and_then(|chart| chart.metadata.as_ref());
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let info = &release.info;
    ReleaseSnapshot {
        api_version: Some(API_VERSION.to_owned()),
        digest: digest::of_release(release, oci_digest, algorithm),
        name: release.name.clone(),
        namespace: release.namespace.clone(),
        version: release.version,
        status: info.status.as_str().to_owned(),
        action: None,
        chart_name: text(chart.map(|chart| &chart.name)),
        chart_version: text(chart.map(|chart| &chart.version)),
        app_version: chart
            .map(|chart| chart.app_version.clone())
            .filter(|version| !version.is_empty()),
        config_digest: digest::of_values(&release.config, algorithm),
        first_deployed: time(info.first_deployed.as_ref()).unwrap_or_default(),
        last_deployed: time(info.last_deployed.as_ref()).unwrap_or_default(),
        deleted: time(info.deleted.as_ref()),
        test_hooks: None,
        oci_digest: Some(oci_digest.to_owned()).filter(|digest| !digest.is_empty()),
    }
}

/// A time of a record as objects have it, in whole seconds.
pub(super) fn time(found: Option<&release::Time>) -> Option<Time> {
    found
        .and_then(|time| Timestamp::from_second(time.seconds()).ok())
        .map(Time::from)
}

/// Whether a snapshot is of this revision.
pub fn targets(snapshot: &ReleaseSnapshot, release: &Release) -> bool {
    snapshot.name == release.name
        && snapshot.namespace == release.namespace
        && snapshot.version == release.version
}

/// `namespace/name.v1`, as messages have it.
pub fn full_name(snapshot: &ReleaseSnapshot) -> String {
    let ReleaseSnapshot {
        namespace,
        name,
        version,
        ..
    } = snapshot;
    format!("{namespace}/{name}.v{version}")
}

/// `chart@version`, as messages have it.
pub fn versioned_chart(snapshot: &ReleaseSnapshot) -> String {
    format!("{}@{}", snapshot.chart_name, snapshot.chart_version)
}
