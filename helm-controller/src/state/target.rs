//! Whether the object means another release than it did (H8.7).

use crds::helm::HelmRelease;

use crate::names;
use crate::policy;
use crate::snapshot::history;

/// What of a release's identity has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Where its records are.
    StorageNamespace,
    /// Where it is made.
    ReleaseNamespace,
    /// What it is called.
    ReleaseName,
    /// Which chart it is of.
    ChartName,
}

impl Target {
    /// The words in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StorageNamespace => "storage namespace",
            Self::ReleaseNamespace => "release namespace",
            Self::ReleaseName => "release name",
            Self::ChartName => "chart name",
        }
    }
}

/// What has changed in such a way that the old release must be uninstalled before a new one is made; the name
/// of the chart only where the spec wants it so (H26.10, H26.11).
pub fn changed_target(object: &HelmRelease, chart_name: &str) -> Option<Target> {
    let stored = object.status.storage_namespace.as_deref()?;
    let latest = history::latest(&object.status.history)?;
    if names::storage_namespace(object) != stored {
        Some(Target::StorageNamespace)
    } else if names::release_namespace(object) != latest.namespace {
        Some(Target::ReleaseNamespace)
    } else if names::release_name(object) != latest.name {
        Some(Target::ReleaseName)
    } else {
        let renamed =
            chart_name != latest.chart_name && policy::reinstalls_renamed_chart(&object.spec);
        renamed.then_some(Target::ChartName)
    }
}

#[cfg(test)]
mod tests {
    use crds::helm::{HelmReleaseSpec, ReleaseSnapshot, Upgrade};

    use super::*;

    fn released() -> HelmRelease {
        let mut object = HelmRelease::new("web", HelmReleaseSpec::default());
        object.metadata.namespace = Some("team".to_owned());
        object.status.storage_namespace = Some("team".to_owned());
        object.status.history.push(ReleaseSnapshot {
            name: "web".to_owned(),
            namespace: "team".to_owned(),
            chart_name: "app".to_owned(),
            version: 1,
            ..ReleaseSnapshot::default()
        });
        object
    }

    #[test]
    fn h8_7_another_place_name_or_chart_is_another_release() {
        let mut object = released();
        assert_eq!(changed_target(&object, "app"), None);
        assert_eq!(changed_target(&object, "other"), Some(Target::ChartName));
        object.spec.release_name = Some("mine".to_owned());
        assert_eq!(changed_target(&object, "other"), Some(Target::ReleaseName));
        object.spec.target_namespace = Some("prod".to_owned());
        assert_eq!(
            changed_target(&object, "app"),
            Some(Target::ReleaseNamespace)
        );
        object.spec.storage_namespace = Some("records".to_owned());
        assert_eq!(
            changed_target(&object, "app"),
            Some(Target::StorageNamespace)
        );
    }

    #[test]
    fn h26_11_a_renamed_chart_may_be_released_over_the_old_one() {
        let mut object = released();
        object.spec.upgrade = Some(Upgrade {
            chart_name_change_strategy: Some("InPlaceUpdate".into()),
            ..Upgrade::default()
        });
        assert_eq!(changed_target(&object, "other"), None);
    }

    #[test]
    fn h8_7_before_the_first_release_nothing_has_changed() {
        let mut object = released();
        object.spec.release_name = Some("mine".to_owned());
        object.status.history.clear();
        assert_eq!(changed_target(&object, "app"), None);
        let mut object = released();
        object.spec.release_name = Some("mine".to_owned());
        object.status.storage_namespace = None;
        assert_eq!(changed_target(&object, "app"), None);
    }

    #[test]
    fn h7_1_a_name_that_was_cut_is_the_same_release() {
        let mut object = released();
        let long = "a".repeat(60);
        object.metadata.name = Some(long.clone());
        object.status.history[0].name = names::shorten(&long);
        assert_eq!(changed_target(&object, "app"), None);
    }
}
