//! The flags that every controller shares, with upstream's names and defaults (section 13, section 21).
//!
//! A controller derives `clap::Parser` and flattens [`CommonArgs`]; [`parse`] reads the command line. As with pflag,
//! `--flag=x` and `--flag x` are the same, a boolean is `--flag` or `--flag=false`, the last of a repeated flag counts,
//! and durations are Go's. An unknown flag or a bad value is an error that names the nearest flag or what was expected.
//!
//! ```
//! #[derive(Debug, clap::Parser)]
//! struct Args {
//!     #[command(flatten)]
//!     common: common::flags::CommonArgs,
//!     /// How long to wait for a dependency.
//!     #[arg(long, value_parser = common::flags::duration, default_value = "30s")]
//!     requeue_dependency: std::time::Duration,
//! }
//!
//! let args: Args = common::flags::parse_from(["widget-controller", "--enable-leader-election"]).unwrap();
//! assert!(args.common.election.enabled && args.common.watch.all_namespaces);
//! ```

mod applier;
mod args;
mod bools;
mod command;
mod gates;
mod selector;

pub use applier::{ApplierArgs, account_needs_gate};
pub use args::{ClientArgs, CommonArgs, ElectionArgs, LogArgs, RetryArgs, ServerArgs, WatchArgs};
pub use command::{UsageError, parse, parse_from};
pub use gates::{FeatureGates, GateError};
pub use selector::label_selector;

use std::time::Duration;

/// A value parser for Go durations.
///
/// # Errors
/// What was expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    crate::duration::parse(text)
}

/// A value parser for booleans as Go takes them.
///
/// # Errors
/// What was expected.
pub fn boolean(text: &str) -> Result<bool, String> {
    bools::parse(text).ok_or_else(|| "expected true or false".to_owned())
}
