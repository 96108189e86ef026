//! The actions on a release.

use std::time::Duration;

use crds::helm::HelmReleaseSpec;

use crate::policy;

/// What can be done about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Install it.
    Install,
    /// Upgrade it.
    Upgrade,
    /// Run its tests.
    Test,
    /// Say of an action that died that it failed.
    Unlock,
    /// Bring the cluster back to it.
    CorrectDrift,
    /// Go back to the revision before.
    RollBack,
    /// Uninstall what failed.
    UninstallRemediation,
}

/// Kinds of actions; each runs at most once in a pass (H11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Makes a revision.
    Release,
    /// Undoes a failure.
    Remediate,
    /// Runs tests.
    Test,
    /// Unlocks.
    Unlock,
    /// Corrects the cluster.
    DriftCorrection,
}

impl Action {
    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Test => "test",
            Self::Unlock => "unlock",
            Self::CorrectDrift => "correct cluster drift",
            Self::RollBack => "rollback",
            Self::UninstallRemediation => "uninstall",
        }
    }

    /// Its kind.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Install | Self::Upgrade => Kind::Release,
            Self::RollBack | Self::UninstallRemediation => Kind::Remediate,
            Self::Test => Kind::Test,
            Self::Unlock => Kind::Unlock,
            Self::CorrectDrift => Kind::DriftCorrection,
        }
    }

    /// How long each of its operations may take (H12.9).
    pub fn timeout(self, spec: &HelmReleaseSpec) -> Duration {
        let own = match self {
            Self::Install => spec
                .install
                .as_ref()
                .and_then(|options| options.timeout.as_ref()),
            Self::Upgrade => spec
                .upgrade
                .as_ref()
                .and_then(|options| options.timeout.as_ref()),
            Self::Test => spec
                .test
                .as_ref()
                .and_then(|options| options.timeout.as_ref()),
            Self::RollBack => spec
                .rollback
                .as_ref()
                .and_then(|options| options.timeout.as_ref()),
            Self::UninstallRemediation => spec
                .uninstall
                .as_ref()
                .and_then(|options| options.timeout.as_ref()),
            Self::Unlock | Self::CorrectDrift => None,
        };
        policy::timeout(spec, own)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn h12_9_each_action_has_its_own_timeout() {
        let spec = serde_json::from_value(json!({
            "timeout": "9s",
            "install": {"timeout": "1s"}, "upgrade": {"timeout": "2s"}, "test": {"timeout": "3s"},
            "rollback": {"timeout": "4s"}, "uninstall": {"timeout": "5s"},
        }))
        .unwrap();
        let seconds = [
            (Action::Install, 1),
            (Action::Upgrade, 2),
            (Action::Test, 3),
            (Action::RollBack, 4),
            (Action::UninstallRemediation, 5),
            (Action::Unlock, 9),
            (Action::CorrectDrift, 9),
        ];
        for (action, seconds) in seconds {
            assert_eq!(
                action.timeout(&spec).as_secs(),
                seconds,
                "{}",
                action.name()
            );
        }
    }
}
