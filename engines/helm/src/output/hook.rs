//! Hooks: manifests that are applied at a point of a release's life, told by annotations.

/// Annotation with the events, comma separated.
pub(super) const EVENTS: &str = "helm.sh/hook";
/// Annotation with the weight.
pub(super) const WEIGHT: &str = "helm.sh/hook-weight";
/// Annotation with the deletion policies, comma separated.
pub(super) const DELETE: &str = "helm.sh/hook-delete-policy";
/// Annotation with the policies for logs, comma separated.
pub(super) const OUTPUT_LOG: &str = "helm.sh/hook-output-log-policy";

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Before anything is installed.
    PreInstall,
    /// After all is installed.
    PostInstall,
    /// Before anything is deleted.
    PreDelete,
    /// After all is deleted.
    PostDelete,
    /// Before an upgrade.
    PreUpgrade,
    /// After an upgrade.
    PostUpgrade,
    /// Before a rollback.
    PreRollback,
    /// After a rollback.
    PostRollback,
    /// When the release is tested.
    Test,
}

impl Event {
    const ALL: [(Self, &'static str); 9] = [
        (Self::PreInstall, "pre-install"),
        (Self::PostInstall, "post-install"),
        (Self::PreDelete, "pre-delete"),
        (Self::PostDelete, "post-delete"),
        (Self::PreUpgrade, "pre-upgrade"),
        (Self::PostUpgrade, "post-upgrade"),
        (Self::PreRollback, "pre-rollback"),
        (Self::PostRollback, "post-rollback"),
        (Self::Test, "test"),
    ];

    /// The event of this name; `test-success` is Helm 2's name for a test.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "test-success" {
            return Some(Self::Test);
        }
        let known = Self::ALL.iter().find(|(_, known)| *known == name);
        known.map(|(event, _)| *event)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(event, _)| *event == self);
        known.map_or("", |(_, name)| name)
    }
}

/// When the object of a hook is deleted, as the annotation spells it in lower case:
/// `hook-succeeded`, `hook-failed`, `before-hook-creation`. Others are kept and mean nothing.
pub type DeletePolicy = String;

/// When the logs of a hook are shown: `hook-succeeded`, `hook-failed`. Others are kept and mean
/// nothing.
pub type OutputLogPolicy = String;

/// A manifest that is applied at events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The name of the object.
    pub name: String,
    /// The kind of the object.
    pub kind: String,
    /// The template it comes from.
    pub path: String,
    /// The text.
    pub manifest: String,
    /// When it runs.
    pub events: Vec<Event>,
    /// Hooks of an event run by weight, the lightest first.
    pub weight: i64,
    /// When its object is deleted.
    pub delete_policies: Vec<DeletePolicy>,
    /// When its logs are shown.
    pub output_log_policies: Vec<OutputLogPolicy>,
}

impl Hook {
    /// Whether it is a test.
    pub fn is_test(&self) -> bool {
        self.events.contains(&Event::Test)
    }
}
