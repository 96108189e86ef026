//! The six controllers, and what each is started with.

use std::net::TcpListener;
use std::path::Path;

use testing::process::Program;

/// A controller of the toolkit.
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
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Source,
        Self::Kustomize,
        Self::Helm,
        Self::Notification,
        Self::ImageReflector,
        Self::ImageAutomation,
    ];

    /// The name of its program.
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

    /// Adds the flags that this controller alone takes, or takes in its own way.
    pub(super) fn flags(self, program: Program, addresses: &Addresses, storage: &Path) -> Program {
        let Addresses {
            files,
            events,
            webhooks,
            ..
        } = addresses;
        let storage = storage.join(self.name());
        match self {
            Self::Source => {
                std::fs::create_dir(&storage).unwrap();
                program.args([
                    format!("--storage-path={}", storage.display()),
                    format!("--storage-addr={files}"),
                    format!("--storage-adv-addr={files}"),
                ])
            }
            Self::Kustomize | Self::Helm => {
                program.args(["--requeue-dependency=5s", "--concurrent=8"])
            }
            Self::Notification => program.args([
                format!("--events-addr={events}"),
                format!("--receiverAddr={webhooks}"),
            ]),
            Self::ImageReflector => program.arg(format!("--storage-path={}", storage.display())),
            Self::ImageAutomation => program,
        }
    }
}

/// Where the controllers of one set find each other.
#[derive(Debug)]
pub(super) struct Addresses {
    /// The files of source-controller.
    pub(super) files: String,
    /// The events that notification-controller takes.
    pub(super) events: String,
    /// The webhooks that notification-controller takes.
    pub(super) webhooks: String,
}

impl Addresses {
    pub(super) fn choose() -> Self {
        Self {
            files: free_address(),
            events: free_address(),
            webhooks: free_address(),
        }
    }
}

/// A free loopback address; another process could take the port before it is used, which the start would report.
pub(super) fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string()
}
