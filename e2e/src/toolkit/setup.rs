//! Which controllers start, where, and with which flags.

use std::collections::BTreeMap;

use futures::future::join_all;
use testing::process::{Program, built};
use testing::{ControlPlane, Dir};
use yaml::{Budget, Dialect};

use super::component::{Addresses, free_address, with_flags};
use super::{Component, Controller, SHARD, Toolkit};

/// A set of controllers before its start.
#[derive(Debug, Clone)]
pub struct Setup {
    components: Vec<Component>,
    plane: Plane,
    shard: Option<String>,
    events: Option<String>,
    run: Run,
    flags: Vec<(Component, String)>,
}

/// The control plane that the controllers work on.
#[derive(Debug, Clone, Copy)]
enum Plane {
    /// Without nodes: no pod ever runs.
    WithoutPods,
    /// With a node that runs pods and completes Jobs.
    WithPods,
}

/// How the programs are run.
#[derive(Debug, Clone, Copy)]
enum Run {
    /// For stories: one that fails wants to be told in detail, which costs.
    Watched,
    /// As the manifests have it.
    AsInstalled,
}

impl Run {
    const fn log_level(self) -> &'static str {
        match self {
            Self::Watched => "debug",
            Self::AsInstalled => "info",
        }
    }

    fn environment(self, component: Component) -> Vec<(String, String)> {
        match self {
            Self::Watched => Vec::new(),
            Self::AsInstalled => environment_of(component),
        }
    }
}

/// The variables that the manifests give to a controller as they stand, not from fields of its pod.
fn environment_of(component: Component) -> Vec<(String, String)> {
    let file = format!(
        "{}/../manifests/bases/{}/deployment.yaml",
        env!("CARGO_MANIFEST_DIR"),
        component.name()
    );
    let text = std::fs::read(file).unwrap();
    let objects = yaml::decode(&text, Dialect::Kubernetes, &Budget::default()).unwrap();
    let deployment = objects.first().unwrap().to_json();
    let variables = &deployment["spec"]["template"]["spec"]["containers"][0]["env"];
    let variables = variables.as_array().into_iter().flatten();
    let plain = variables.filter_map(|variable| {
        let (name, value) = (variable["name"].as_str()?, variable["value"].as_str()?);
        Some((name.to_owned(), value.to_owned()))
    });
    plain.collect()
}

impl Setup {
    /// These controllers, for all objects without a shard label, on the control plane without nodes.
    pub fn of(components: &[Component]) -> Self {
        Self {
            components: components.to_vec(),
            plane: Plane::WithoutPods,
            shard: None,
            events: None,
            run: Run::Watched,
            flags: Vec::new(),
        }
    }

    /// On the control plane of this test binary where pods become ready and Jobs complete.
    #[must_use]
    pub fn with_pods(mut self) -> Self {
        self.plane = Plane::WithPods;
        self
    }

    /// Only for the objects labelled with this shard, for stories that kill or configure their controllers.
    ///
    /// notification-controller knows no shards: it takes the Alerts, Providers and Receivers of all.
    #[must_use]
    pub fn shard(mut self, shard: &str) -> Self {
        self.shard = Some(shard.to_owned());
        self
    }

    /// Events go to this address instead of the set's notification-controller.
    #[must_use]
    pub fn events_to(mut self, url: &str) -> Self {
        self.events = Some(url.to_owned());
        self
    }

    /// With the log and the environment of the manifests, for figures.
    #[must_use]
    pub fn as_installed(mut self) -> Self {
        self.run = Run::AsInstalled;
        self
    }

    /// Adds flags of one controller.
    #[must_use]
    pub fn flags(mut self, component: Component, flags: &[&str]) -> Self {
        let flags = flags.iter().map(|flag| (component, (*flag).to_owned()));
        self.flags.extend(flags);
        self
    }

    /// Starts them all, and waits until they are ready.
    pub async fn start(self) -> Toolkit {
        let plane = match self.plane {
            Plane::WithoutPods => ControlPlane::shared().await,
            Plane::WithPods => ControlPlane::shared_with_pods().await,
        };
        let storage = Dir::new("storage").unwrap();
        let scratch = Dir::new("scratch").unwrap();
        let addresses = Addresses::choose();
        let starts = self.components.iter().map(|&component| {
            let (metrics, health) = (free_address(), free_address());
            let program = Program::new(built(component.name()).unwrap())
                .env("KUBECONFIG", plane.kubeconfig_path())
                .env("RUNTIME_NAMESPACE", "default")
                .env("TMPDIR", scratch.path())
                .args([
                    format!("--metrics-addr={metrics}"),
                    format!("--health-addr={health}"),
                    format!("--log-level={}", self.run.log_level()),
                ])
                .envs(self.run.environment(component))
                .args(self.shared_flags(component, &addresses))
                .log(plane.logs().join(self.log(component)));
            let program = with_flags(component, program, &addresses, storage.path())
                .args(self.own_flags(component));
            let ready = match component {
                Component::Source => format!("http://{}/", addresses.files),
                _ => format!("http://{health}/readyz"),
            };
            let metrics = format!("http://{metrics}/metrics");
            async move { (component, Controller::start(program, ready, metrics).await) }
        });
        let controllers: BTreeMap<_, _> = join_all(starts).await.into_iter().collect();
        Toolkit {
            plane,
            shard: self.shard,
            controllers,
            addresses,
            _storage: storage,
            _scratch: scratch,
        }
    }

    /// What all controllers but notification-controller take.
    fn shared_flags(&self, component: Component, addresses: &Addresses) -> Vec<String> {
        if component == Component::Notification {
            return Vec::new();
        }
        let shard = self.shard.as_ref();
        let selector =
            shard.map_or_else(|| format!("!{SHARD}"), |shard| format!("{SHARD}={shard}"));
        let own = self
            .components
            .contains(&Component::Notification)
            .then(|| format!("http://{}/", addresses.events));
        let mut flags = vec![format!("--watch-label-selector={selector}")];
        let events = self.events.clone().or(own);
        flags.extend(events.map(|url| format!("--events-addr={url}")));
        flags
    }

    fn own_flags(&self, component: Component) -> impl Iterator<Item = &String> {
        let flags = self.flags.iter();
        flags.filter_map(move |(to, flag)| (*to == component).then_some(flag))
    }

    fn log(&self, component: Component) -> String {
        let set = self.shard.as_deref().unwrap_or("shared");
        format!("{}-{set}.log", component.name())
    }
}
