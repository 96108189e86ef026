//! Flags and feature gates (section 21).

use std::path::PathBuf;

use common::flags::{self, ApplierArgs, CommonArgs, FeatureGates, account_needs_gate};
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
#[command(about = "Applies what Kustomizations name", version)]
pub struct Args {
    /// The flags that all controllers share.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Those that appliers share.
    #[command(flatten)]
    pub applier: ApplierArgs,
    /// How many objects of one Kustomization are applied at a time
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    pub concurrent_ssa: usize,
    /// Refuse remote bases; they are always refused
    #[arg(
        long, value_name = "BOOL", value_parser = flags::boolean, default_value = "false", num_args = 0..=1,
        require_equals = true, default_missing_value = "true", action = clap::ArgAction::Set
    )]
    pub no_remote_bases: bool,
    /// Service account for decryption where a Kustomization names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub default_decryption_service_account: String,
    /// Secret with an age key for decryption where a Kustomization names none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub sops_age_secret: String,
    /// ConfigMap with the Vault instances that may be asked for keys
    #[arg(long = "sops-vault-configmap", value_name = "NAME", default_value = "")]
    pub sops_vault_config_map: String,
    /// Kinds applied in a stage of their own after CRDs and classes, as group/Kind,...
    #[arg(long, value_name = "KINDS", default_value = "")]
    pub custom_apply_stage_kinds: String,
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
        account_needs_gate(
            "default-decryption-service-account",
            &self.default_decryption_service_account,
            gates,
            gate,
        )?;
        account_needs_gate(
            "default-kubeconfig-service-account",
            &self.applier.default_kubeconfig_service_account,
            gates,
            gate,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
            (
                args.applier.concurrent,
                args.concurrent_ssa,
                args.applier.http_retry
            ),
            (4, 4, 9)
        );
        assert_eq!(args.applier.requeue_dependency, Duration::from_secs(30));
        assert_eq!(
            args.applier.token_cache_max_duration,
            Duration::from_hours(1)
        );
        assert!(!args.applier.no_cross_namespace_refs && !args.no_remote_bases);
        assert!(
            args.applier.override_managers.is_empty()
                && args.applier.default_service_account.is_empty()
        );
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
        assert_eq!(args.applier.override_managers, ["argocd", "fleet"]);
        assert_eq!((args.applier.concurrent, args.concurrent_ssa), (20, 8));
        assert_eq!(args.applier.requeue_dependency, Duration::from_secs(5));
        assert!(args.applier.no_cross_namespace_refs && args.applier.insecure_kubeconfig_tls);
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
