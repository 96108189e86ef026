//! The shared flags.

use std::time::Duration;

use clap::{ArgAction, Args};

use super::{boolean, duration, label_selector};
use crate::jitter::Jitter;
use crate::logs::{Encoding, Level};
use crate::queue::Backoff;

/// Everything that all controllers take.
#[derive(Debug, Clone, Args)]
pub struct CommonArgs {
    /// Addresses.
    #[command(flatten)]
    pub servers: ServerArgs,
    /// Which objects are looked at.
    #[command(flatten)]
    pub watch: WatchArgs,
    /// Delays after failures.
    #[command(flatten)]
    pub retry: RetryArgs,
    /// Leader election.
    #[command(flatten)]
    pub election: ElectionArgs,
    /// The log.
    #[command(flatten)]
    pub logs: LogArgs,
    /// The client of the API server.
    #[command(flatten)]
    pub client: ClientArgs,
    /// Percentage by which the interval after a success is stretched or shrunk at random, 0 to 99
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u8).range(0..100))]
    pub interval_jitter_percentage: u8,
    /// Features to switch, as Name=true,Other=false
    #[arg(long, value_name = "NAME=BOOL,...", default_value = "", action = ArgAction::Append)]
    pub feature_gates: Vec<String>,
}

/// Addresses to listen on and to post to.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// Address of the metrics endpoint; 0 for none
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = ":8080",
        env = "METRICS_ADDR",
        hide_env_values = true
    )]
    pub metrics_addr: String,
    /// Address that events are posted to
    #[arg(
        long,
        value_name = "URL",
        default_value = "",
        env = "EVENTS_ADDR",
        hide_env_values = true
    )]
    pub events_addr: String,
    /// Address of the health and readiness endpoints; 0 for none
    #[arg(long, value_name = "ADDRESS", default_value = ":9440")]
    pub health_addr: String,
}

/// Which objects are looked at.
#[derive(Debug, Clone, Args)]
pub struct WatchArgs {
    /// Watch every namespace; otherwise only the one in `RUNTIME_NAMESPACE`
    #[arg(
        id = "watch-all-namespaces", long, value_name = "BOOL", value_parser = boolean, default_value = "true",
        num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub all_namespaces: bool,
    /// Work only on objects whose labels match, for instance sharding.fluxcd.io/key=shard1
    #[arg(
        id = "watch-label-selector",
        long,
        value_name = "SELECTOR", value_parser = label_selector,
        default_value = ""
    )]
    pub label_selector: String,
    /// Watch only ConfigMaps and Secrets whose labels match
    #[arg(
        id = "watch-configs-label-selector",
        long,
        value_name = "SELECTOR", value_parser = label_selector,
        default_value = "reconcile.fluxcd.io/watch=Enabled"
    )]
    pub configs_label_selector: String,
    /// The namespace that the controller runs in.
    #[arg(
        id = "runtime-namespace",
        long,
        env = "RUNTIME_NAMESPACE",
        default_value = "",
        hide = true
    )]
    pub runtime_namespace: String,
}

/// Delays after failures.
#[derive(Debug, Clone, Args)]
pub struct RetryArgs {
    /// Delay after the first failure of an object
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "750ms")]
    pub min_retry_delay: Duration,
    /// Longest delay after a failure of an object
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "15m0s")]
    pub max_retry_delay: Duration,
}

/// Leader election.
#[derive(Debug, Clone, Args)]
pub struct ElectionArgs {
    /// Let one instance at a time work, elected by a Lease
    #[arg(
        id = "enable-leader-election", long, value_name = "BOOL", value_parser = boolean, default_value = "false",
        num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub enabled: bool,
    /// Give the lease up when the process ends in good order
    #[arg(
        id = "leader-election-release-on-cancel", long, value_name = "BOOL", value_parser = boolean,
        default_value = "true", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        action = ArgAction::Set
    )]
    pub release_on_cancel: bool,
    /// How long others wait before they take over a lease that is not renewed
    #[arg(
        id = "leader-election-lease-duration", long, value_name = "DURATION", value_parser = duration,
        default_value = "35s"
    )]
    pub lease_duration: Duration,
    /// How long the leader tries to renew the lease before it gives up
    #[arg(
        id = "leader-election-renew-deadline", long, value_name = "DURATION", value_parser = duration,
        default_value = "30s"
    )]
    pub renew_deadline: Duration,
    /// Pause between tries to acquire or renew the lease
    #[arg(
        id = "leader-election-retry-period", long, value_name = "DURATION", value_parser = duration,
        default_value = "5s"
    )]
    pub retry_period: Duration,
}

/// The log.
#[derive(Debug, Clone, Args)]
pub struct LogArgs {
    /// How much is logged
    #[arg(
        id = "log-level",
        long,
        value_name = "LEVEL",
        default_value = "info",
        value_enum
    )]
    pub level: Level,
    /// How the log is written
    #[arg(
        id = "log-encoding",
        long,
        value_name = "ENCODING",
        default_value = "json",
        value_enum
    )]
    pub encoding: Encoding,
}

/// The client of the API server. Its rate is not limited here: servers with priority and fairness ask for patience
/// themselves, with status 429 and Retry-After, and are obeyed.
#[derive(Debug, Clone, Args)]
pub struct ClientArgs {
    /// Accepted and without effect: the API server limits the rate
    #[arg(
        long,
        value_name = "QPS",
        default_value_t = 50.0,
        allow_negative_numbers = true
    )]
    pub kube_api_qps: f32,
    /// Accepted and without effect: the API server limits the rate
    #[arg(
        long,
        value_name = "REQUESTS",
        default_value_t = 300,
        allow_negative_numbers = true
    )]
    pub kube_api_burst: i32,
}

impl CommonArgs {
    /// The spread of success intervals.
    pub fn jitter(&self) -> Jitter {
        Jitter::percent(self.interval_jitter_percentage)
    }

    /// The delays after failures.
    pub fn backoff(&self) -> Backoff {
        Backoff {
            min: self.retry.min_retry_delay,
            max: self.retry.max_retry_delay,
        }
    }
}
