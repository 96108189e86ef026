//! The flags of image-reflector-controller, with upstream's names and defaults (section 7).

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args as Flags, Parser};
use common::access::CrossNamespace;
use common::flags::{CommonArgs, FeatureGates, boolean, duration};
use common::runtime::StartError;

/// Gates with their defaults (section 7).
pub const GATES: &[(&str, bool)] = &[
    (gates::CACHE_SECRETS_AND_CONFIG_MAPS, false),
    (gates::FLUX_STORAGE, false),
    (gates::OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
];

/// Names of the gates.
pub mod gates {
    /// Accepted without effect: Secrets are always read from the API server.
    pub const CACHE_SECRETS_AND_CONFIG_MAPS: &str = "CacheSecretsAndConfigMaps";
    /// Tags are kept for each object instead of for each image (R9, R13).
    pub const FLUX_STORAGE: &str = "FluxStorage";
    /// Repositories may name service accounts of clouds (R2).
    pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";
}

/// Scans image repositories and chooses tags by policy.
#[derive(Debug, Clone, Parser)]
#[command(name = "image-reflector-controller", disable_version_flag = true)]
pub struct Args {
    /// What every controller takes.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Where tags are kept.
    #[command(flatten)]
    pub storage: StorageArgs,
    /// Objects of one kind worked on at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent: u16,
    /// How soon a policy without tags is looked at again
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub requeue_dependency: Duration,
    /// Refuse references that leave the namespace of the object
    #[arg(
        long, value_name = "BOOL", value_parser = boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = ArgAction::Set
    )]
    pub no_cross_namespace_refs: bool,
    /// ServiceAccount whose identity logs in to a cloud where an object names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_service_account: String,
    /// Number of access tokens kept in memory; 0 for none
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub token_cache_max_size: usize,
    /// Longest time that an access token is kept
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1h0m0s")]
    pub token_cache_max_duration: Duration,
}

/// Where tags are kept.
#[derive(Debug, Clone, Flags)]
pub struct StorageArgs {
    /// Directory for the tags; made if it is missing
    #[arg(
        id = "storage-path",
        long,
        value_name = "DIRECTORY",
        default_value = "/data"
    )]
    pub path: PathBuf,
    /// Accepted and without effect: there is no value log
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 28)]
    pub storage_value_log_file_size: i64,
    /// Accepted and without effect: tags are not compressed
    #[arg(
        long,
        value_name = "KIB",
        default_value_t = 64,
        allow_negative_numbers = true
    )]
    pub storage_compression_threshold: i64,
    /// Accepted and without effect: the files leave no garbage
    #[arg(long, value_name = "MINUTES", default_value_t = 10)]
    pub gc_interval: u16,
}

impl Args {
    /// Whether references may cross namespaces.
    pub fn cross_namespace(&self) -> CrossNamespace {
        CrossNamespace::blocked_if(self.no_cross_namespace_refs)
    }

    /// Checks what one flag or gate alone cannot tell (W1).
    ///
    /// # Errors
    /// What does not fit together.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let refused = |text: String| Err(StartError::Controller(text));
        let gate = gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
        if !self.default_service_account.is_empty() && !gates.enabled(gate) {
            return refused(format!(
                "--default-service-account needs --feature-gates={gate}=true"
            ));
        }
        if gates.enabled(gates::FLUX_STORAGE) && self.storage.storage_compression_threshold <= 0 {
            return refused("--storage-compression-threshold must be greater than zero".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Args, String> {
        let line = std::iter::once("image-reflector-controller").chain(flags.iter().copied());
        common::flags::parse_from(line).map_err(|error| error.to_string())
    }

    #[test]
    fn section_7_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!(args.storage.path, PathBuf::from("/data"));
        assert_eq!(args.storage.storage_value_log_file_size, 268_435_456);
        assert_eq!(args.storage.storage_compression_threshold, 64);
        assert_eq!(args.storage.gc_interval, 10);
        assert_eq!(
            (args.concurrent, args.requeue_dependency),
            (4, Duration::from_secs(30))
        );
        assert_eq!(args.cross_namespace(), CrossNamespace::Allowed);
        assert_eq!(args.common.servers.events_addr, "");
    }

    #[test]
    fn w5_flags_of_stock_manifests_are_taken() {
        let args = parse(&[
            "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
            "--watch-all-namespaces=true",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--storage-path=/tmp/x",
            "--gc-interval=0",
            "--no-cross-namespace-refs=true",
            "--feature-gates=FluxStorage=true",
        ])
        .unwrap();
        assert_eq!(args.cross_namespace(), CrossNamespace::Blocked);
        assert_eq!(args.storage.path, PathBuf::from("/tmp/x"));
        assert!(parse(&["--gc-interval=65536"]).is_err());
    }

    #[test]
    fn w1_what_does_not_fit_together_is_refused() {
        let closed = FeatureGates::new(GATES);
        assert!(closed.with("Nonsense=true").is_err());
        let args = parse(&["--default-service-account=a"]).unwrap();
        let error = args.check(&closed).unwrap_err().to_string();
        assert!(
            error.contains("ObjectLevelWorkloadIdentity=true"),
            "{error}"
        );
        let open = FeatureGates::new(GATES)
            .with("ObjectLevelWorkloadIdentity=true")
            .unwrap();
        assert!(args.check(&open).is_ok());
        let args = parse(&["--storage-compression-threshold=0"]).unwrap();
        assert!(args.check(&closed).is_ok());
        let stored = FeatureGates::new(GATES).with("FluxStorage=true").unwrap();
        assert!(args.check(&stored).is_err());
    }
}
