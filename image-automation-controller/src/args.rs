//! The flags of image-automation-controller, with upstream's names and defaults (section 7).

use std::time::Duration;

use clap::{ArgAction, Parser};
use common::access::CrossNamespace;
use common::flags::{CommonArgs, FeatureGates, boolean, duration};
use common::runtime::StartError;
use git::ssh::Algorithms;

/// Gates with their defaults (section 7).
pub const GATES: &[(&str, bool)] = &[
    (gates::CACHE_SECRETS_AND_CONFIG_MAPS, false),
    (gates::GIT_ALL_BRANCH_REFERENCES, true),
    (gates::GIT_FORCE_PUSH_BRANCH, true),
    (gates::GIT_SHALLOW_CLONE, true),
    (gates::GIT_SPARSE_CHECKOUT, false),
    (gates::OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
];

/// Names of the gates.
pub mod gates {
    /// Accepted without effect: Secrets are always read from the API server.
    pub const CACHE_SECRETS_AND_CONFIG_MAPS: &str = "CacheSecretsAndConfigMaps";
    /// A push branch that the remote has is worked on; otherwise it is made anew from the checkout (G4).
    pub const GIT_ALL_BRANCH_REFERENCES: &str = "GitAllBranchReferences";
    /// A push branch that is not the checked out one may lose commits (G5).
    pub const GIT_FORCE_PUSH_BRANCH: &str = "GitForcePushBranch";
    /// Accepted without effect: one commit is all that is ever needed (G7).
    pub const GIT_SHALLOW_CLONE: &str = "GitShallowClone";
    /// Accepted without effect: no file is ever checked out but those that are looked at (G7).
    pub const GIT_SPARSE_CHECKOUT: &str = "GitSparseCheckout";
    /// Repositories may name service accounts (U6).
    pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";
}

/// Writes newer images into the files of git repositories.
#[derive(Debug, Clone, Parser)]
#[command(name = "image-automation-controller", disable_version_flag = true)]
pub struct Args {
    /// What every controller takes.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Automations worked on at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent: u16,
    /// Refuse references that leave the namespace of the object
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub no_cross_namespace_refs: bool,
    /// Key exchange algorithms of SSH, in order of preference
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', action = ArgAction::Append)]
    pub ssh_kex_algos: Vec<String>,
    /// Host key algorithms of SSH, in order of preference
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', action = ArgAction::Append)]
    pub ssh_hostkey_algos: Vec<String>,
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

impl Args {
    /// Checks what one flag or gate alone cannot tell (W1).
    ///
    /// # Errors
    /// What does not fit together.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let gate = gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
        if self.default_service_account.is_empty() || gates.enabled(gate) {
            return Ok(());
        }
        Err(StartError::Controller(format!(
            "--default-service-account needs --feature-gates={gate}=true"
        )))
    }

    /// Whether references may cross namespaces.
    pub fn cross_namespace(&self) -> CrossNamespace {
        CrossNamespace::blocked_if(self.no_cross_namespace_refs)
    }

    /// What ssh connections may use.
    ///
    /// # Errors
    /// An algorithm that is not known.
    pub fn algorithms(&self) -> Result<Algorithms, StartError> {
        Algorithms::parse(&self.ssh_kex_algos, &self.ssh_hostkey_algos)
            .map_err(|error| StartError::Controller(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Args {
        let line = std::iter::once("image-automation-controller").chain(flags.iter().copied());
        common::flags::parse_from(line)
            .map_err(|error| error.to_string())
            .unwrap()
    }

    #[test]
    fn w3_w5_flags_of_stock_manifests_are_taken() {
        let args = parse(&[
            "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
            "--watch-all-namespaces",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--ssh-hostkey-algos=ssh-ed25519,rsa-sha2-512",
        ]);
        assert_eq!(args.concurrent, 4);
        assert_eq!(args.cross_namespace(), CrossNamespace::Allowed);
        assert_ne!(args.algorithms().unwrap(), Algorithms::default());
        assert!(parse(&["--ssh-kex-algos=none"]).algorithms().is_err());
    }

    #[test]
    fn w1_a_default_account_needs_the_gate() {
        let args = parse(&["--default-service-account=a"]);
        let gates = FeatureGates::new(GATES);
        assert!(args.check(&gates).is_err());
        let open = gates.with("ObjectLevelWorkloadIdentity=true").unwrap();
        assert!(args.check(&open).is_ok());
        assert!(gates.with("NoSuchGate=true").is_err());
        assert!(
            gates.enabled(gates::GIT_FORCE_PUSH_BRANCH)
                && !gates.enabled(gates::GIT_SPARSE_CHECKOUT)
        );
    }
}
