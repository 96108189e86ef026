//! The flags of source-controller, with upstream's names and defaults (section 13).

use std::path::PathBuf;
use std::time::Duration;

use artifact::Algorithm;
use artifact::store::Retention;
use clap::{ArgAction, Args as Flags, Parser};
use common::flags::{CommonArgs, FeatureGates, duration};
use common::runtime::StartError;
use git::ssh::Algorithms;

/// The gate of identities that objects name (P4).
pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";

/// Publishes git repositories as artifacts.
#[derive(Debug, Clone, Parser)]
#[command(name = "source-controller", disable_version_flag = true)]
pub struct Args {
    /// What every controller takes.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Storage and file server.
    #[command(flatten)]
    pub storage: StorageArgs,
    /// Kinds that this controller does not serve yet.
    #[command(flatten)]
    pub other_kinds: OtherKindArgs,
    /// Objects of one kind worked on at a time
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent: u16,
    /// How soon an object that waits for another one is looked at again
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    pub requeue_dependency: Duration,
    /// ServiceAccount whose identity logs in to a cloud where an object names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_service_account: String,
}

impl Args {
    /// Checks what one flag or gate alone cannot tell (P4).
    ///
    /// # Errors
    /// What does not fit together.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let gate = OBJECT_LEVEL_WORKLOAD_IDENTITY;
        if self.default_service_account.is_empty() || gates.enabled(gate) {
            return Ok(());
        }
        Err(StartError::Controller(format!(
            "--default-service-account needs --feature-gates={gate}=true"
        )))
    }
}

impl Args {
    /// What ssh connections may use.
    ///
    /// # Errors
    /// An algorithm that is not known.
    pub fn ssh_algorithms(&self) -> Result<Algorithms, StartError> {
        let flags = &self.other_kinds;
        Algorithms::parse(&flags.ssh_kex_algos, &flags.ssh_hostkey_algos)
            .map_err(|error| StartError::Controller(error.to_string()))
    }
}

/// Storage and file server.
#[derive(Debug, Clone, Flags)]
pub struct StorageArgs {
    /// Existing directory for the artifacts
    #[arg(
        id = "storage-path",
        long,
        value_name = "DIRECTORY",
        default_value = "/data",
        env = "STORAGE_PATH",
        hide_env_values = true
    )]
    pub path: PathBuf,
    /// Address that artifacts are served on
    #[arg(
        id = "storage-addr",
        long,
        value_name = "ADDRESS",
        default_value = ":9090",
        env = "STORAGE_ADDRESS",
        hide_env_values = true
    )]
    pub address: String,
    /// Address that artifacts are found under; by default derived from --storage-addr
    #[arg(
        id = "storage-adv-addr",
        long,
        value_name = "ADDRESS",
        default_value = "",
        env = "STORAGE_ADV_ADDR",
        hide_env_values = true
    )]
    pub advertised: String,
    /// Age at which an artifact that is not current is deleted
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1m0s")]
    pub artifact_retention_ttl: Duration,
    /// Number of artifacts kept for an object
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    pub artifact_retention_records: usize,
    /// Digest algorithm of artifacts: sha256, sha384, sha512, blake3 or sha1
    #[arg(long, value_name = "NAME", default_value = "sha256")]
    pub artifact_digest_algo: Algorithm,
    /// The name of this host.
    #[arg(
        id = "hostname",
        long,
        env = "HOSTNAME",
        default_value = "",
        hide = true
    )]
    pub host_name: String,
}

impl StorageArgs {
    /// How much of the past is kept.
    pub fn retention(&self) -> Retention {
        Retention {
            ttl: self.artifact_retention_ttl,
            records: self.artifact_retention_records,
        }
    }

