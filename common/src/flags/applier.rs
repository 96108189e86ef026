//! The flags of the controllers that apply: whose rights are used, where artifacts come from, how long to wait.

use std::time::Duration;

use clap::{ArgAction, Args};

use super::{FeatureGates, boolean, duration};
use crate::access::{CrossNamespace, Verification};
use crate::artifact_client::{Clients, Fetcher, HostOverrides, Patience, RetryPolicy};
use crate::runtime::StartError;

/// How long a file server may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What kustomize-controller and helm-controller take (section 21, H24.1).
#[derive(Debug, Clone, Args)]
pub struct ApplierArgs {
    /// How many objects are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub concurrent: usize,
    /// How long to wait before an unready dependency or source is looked at again when nothing else wakes the object
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub requeue_dependency: Duration,
    /// How often a failing download is tried again
    #[arg(long, value_name = "COUNT", default_value_t = 9)]
    pub http_retry: u32,
    /// Refuse references to sources in other namespaces
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub no_cross_namespace_refs: bool,
    /// Accept programs in kubeconfigs; they are never started
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub insecure_kubeconfig_exec: bool,
    /// Accept kubeconfigs that do not verify the server
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub insecure_kubeconfig_tls: bool,
    /// Service account to act as where an object names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_service_account: String,
    /// Service account for kubeconfigs where they name none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_kubeconfig_service_account: String,
    /// Field manager whose changes to managed objects are undone; may be repeated
    #[arg(long = "override-manager", value_name = "NAME", action = ArgAction::Append)]
    pub override_managers: Vec<String>,
    /// Size of the token cache; 0 for none
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub token_cache_max_size: usize,
    /// Longest life of a cached token
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1h0m0s")]
    pub token_cache_max_duration: Duration,
    /// Address of source-controller's files in place of the one in artifacts
    #[arg(
        long,
        env = "SOURCE_CONTROLLER_LOCALHOST",
        default_value = "",
        hide = true
    )]
    pub source_controller_localhost: String,
    /// Address of source-watcher's files in place of the one in artifacts
    #[arg(
        long,
        env = "SOURCE_WATCHER_LOCALHOST",
        default_value = "",
        hide = true
    )]
    pub source_watcher_localhost: String,
}

impl ApplierArgs {
    /// The account to act as where an object names none.
    pub fn default_account(&self) -> Option<String> {
        given(&self.default_service_account)
    }

    /// Whether references may leave the namespace of their object.
    pub fn cross_namespace(&self) -> CrossNamespace {
        CrossNamespace::blocked_if(self.no_cross_namespace_refs)
    }

    /// Whether kubeconfigs may leave servers unverified.
    pub fn verification(&self) -> Verification {
        Verification::as_asked_if(self.insecure_kubeconfig_tls)
    }

    /// What downloads artifacts from file servers that may fall silent for `silence`.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn fetcher(&self, silence: Duration) -> Result<Fetcher, StartError> {
        let hosts = HostOverrides {
            source_controller: given(&self.source_controller_localhost),
            source_watcher: given(&self.source_watcher_localhost),
        };
        let patience = Patience {
            connect: CONNECT_TIMEOUT,
            read: silence,
        };
        let clients = Clients::new(patience).map_err(|error| {
            StartError::Controller(format!("failed to set up the artifact client: {error}"))
        })?;
        let retries = RetryPolicy::with_retries(self.http_retry);
        Ok(Fetcher::new(clients, retries, hosts))
    }
}

/// A flag that names a default account needs the gate that lets objects name accounts (K21.3).
///
/// # Errors
/// Names the flag and the gate.
pub fn account_needs_gate(
    flag: &str,
    account: &str,
    gates: &FeatureGates,
    gate: &str,
) -> Result<(), StartError> {
    if account.is_empty() || gates.enabled(gate) {
        return Ok(());
    }
    let text = format!("--{flag} needs --feature-gates={gate}=true");
    Err(StartError::Controller(text))
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
