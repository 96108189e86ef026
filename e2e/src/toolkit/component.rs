//! What each controller is started with.

use std::path::Path;

use testing::process::Program;
use testing::{Component, free_ports};

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

/// A loopback address where nobody listens.
pub(super) fn free_address() -> String {
    let [port] = free_ports().unwrap();
    format!("127.0.0.1:{port}")
}