    /// The name of this host: the variable, else what the kernel says.
    pub fn host_name(&self) -> Option<String> {
        if !self.host_name.is_empty() {
            return Some(self.host_name.clone());
        }
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

/// Flags of kinds that this controller does not serve yet. They are accepted, so that manifests need no change.
#[derive(Debug, Clone, Flags)]
pub struct OtherKindArgs {
    /// Largest index of a Helm repository, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 52_428_800)]
    pub helm_index_max_size: u64,
    /// Largest Helm chart, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 10_485_760)]
    pub helm_chart_max_size: u64,
    /// Largest file in a Helm chart, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 5_242_880)]
    pub helm_chart_file_max_size: u64,
    /// Number of Helm indexes kept in memory; 0 for none
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub helm_cache_max_size: usize,
    /// How long an index is kept in memory
    #[arg(long, value_name = "DURATION", default_value = "15m")]
    pub helm_cache_ttl: String,
    /// How often expired indexes are dropped
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    pub helm_cache_purge_interval: String,
    /// Number of access tokens kept in memory; 0 for none
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub token_cache_max_size: usize,
    /// Longest time that an access token is kept
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1h0m0s")]
    pub token_cache_max_duration: Duration,
    /// Key exchange algorithms of SSH, in order of preference
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', action = ArgAction::Append)]
    pub ssh_kex_algos: Vec<String>,
    /// Host key algorithms of SSH, in order of preference
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', action = ArgAction::Append)]
    pub ssh_hostkey_algos: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Args, String> {
        let line = std::iter::once("source-controller").chain(flags.iter().copied());
        common::flags::parse_from(line).map_err(|error| error.to_string())
    }

    #[test]
    fn section_13_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!(args.storage.path, PathBuf::from("/data"));
        assert_eq!(
            (&*args.storage.address, &*args.storage.advertised),
            (":9090", "")
        );
        let retention = Retention {
            ttl: Duration::from_mins(1),
            records: 2,
        };
        assert_eq!(args.storage.retention(), retention);
        assert_eq!(args.storage.artifact_digest_algo, Algorithm::Sha256);
        assert_eq!(
            (args.concurrent, args.requeue_dependency),
            (2, Duration::from_secs(30))
        );
        assert_eq!(args.other_kinds.helm_index_max_size, 50 << 20);
        assert_eq!(
            args.other_kinds.token_cache_max_duration,
            Duration::from_hours(1)
        );
    }

    #[test]
    fn flags_of_stock_manifests_are_taken() {
        let args = parse(&[
            "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
            "--watch-all-namespaces=true",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--storage-path=/data",
            "--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.",
            "--ssh-kex-algos=a,b",
            "--helm-cache-max-size=10",
            "--helm-cache-ttl=60m",
            "--artifact-digest-algo=blake3",
        ])
        .unwrap();
        assert_eq!(args.other_kinds.ssh_kex_algos, ["a", "b"]);
        let error = args.ssh_algorithms().unwrap_err().to_string();
        assert!(
            error.contains("unknown key exchange algorithm 'a'"),
            "{error}"
        );
        assert_eq!(args.storage.artifact_digest_algo, Algorithm::Blake3);
    }

    #[test]
    fn p4_a_default_account_needs_the_gate() {
        let args = parse(&["--default-service-account=a"]).unwrap();
        let gates = FeatureGates::new(&[(OBJECT_LEVEL_WORKLOAD_IDENTITY, false)]);
        let error = args.check(&gates).unwrap_err().to_string();
        assert!(
            error.contains("ObjectLevelWorkloadIdentity=true"),
            "{error}"
        );
        let open = gates.with("ObjectLevelWorkloadIdentity=true").unwrap();
        assert!(args.check(&open).is_ok());
        assert!(parse(&[]).unwrap().check(&gates).is_ok());
    }

    #[test]
    fn s7_unknown_algorithms_and_flags_are_told() {
        let error = parse(&["--artifact-digest-algo=md5"]).unwrap_err();
        assert!(
            error.contains("unsupported digest algorithm `md5`"),
            "{error}"
        );
        let error = parse(&["--storage-pat=/x"]).unwrap_err();
        assert!(error.contains("--storage-path"), "{error}");
        assert!(parse(&["--concurrent=0"]).is_err());
    }
}
