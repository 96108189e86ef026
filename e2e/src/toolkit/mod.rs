//! The controllers as child processes on a control plane.
//!
//! ```no_run
//! # use e2e::toolkit::{Component, Setup};
//! # async fn story() {
//! let mut toolkit = Setup::of(&Component::ALL).with_pods().start().await;
//! toolkit.kill_and_restart(&[Component::Source, Component::Helm]).await;
//! println!("{}", toolkit.controller(Component::Helm).requests().await);
//! # }
//! ```

mod component;
mod controller;
mod moments;
mod setup;

use std::collections::BTreeMap;

use futures::future::join_all;
use testing::{ControlPlane, Dir};
use tokio::sync::{Mutex, OnceCell};

use component::Addresses;

pub use controller::Controller;
pub use moments::Moments;
pub use setup::Setup;
pub use testing::Component;

/// Label by which a set of controllers takes only its own objects.
pub const SHARD: &str = "sharding.fluxcd.io/key";

/// Running controllers of one shard.
#[derive(Debug)]
pub struct Toolkit {
    /// The control plane that they work on.
    pub plane: &'static ControlPlane,
    /// The label value of its objects, `None` for the objects without the label.
    pub shard: Option<String>,
    controllers: BTreeMap<Component, Controller>,
    addresses: Addresses,
    _storage: Dir,
    _scratch: Dir,
}

static SHARED: OnceCell<Mutex<Toolkit>> = OnceCell::const_new();
static WHOLE: OnceCell<Mutex<Toolkit>> = OnceCell::const_new();

impl Toolkit {
    /// source-controller and kustomize-controller of this test binary for all objects without a shard label; the first caller
    /// starts them.
    pub async fn shared() -> &'static Mutex<Self> {
        let setup = || Setup::of(&[Component::Source, Component::Kustomize]);
        SHARED
            .get_or_init(|| async { Mutex::new(setup().start().await) })
            .await
    }

    /// All controllers, of this test binary, for all objects without a shard label, where pods run; the first caller starts them.
    pub async fn whole() -> &'static Mutex<Self> {
        let setup = || Setup::of(&Component::ALL).with_pods();
        WHOLE
            .get_or_init(|| async { Mutex::new(setup().start().await) })
            .await
    }

    /// source-controller and kustomize-controller that see only the objects labelled with this shard, for stories that kill or
    /// configure them.
    ///
    /// `kustomize_flags` are added to the flags of kustomize-controller.
    pub async fn sharded(shard: &str, kustomize_flags: &[&str]) -> Self {
        Setup::of(&[Component::Source, Component::Kustomize])
            .shard(shard)
            .flags(Component::Kustomize, kustomize_flags)
            .start()
            .await
    }

    /// A controller of the set.
    pub fn controller(&mut self, component: Component) -> &mut Controller {
        let found = self.controllers.get_mut(&component);
        found.unwrap_or_else(|| panic!("{} is not in this set", component.name()))
    }

    /// SIGKILL to these controllers, then new processes with the same flags, waited for until all are ready.
    pub async fn kill_and_restart(&mut self, components: &[Component]) {
        let chosen = self.controllers.iter_mut();
        let chosen = chosen.filter(|(component, _)| components.contains(component));
        join_all(chosen.map(|(_, controller)| controller.kill_and_restart())).await;
    }

    /// The address of a webhook path of notification-controller.
    pub fn webhook_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addresses.webhooks)
    }

    /// The address of notification-controller to which events are posted.
    pub fn events_url(&self) -> String {
        format!("http://{}/", self.addresses.events)
    }
}
