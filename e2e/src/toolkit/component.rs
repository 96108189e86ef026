//! What each controller is started with.

use std::net::TcpListener;
use std::path::Path;

use testing::Component;
use testing::process::Program;

/// Adds the flags that a controller alone takes, or takes in its own way.
pub(super) fn with_flags(
    component: Component,
    program: Program,
    addresses: &Addresses,
    storage: &Path,
) -> Program {
    let Addresses {
        files,
        events,
        webhooks,
        ..
    } = addresses;
    let storage = storage.join(component.name());
    match component {
        Component::Source => {
            std::fs::create_dir(&storage).unwrap();
            program.args([
                format!("--storage-path={}", storage.display()),
                format!("--storage-addr={files}"),
                format!("--storage-adv-addr={files}"),
            ])
        }
        Component::Kustomize | Component::Helm => {
            program.args(["--requeue-dependency=5s", "--concurrent=8"])
        }
        Component::Notification => program.args([
            format!("--events-addr={events}"),
            format!("--receiverAddr={webhooks}"),
        ]),
        Component::ImageReflector => program.arg(format!("--storage-path={}", storage.display())),
        Component::ImageAutomation => program,
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
