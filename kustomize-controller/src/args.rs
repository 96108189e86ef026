//! Flags and feature gates (section 21).

use std::path::PathBuf;
use std::time::Duration;

use common::flags::{self, CommonArgs, FeatureGates};
use common::runtime::StartError;

/// Gates with their defaults (K21.1).
pub const GATES: &[(&str, bool)] = &[
    (gates::ADDITIVE_CEL_DEPENDENCY_CHECK, false),
    (gates::CACHE_SECRETS_AND_CONFIG_MAPS, false),
    (gates::CANCEL_HEALTH_CHECK_ON_NEW_REVISION, false),
    (gates::DIRECT_SOURCE_FETCH, false),
    (gates::DISABLE_CONFIG_WATCHERS, false),
    (gates::DISABLE_FAIL_FAST_BEHAVIOR, false),
    (gates::DISABLE_STATUS_POLLER_CACHE, true),
    (gates::EXTERNAL_ARTIFACT, false),
    (gates::GROUP_CHANGE_LOG, false),
    (gates::MIGRATE_API_VERSION, false),
    (gates::OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
    (gates::STRICT_POST_BUILD_SUBSTITUTIONS, true),
];

/// Names of the gates.
///
/// Some change nothing here and are accepted so that manifests keep working: sources, Secrets and ConfigMaps are always
/// read from the API server, and a wait always ends when there is something newer to apply.
pub mod gates {
    /// A `readyExpr` is asked besides the built-in checks, not instead of them (K18.4).
    pub const ADDITIVE_CEL_DEPENDENCY_CHECK: &str = "AdditiveCELDependencyCheck";
    /// Accepted without effect (K20.4).
    pub const CACHE_SECRETS_AND_CONFIG_MAPS: &str = "CacheSecretsAndConfigMaps";
    /// Accepted without effect: always on (K16.10).
    pub const CANCEL_HEALTH_CHECK_ON_NEW_REVISION: &str = "CancelHealthCheckOnNewRevision";
    /// Accepted without effect: always on.
    pub const DIRECT_SOURCE_FETCH: &str = "DirectSourceFetch";
    /// No watches of ConfigMaps and Secrets (K20.3).
    pub const DISABLE_CONFIG_WATCHERS: &str = "DisableConfigWatchers";
    /// A health wait goes on when an object has failed (K16.2).
    pub const DISABLE_FAIL_FAST_BEHAVIOR: &str = "DisableFailFastBehavior";
    /// Accepted without effect: health is always read from the API server (K16.2).
    pub const DISABLE_STATUS_POLLER_CACHE: &str = "DisableStatusPollerCache";
    /// Sources may be ExternalArtifacts.
    pub const EXTERNAL_ARTIFACT: &str = "ExternalArtifact";
    /// The log lists changes by action.
    pub const GROUP_CHANGE_LOG: &str = "GroupChangeLog";
    /// Managed fields move to the applied version (K14.13).
    pub const MIGRATE_API_VERSION: &str = "MigrateAPIVersion";
    /// Objects may name service accounts for decryption and kubeconfigs.
    pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";
    /// An unset variable fails the build (K13.4).
    pub const STRICT_POST_BUILD_SUBSTITUTIONS: &str = "StrictPostBuildSubstitutions";
}

/// The command line.
#[derive(Debug, Clone, clap::Parser)]
#[expect(clippy::struct_excessive_bools, reason = "one per flag")]
#[command(about = "Applies what Kustomizations name", version)]
pub struct Args {
    /// The flags that all controllers share.
    #[command(flatten)]
    pub common: CommonArgs,
    /// How many Kustomizations are worked on at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub concurrent: usize,
    /// How many objects of one Kustomization are applied at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub concurrent_ssa: usize,
    /// How long to wait before an unready dependency is looked at again when nothing else wakes the Kustomization
    #[arg(long, value_name = "DURATION", value_parser = flags::duration, default_value = "30s")]
    pub requeue_dependency: Duration,
    /// How often a failing download is tried again
    #[arg(long, value_name = "COUNT", default_value_t = 9)]
    pub http_retry: u32,
    /// Refuse remote bases; they are always refused
    #[arg(
        long, value_name = "BOOL", value_parser = flags::boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub no_remote_bases: bool,
    /// Refuse references to sources in other namespaces
    #[arg(
        long, value_name = "BOOL", value_parser = flags::boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub no_cross_namespace_refs: bool,
    /// Accept programs in kubeconfigs; they are never started
    #[arg(
        long, value_name = "BOOL", value_parser = flags::boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub insecure_kubeconfig_exec: bool,
    /// Accept kubeconfigs that do not verify the server
    #[arg(
        long, value_name = "BOOL", value_parser = flags::boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub insecure_kubeconfig_tls: bool,
    /// Service account to act as where a Kustomization names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_service_account: String,
    /// Service account for decryption where a Kustomization names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_decryption_service_account: String,
    /// Service account for kubeconfigs where they name none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_kubeconfig_service_account: String,
    /// Secret with an age key for decryption where a Kustomization names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub sops_age_secret: String,
    /// ConfigMap with the Vault instances that may be asked for keys
    #[arg(long = "sops-vault-configmap", value_name = "NAME", default_value = "")]
    pub sops_vault_config_map: String,
    /// Field manager whose changes to managed objects are undone; may be repeated
    #[arg(long = "override-manager", value_name = "NAME", action = clap::ArgAction::Append)]
    pub override_managers: Vec<String>,
    /// Kinds applied in a stage of their own after CRDs and classes, as group/Kind,...
    #[arg(long, value_name = "KINDS", default_value = "")]
    pub custom_apply_stage_kinds: String,
    /// Size of the token cache; 0 for none
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub token_cache_max_size: usize,
    /// Longest life of a cached token
    #[arg(long, value_name = "DURATION", value_parser = flags::duration, default_value = "1h0m0s")]
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
    /// Directory for temporary files
    #[arg(long, env = "TMPDIR", default_value = "/tmp", hide = true)]
    pub temporary_directory: PathBuf,
}

impl Args {
    /// Checks what one flag or gate alone cannot tell (K21.3).
    ///
    /// # Errors
    /// What does not fit together.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let gate = gates::OBJECT_LEVEL_WORKLOAD_IDENTITY;
        for (flag, value) in [
            (
                "default-decryption-service-account",
                &self.default_decryption_service_account,
            ),
            (
                "default-kubeconfig-service-account",
                &self.default_kubeconfig_service_account,
            ),
        ] {
            if !value.is_empty() && !gates.enabled(gate) {
                return Err(StartError::Controller(format!(
                    "--{flag} needs --feature-gates={gate}=true"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Args, String> {
        let line = ["kustomize-controller"]
            .into_iter()
            .chain(line.iter().copied());
        flags::parse_from::<Args, _>(line).map_err(|error| error.to_string())
    }

    #[test]
    fn section_21_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!(
            (args.concurrent, args.concurrent_ssa, args.http_retry),
            (4, 4, 9)
        );
        assert_eq!(args.requeue_dependency, Duration::from_secs(30));
        assert_eq!(args.token_cache_max_duration, Duration::from_hours(1));
        assert!(!args.no_cross_namespace_refs && !args.no_remote_bases);
        assert!(args.override_managers.is_empty() && args.default_service_account.is_empty());
    }

    #[test]
    fn section_21_command_lines_of_existing_manifests_are_accepted() {
        let args = parse(&[
            "--watch-all-namespaces=true",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
            "--no-cross-namespace-refs",
            "--no-remote-bases=true",
            "--default-service-account=default",
            "--requeue-dependency=5s",
            "--concurrent=20",
            "--concurrent-ssa",
            "8",
            "--override-manager=argocd",
            "--override-manager=fleet",
            "--custom-apply-stage-kinds=rbac.authorization.k8s.io/Role,Secret",
            "--feature-gates=CancelHealthCheckOnNewRevision=true,StrictPostBuildSubstitutions=false",
            "--token-cache-max-size=0",
            "--sops-age-secret=age",
            "--insecure-kubeconfig-tls",
        ])
        .unwrap();
        assert_eq!(args.override_managers, ["argocd", "fleet"]);
        assert_eq!((args.concurrent, args.concurrent_ssa), (20, 8));
        assert_eq!(args.requeue_dependency, Duration::from_secs(5));
        assert!(args.no_cross_namespace_refs && args.insecure_kubeconfig_tls);
    }

    #[test]
    fn an_unknown_flag_names_the_nearest() {
        let error = parse(&["--concurent=3"]).unwrap_err();
        assert!(error.contains("--concurrent"), "{error}");
        assert!(parse(&["--requeue-dependency=soon"]).is_err());
    }

    #[test]
    fn k21_3_default_accounts_need_the_gate() {
        let args = parse(&["--default-decryption-service-account=a"]).unwrap();
        let gates = FeatureGates::new(GATES);
        let error = args.check(&gates).unwrap_err().to_string();
        assert!(
            error.contains("ObjectLevelWorkloadIdentity=true"),
            "{error}"
        );
        assert!(
            args.check(&gates.with("ObjectLevelWorkloadIdentity=true").unwrap())
                .is_ok()
        );
    }

    #[test]
    fn k21_1_gates_are_known() {
        let gates = FeatureGates::new(GATES);
        assert!(gates.enabled(gates::STRICT_POST_BUILD_SUBSTITUTIONS));
        assert!(!gates.enabled(gates::EXTERNAL_ARTIFACT));
        assert!(gates.with("Nonsense=true").is_err());
    }
}
