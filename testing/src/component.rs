//! The controllers of the toolkit, as programs.

/// A controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Component {
    /// Fetches and publishes.
    Source,
    /// Builds and applies.
    Kustomize,
    /// Keeps releases.
    Helm,
    /// Receives events and webhooks.
    Notification,
    /// Scans registries and chooses tags.
    ImageReflector,
    /// Commits newer images.
    ImageAutomation,
}

impl Component {
    /// All of them, those that others build on first.
    pub const ALL: [Self; 6] = [
        Self::Source,
        Self::Kustomize,
        Self::Helm,
        Self::Notification,
        Self::ImageReflector,
        Self::ImageAutomation,
    ];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source-controller",
            Self::Kustomize => "kustomize-controller",
            Self::Helm => "helm-controller",
            Self::Notification => "notification-controller",
            Self::ImageReflector => "image-reflector-controller",
            Self::ImageAutomation => "image-automation-controller",
        }
    }

    /// The name without what all names have in common.
    pub fn short(self) -> &'static str {
        self.name().trim_end_matches("-controller")
    }
}
