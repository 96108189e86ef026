//! What every part of a controller process shares.

use std::fmt;
use std::sync::Arc;

use kube::{Client, Config};
use tokio_util::sync::CancellationToken;

use crate::events::Recorder;
use crate::flags::FeatureGates;
use crate::metrics::Metrics;

/// The services of the process; made by [`crate::runtime::run`], or by hand in tests.
#[derive(Clone)]
pub struct Context {
    /// The controller's own identity towards the API server.
    pub client: Client,
    /// What the client was made from; the base of impersonated clients.
    pub config: Config,
    /// Where events go.
    pub recorder: Recorder,
    /// What is counted.
    pub metrics: Metrics,
    /// What is switched on.
    pub gates: FeatureGates,
    /// Which objects are looked at.
    pub scope: Scope,
    /// Cancelled when the process goes down.
    pub shutdown: CancellationToken,
}

/// Which objects a controller looks at: `--watch-all-namespaces`, `RUNTIME_NAMESPACE`, `--watch-label-selector`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The only namespace, or all of them.
    pub namespace: Option<Arc<str>>,
    /// Objects of the controller's own kinds must match this; everything does when it is empty (M3).
    pub label_selector: String,
    /// ConfigMaps and Secrets must match this to be watched (K20.3).
    pub configs_label_selector: String,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("gates", &self.gates)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
