//! Reading the command line.

use std::ffi::OsString;

use clap::Parser;

/// Why the process does not start, or `--help`.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct UsageError {
    text: String,
    asked_for: bool,
}

impl UsageError {
    /// The exit code: 0 when help was asked for, 1 otherwise.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.asked_for)
    }
}

/// Reads the command line of the process.
///
/// # Errors
/// See [`parse_from`].
pub fn parse<A: Parser>() -> Result<A, UsageError> {
    parse_from(std::env::args_os())
}

/// Reads a command line, the program's name included.
///
/// # Errors
/// A text to be shown as it is: the help, or what is wrong and which flag is nearest.
pub fn parse_from<A, I>(line: I) -> Result<A, UsageError>
where
    A: Parser,
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let mut command = A::command()
        .args_override_self(true)
        .disable_help_subcommand(true);
    let parsed = command
        .try_get_matches_from_mut(line)
        .and_then(|matches| A::from_arg_matches(&matches))
        .map_err(|error| error.format(&mut command));
    parsed.map_err(|error| UsageError {
        text: error.render().to_string().trim_end().to_owned(),
        asked_for: !error.use_stderr(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::flags::CommonArgs;
    use crate::logs::{Encoding, Level};

    #[derive(Debug, Parser)]
    struct Args {
        #[command(flatten)]
        common: CommonArgs,
    }

    fn parse(flags: &[&str]) -> Result<CommonArgs, UsageError> {
        let line = std::iter::once("source-controller").chain(flags.iter().copied());
        parse_from::<Args, _>(line).map(|args| args.common)
    }

    #[test]
    fn section_13_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!(
            (
                &*args.servers.metrics_addr,
                &*args.servers.events_addr,
                &*args.servers.health_addr
            ),
            (":8080", "", ":9440")
        );
        assert!(args.watch.all_namespaces && args.watch.label_selector.is_empty());
        assert_eq!(
            args.watch.configs_label_selector,
            "reconcile.fluxcd.io/watch=Enabled"
        );
        assert_eq!(args.backoff(), crate::queue::Backoff::default());
        assert!(!args.election.enabled && args.election.release_on_cancel);
        let election = [
            args.election.lease_duration,
            args.election.renew_deadline,
            args.election.retry_period,
        ];
        assert_eq!(election, [35, 30, 5].map(Duration::from_secs));
        assert_eq!(
            (args.logs.level, args.logs.encoding),
            (Level::Info, Encoding::Json)
        );
        assert_eq!(
            (args.client.kube_api_qps, args.client.kube_api_burst),
            (50.0, 300)
        );
        assert_eq!(args.interval_jitter_percentage, 5);
    }

    #[test]
    fn flags_are_read_as_pflag_reads_them() {
        let args = parse(&[
            "--watch-all-namespaces=false",
            "--enable-leader-election",
            "--log-level",
            "debug",
            "--log-level=error",
            "--min-retry-delay=1.5s",
            "--leader-election-release-on-cancel=F",
            "--feature-gates=A=true",
            "--kube-api-qps=-1",
        ])
        .unwrap();
        assert!(
            !args.watch.all_namespaces && args.election.enabled && !args.election.release_on_cancel
        );
        assert_eq!(args.logs.level, Level::Error, "the last one counts");
        assert_eq!(args.retry.min_retry_delay, Duration::from_millis(1500));
        assert_eq!(args.feature_gates, ["A=true"]);
    }

    #[test]
    fn an_unknown_flag_names_the_nearest_one_and_exits_1() {
        let error = parse(&["--enable-leader-elections"]).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("'--enable-leader-elections'")
                && text.contains("'--enable-leader-election'"),
            "{text}"
        );
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn a_bad_value_names_the_flag_and_what_was_expected() {
        for (flag, expected) in [
            ("--max-retry-delay=5", "missing unit"),
            ("--max-retry-delay=-5s", "negative"),
            ("--interval-jitter-percentage=100", "0..100"),
            ("--watch-all-namespaces=yes", "expected true or false"),
            ("--log-level=verbose", "trace, debug, info, error"),
            ("--watch-label-selector=a in b", "the key of a label"),
        ] {
            let error = parse(&[flag]).unwrap_err();
            let (name, text) = (flag.split('=').next().unwrap(), error.to_string());
            assert!(text.contains(name) && text.contains(expected), "{text}");
            assert_eq!(error.exit_code(), 1);
        }
    }

    #[test]
    fn help_is_no_error() {
        let help = parse(&["--help"]).unwrap_err();
        assert_eq!(help.exit_code(), 0);
        assert!(help.to_string().contains("--watch-label-selector"));
    }
}
