//! The controllers, as programs of their own, with the flags that a Deployment would give them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use testing::process::{Process, Program, built};
use testing::{Dir, free_ports};

use crate::component::{Component, Components};
use crate::objects::NAMESPACE;

/// From the start to the first good answer of the readiness endpoint.
const START: Duration = Duration::from_secs(30);

/// What a controller may take to hand back its work.
const STOP: Duration = Duration::from_secs(5);

/// An error, with the command that helps, if a program was not built.
pub(crate) fn check_built(components: &Components) -> anyhow::Result<()> {
    let mut names = components.iter().map(Component::name);
    names.try_for_each(|name| built(name).map(drop))
}

/// The controllers that were chosen; they end on drop.
#[derive(Debug)]
pub(crate) struct Controllers {
    running: Vec<(Component, Process)>,
    addresses: Addresses,
    dir: Dir,
}

/// Where the servers of the controllers listen, beside those for metrics and health.
#[derive(Debug)]
struct Addresses {
    artifacts: String,
    events: String,
    receivers: String,
}

impl Controllers {
    /// Starts them on free loopback ports and waits until they are ready.
    pub(crate) async fn start(kubeconfig: &Path, components: &Components) -> anyhow::Result<Self> {
        let dir = Dir::new("controllers")?;
        // What a killed controller leaves behind goes away with the folder.
        let temporary = dir.path().join("tmp");
        std::fs::create_dir(&temporary)?;
        // All at once, so that no two are the same.
        let [artifacts, events, receivers, ports @ ..] = free_ports::<15>()?;
        let at = |port: u16| format!("127.0.0.1:{port}");
        let addresses = Addresses {
            artifacts: at(artifacts),
            events: at(events),
            receivers: at(receivers),
        };
        let mut running = Vec::new();
        let mut health = Vec::new();
        let (pairs, _) = ports.as_chunks();
        for (component, [metrics_port, health_port]) in components.iter().zip(pairs) {
            let name = component.name();
            let program = Program::new(built(name)?)
                .log(dir.path().join(format!("{name}.log")))
                .env("KUBECONFIG", kubeconfig)
                .env("RUNTIME_NAMESPACE", NAMESPACE)
                .env("TMPDIR", &temporary)
                .arg(format!("--metrics-addr={}", at(*metrics_port)))
                .arg(format!("--health-addr={}", at(*health_port)))
                .args(addresses.arguments(component, components, dir.path())?);
            running.push((component, program.start()?));
            health.push(format!("http://{}/readyz", at(*health_port)));
        }
        for ((_, process), url) in running.iter_mut().zip(health) {
            process
                .wait_ready(&url, START)
                .await
                .context("a controller did not start")?;
        }
        Ok(Self {
            running,
            addresses,
            dir,
        })
    }

    /// The address of the server of Receivers.
    pub(crate) fn receivers(&self) -> String {
        format!("http://{}", self.addresses.receivers)
    }

    /// An error with the end of the log if one has ended.
    pub(crate) fn check_running(&mut self) -> anyhow::Result<()> {
        let mut processes = self.running.iter_mut();
        processes.try_for_each(|(_, process)| process.check_running())
    }

    /// The folder of the logs, one file per controller.
    pub(crate) fn logs(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// The ends of all logs.
    pub(crate) fn log_tails(&self) -> String {
        let tail = |(_, process): &(Component, Process)| {
            format!("{}:\n{}\n", process.name(), process.log_tail(8))
        };
        self.running.iter().map(tail).collect()
    }

    /// The resident memory of each in bytes, where the system tells it.
    pub(crate) fn memory(&self) -> Vec<(Component, u64)> {
        let running = self.running.iter();
        running
            .filter_map(|(component, process)| Some((*component, process.resident_bytes().ok()?)))
            .collect()
    }

    /// Asks all to end, and kills what does not.
    pub(crate) fn stop(mut self) {
        for (_, process) in &mut self.running {
            // A controller that has to be killed is not the user's problem here.
            let _ = process.terminate(STOP);
        }
    }
}

impl Addresses {
    /// What a controller is told beside the common flags.
    fn arguments(
        &self,
        component: Component,
        components: &Components,
        dir: &Path,
    ) -> anyhow::Result<Vec<String>> {
        let storage = || -> anyhow::Result<String> {
            let storage = dir.join(component.short());
            std::fs::create_dir(&storage)?;
            Ok(format!("--storage-path={}", storage.display()))
        };
        let mut arguments = match component {
            Component::Source => vec![
                storage()?,
                format!("--storage-addr={}", self.artifacts),
                format!("--storage-adv-addr={}", self.artifacts),
            ],
            Component::Notification => vec![
                format!("--events-addr={}", self.events),
                format!("--receiverAddr={}", self.receivers),
            ],
            Component::ImageReflector => vec![storage()?],
            Component::Kustomize | Component::Helm | Component::ImageAutomation => Vec::new(),
        };
        if component != Component::Notification && components.has(Component::Notification) {
            arguments.push(format!("--events-addr=http://{}/", self.events));
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(component: Component, components: &str) -> Vec<String> {
        let dir = Dir::new("arguments").unwrap();
        let addresses = Addresses {
            artifacts: "127.0.0.1:1".to_owned(),
            events: "127.0.0.1:2".to_owned(),
            receivers: "127.0.0.1:3".to_owned(),
        };
        addresses
            .arguments(component, &components.parse().unwrap(), dir.path())
            .unwrap()
    }

    #[test]
    fn events_go_to_the_notification_controller_if_it_runs() {
        let argument = "--events-addr=http://127.0.0.1:2/".to_owned();
        for component in Component::ALL {
            let told = arguments(component, "").contains(&argument);
            assert_eq!(told, component != Component::Notification, "{component:?}");
        }
        assert!(arguments(Component::Kustomize, "source,kustomize").is_empty());
    }

    #[test]
    fn each_storage_has_a_folder_of_its_own() {
        let storage = |component| arguments(component, "").swap_remove(0);
        assert!(storage(Component::Source).ends_with("/source"));
        assert!(storage(Component::ImageReflector).ends_with("/image-reflector"));
    }
}
