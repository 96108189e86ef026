//! The flags of notification-controller, with upstream's names and defaults (section 10).
//!
//! `--events-addr` is what sets this controller apart: the others post to it, this one listens on it. The shared flag is
//! therefore read here, and the part that goes to the shared runtime carries no address to post to.

use std::time::Duration;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use common::access::CrossNamespace;
use common::flags::{CommonArgs, FeatureGates, boolean, duration};
use common::runtime::StartError;

/// Gates with their defaults (section 10).
pub const GATES: &[(&str, bool)] = &[
    (gates::CACHE_SECRETS_AND_CONFIG_MAPS, false),
    (gates::DISABLE_CONFIG_WATCHERS, false),
    (gates::OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
];

/// Names of the gates.
pub mod gates {
    /// Accepted without effect: Secrets are always read from the API server.
    pub const CACHE_SECRETS_AND_CONFIG_MAPS: &str = "CacheSecretsAndConfigMaps";
    /// No watch of Secrets (P3).
    pub const DISABLE_CONFIG_WATCHERS: &str = "DisableConfigWatchers";
    /// Providers may name service accounts (E24).
    pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";
}

/// The command line.
#[derive(Debug, Clone)]
pub struct Args {
    /// What every controller takes; its address to post events to is empty.
    pub common: CommonArgs,
    /// The rest.
    pub own: OwnArgs,
    /// Address that events are received on: `--events-addr`.
    pub events_address: String,
}

/// The flags of this controller alone.
#[derive(Debug, Clone, clap::Args)]
pub struct OwnArgs {
    /// Address that webhooks are received on
    #[arg(long = "receiverAddr", value_name = "ADDRESS", default_value = ":9292")]
    pub receiver_address: String,
    /// Receivers worked on at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent: u16,
    /// Time within which an event that repeats is refused
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5m0s")]
    pub rate_limit_interval: Duration,
    /// Name the full path of a request in the metrics of the servers
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub export_http_path_metrics: bool,
    /// Refuse references that leave the namespace of the object
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub no_cross_namespace_refs: bool,
    /// Number of access tokens kept in memory; 0 for none
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub token_cache_max_size: usize,
    /// Longest time that an access token is kept
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1h0m0s")]
    pub token_cache_max_duration: Duration,
    /// ServiceAccount whose identity logs in to a cloud where an object names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_service_account: String,
}

impl OwnArgs {
    /// Whether references may cross namespaces.
    pub fn cross_namespace(&self) -> CrossNamespace {
        CrossNamespace::blocked_if(self.no_cross_namespace_refs)
    }
}

/// The command line as clap sees it.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "notification-controller",
    about = "Sends events to people and services, and receives their webhooks",
    disable_version_flag = true
)]
struct Line {
    #[command(flatten)]
    common: CommonArgs,
    #[command(flatten)]
    own: OwnArgs,
}

impl From<Line> for Args {
    fn from(line: Line) -> Self {
        let Line { mut common, own } = line;
        let events_address = std::mem::take(&mut common.servers.events_addr);
        Self {
            common,
            own,
            events_address,
        }
    }
}

impl CommandFactory for Args {
    fn command() -> clap::Command {
        adapted(Line::command())
    }

    fn command_for_update() -> clap::Command {
        adapted(Line::command_for_update())
    }
}

/// The shared flags as they are here: one listens instead of posting, two have nothing to do.
fn adapted(command: clap::Command) -> clap::Command {
    command
        .mut_arg("events_addr", |flag| {
            flag.value_name("ADDRESS")
                .default_value(":9090")
                .env(None::<&str>)
                .help("Address that events are received on")
        })
        .mut_arg("watch-label-selector", |flag| flag.hide(true))
        .mut_arg("interval_jitter_percentage", |flag| flag.hide(true))
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Line::from_arg_matches(matches).map(Self::from)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Parser for Args {}

impl Args {
    /// Refuses what does not fit together.
    ///
    /// # Errors
    /// Names the flags.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let refused = |text: &str| Err(StartError::Controller(text.to_owned()));
        if !self.common.watch.label_selector.is_empty() {
            return refused(
                "--watch-label-selector is no flag of notification-controller: every alert sees every event",
            );
        }
        if !self.own.default_service_account.is_empty()
            && !gates.enabled(gates::OBJECT_LEVEL_WORKLOAD_IDENTITY)
        {
            return refused(
                "--default-service-account needs --feature-gates=ObjectLevelWorkloadIdentity=true",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Args, String> {
        let line = std::iter::once("notification-controller").chain(flags.iter().copied());
        common::flags::parse_from(line).map_err(|error| error.to_string())
    }

    #[test]
    fn section_10_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!(args.events_address, ":9090");
        assert_eq!(args.common.servers.events_addr, "");
        assert_eq!(args.common.servers.health_addr, ":9440");
        assert_eq!(args.own.receiver_address, ":9292");
        assert_eq!(args.own.rate_limit_interval, Duration::from_mins(5));
        assert_eq!(args.own.concurrent, 4);
        assert_eq!(args.own.token_cache_max_size, 100);
        assert_eq!(args.own.cross_namespace(), CrossNamespace::Allowed);
        assert!(!args.own.export_http_path_metrics);
    }

    #[test]
    fn flags_of_stock_manifests_are_taken_and_the_camel_case_one_is_spelled_so() {
        let args = parse(&[
            "--watch-all-namespaces=true",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--events-addr=127.0.0.1:0",
            "--receiverAddr=:1234",
            "--no-cross-namespace-refs",
            "--rate-limit-interval=1m",
        ])
        .unwrap();
        assert_eq!(args.events_address, "127.0.0.1:0");
        assert_eq!(args.own.receiver_address, ":1234");
        assert_eq!(args.own.cross_namespace(), CrossNamespace::Blocked);
        assert!(
            parse(&["--receiver-addr=:1"])
                .unwrap_err()
                .contains("receiverAddr")
        );
    }

    #[test]
    fn what_does_not_fit_together_is_refused_by_name() {
        let gates = FeatureGates::new(GATES);
        let refused = |flags: &[&str]| parse(flags).unwrap().check(&gates).unwrap_err().to_string();
        assert!(refused(&["--default-service-account=x"]).contains("ObjectLevelWorkloadIdentity"));
        assert!(refused(&["--watch-label-selector=a=b"]).contains("--watch-label-selector"));
        assert!(parse(&[]).unwrap().check(&gates).is_ok());
    }
}
