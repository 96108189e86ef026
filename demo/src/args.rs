//! The options, which `make run` passes as environment variables; an empty variable counts as not given.

use std::path::Path;
use std::time::Duration;

use clap::Parser;

use crate::component::Components;

/// Options of `make run`.
#[derive(Debug, Clone, Parser)]
#[command(about = "Run the toolkit on a cluster and watch it converge", version)]
pub struct Args {
    /// End when all is Ready (exit code 0), or when that fails (exit code 1 and the failing conditions)
    #[arg(
        long,
        env = "ONCE",
        value_name = "1",
        default_value = "",
        hide_default_value = true
    )]
    #[arg(num_args = 0..=1, default_missing_value = "1")]
    once: String,

    /// A repository of your own instead of the demo: an address, or a local folder
    #[arg(
        long,
        env = "REPO",
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    repo: String,

    /// The folder in that repository to apply
    #[arg(long, env = "REPO_PATH", value_name = "DIR", default_value = "")]
    #[arg(hide_default_value = true)]
    repo_path: String,

    /// The branch of that repository [default: main]
    #[arg(
        long,
        env = "BRANCH",
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    branch: String,

    /// The kubeconfig of a cluster of your own instead of a local control plane
    #[arg(long, env = "KUBECONFIG", value_name = "FILE", default_value = "")]
    #[arg(hide_default_value = true)]
    kubeconfig: String,

    /// Do not ask before a cluster of your own is touched
    #[arg(
        long,
        env = "YES",
        value_name = "1",
        default_value = "",
        hide_default_value = true
    )]
    #[arg(num_args = 0..=1, default_missing_value = "1")]
    yes: String,

    /// The controllers to run, with commas between them [default: all]
    #[arg(
        long,
        env = "COMPONENTS",
        value_name = "NAME,…",
        default_value = "",
        hide_default_value = true
    )]
    components: Components,

    /// How long all may take to become Ready, in seconds
    #[arg(long, env = "TIMEOUT", value_name = "SECONDS", default_value_t = 180)]
    timeout: u64,
}

impl Args {
    /// Whether to end when all is Ready.
    pub(crate) fn once(&self) -> bool {
        given(&self.once)
    }

    /// The user's own repository.
    pub(crate) fn repo(&self) -> Option<&str> {
        Some(self.repo.as_str()).filter(|repo| !repo.is_empty())
    }

    /// The folder to apply, `./` and slashes at the ends taken away.
    pub(crate) fn repo_path(&self) -> &str {
        self.repo_path.trim_start_matches("./").trim_matches('/')
    }

    /// The branch, if one was named.
    pub(crate) fn branch(&self) -> Option<&str> {
        Some(self.branch.as_str()).filter(|branch| !branch.is_empty())
    }

    /// The kubeconfig of the user's own cluster.
    pub(crate) fn own_cluster(&self) -> Option<&Path> {
        Some(Path::new(&self.kubeconfig)).filter(|_| !self.kubeconfig.is_empty())
    }

    /// Whether the user has agreed beforehand.
    pub(crate) fn yes(&self) -> bool {
        given(&self.yes)
    }

    /// The controllers to run.
    pub(crate) fn components(&self) -> &Components {
        &self.components
    }

    /// How long all may take to become Ready.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// `1`, `true` and `yes` are yes; nothing, `0`, `false` and `no` are no.
fn given(value: &str) -> bool {
    !matches!(
        value.to_ascii_lowercase().as_str(),
        "" | "0" | "false" | "no"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_variables_count_as_not_given() {
        let empty = ["--repo=", "--kubeconfig=", "--yes=", "--components="];
        let args = Args::parse_from([&["demo", "--once", "0"][..], &empty].concat());
        assert!(!args.once() && !args.yes() && args.components().iter().count() == 6);
        assert_eq!(
            (args.repo(), args.branch(), args.own_cluster()),
            (None, None, None)
        );
    }

    #[test]
    fn flags_need_no_value() {
        let args = Args::parse_from(["demo", "--once", "--yes", "--repo-path=./clusters/dev/"]);
        assert!(args.once() && args.yes());
        assert_eq!(args.repo_path(), "clusters/dev");
    }

    #[test]
    fn a_bad_choice_of_components_is_refused_with_the_reason() {
        let refused = Args::try_parse_from(["demo", "--components=source,helmet"]);
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("did you mean helm-controller?"), "{error}");
    }
}
