//! Flags and feature gates (section 24).

use std::time::Duration;

use artifact::Algorithm;
use common::flags::{self, ApplierArgs, CommonArgs, FeatureGates, account_needs_gate};
use common::runtime::StartError;

/// Gates with their defaults (H24.2).
pub const GATES: &[(&str, bool)] = &[
    (gates::ADDITIVE_CEL_DEPENDENCY_CHECK, false),
    (gates::ADOPT_LEGACY_RELEASES, false),
    (gates::ALLOW_DNS_LOOKUPS, false),
    (gates::CACHE_SECRETS_AND_CONFIG_MAPS, false),
    (gates::CANCEL_HEALTH_CHECK_ON_NEW_REVISION, false),
    (gates::CORRECT_DRIFT, false),
    (gates::DEFAULT_TO_RETRY_ON_FAILURE, false),
    (gates::DETECT_DRIFT, false),
    (gates::DIRECT_SOURCE_FETCH, false),
    (gates::DISABLE_CHART_DIGEST_TRACKING, false),
    (gates::DISABLE_CONFIG_WATCHERS, false),
    (gates::EXTERNAL_ARTIFACT, false),
    (gates::OBJECT_LEVEL_WORKLOAD_IDENTITY, false),
    (gates::OOM_WATCH, false),
    (gates::USE_HELM3_DEFAULTS, false),
];

/// Names of the gates.
///
/// Some change nothing here and are accepted so that manifests keep working: sources, Secrets and ConfigMaps are always
/// read from the API server.
pub mod gates {
    /// A `readyExpr` is asked besides the built-in checks, not instead of them (H8.2).
    pub const ADDITIVE_CEL_DEPENDENCY_CHECK: &str = "AdditiveCELDependencyCheck";
    /// Accepted with a warning: releases of `v2beta1` are not adopted.
    pub const ADOPT_LEGACY_RELEASES: &str = "AdoptLegacyReleases";
    /// Refused: templates cannot ask a name server.
    pub const ALLOW_DNS_LOOKUPS: &str = "AllowDNSLookups";
    /// Accepted without effect (H9.5).
    pub const CACHE_SECRETS_AND_CONFIG_MAPS: &str = "CacheSecretsAndConfigMaps";
    /// A newer request ends a wait for objects (H15.6).
    pub const CANCEL_HEALTH_CHECK_ON_NEW_REVISION: &str = "CancelHealthCheckOnNewRevision";
    /// Refused: the spec says which drift is corrected.
    pub const CORRECT_DRIFT: &str = "CorrectDrift";
    /// Failures are retried, not remediated, where the spec does not say.
    pub const DEFAULT_TO_RETRY_ON_FAILURE: &str = "DefaultToRetryOnFailure";
    /// Refused: the spec says for which releases drift is looked for.
    pub const DETECT_DRIFT: &str = "DetectDrift";
    /// Accepted without effect: always on.
    pub const DIRECT_SOURCE_FETCH: &str = "DirectSourceFetch";
    /// The version of a chart is that of the chart alone, whatever its OCI digest (H8.6).
    pub const DISABLE_CHART_DIGEST_TRACKING: &str = "DisableChartDigestTracking";
    /// No watches of ConfigMaps and Secrets (H23.3).
    pub const DISABLE_CONFIG_WATCHERS: &str = "DisableConfigWatchers";
    /// Charts may be ExternalArtifacts.
    pub const EXTERNAL_ARTIFACT: &str = "ExternalArtifact";
    /// Kubeconfigs may name service accounts.
    pub const OBJECT_LEVEL_WORKLOAD_IDENTITY: &str = "ObjectLevelWorkloadIdentity";
    /// Refused: memory is not watched.
    pub const OOM_WATCH: &str = "OOMWatch";
    /// Installs are written from the client, hooks are not post-rendered, and waits go by the rules of Helm 3 (H24.4).
    pub const USE_HELM3_DEFAULTS: &str = "UseHelm3Defaults";
}

/// Gates that would change something that is not there, and why.
const REFUSED: &[(&str, &str)] = &[
    (
        gates::ALLOW_DNS_LOOKUPS,
        "templates cannot ask name servers",
    ),
    (
        gates::CORRECT_DRIFT,
        "set spec.driftDetection.mode of each HelmRelease instead",
    ),
    (
        gates::DETECT_DRIFT,
        "set spec.driftDetection.mode of each HelmRelease instead",
    ),
    (gates::OOM_WATCH, "memory is not watched"),
];

/// The command line.
#[derive(Debug, Clone, clap::Parser)]
#[command(about = "Keeps Helm releases as HelmReleases say", version)]
pub struct Args {
    /// The flags that all controllers share.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Those that appliers share.
    #[command(flatten)]
    pub applier: ApplierArgs,
    /// How long a file server may fall silent
    #[arg(long, value_name = "DURATION", value_parser = flags::duration, default_value = "30s")]
    pub http_timeout: Duration,
    /// How long actions may go on when the process is told to end
    #[arg(long, value_name = "DURATION", value_parser = flags::duration, default_value = "10m0s")]
    pub graceful_shutdown_timeout: Duration,
    /// Algorithm of the digests in status: sha1, sha256, sha384, sha512 or blake3
    #[arg(long, value_name = "NAME", default_value = "sha256")]
    pub snapshot_digest_algo: Algorithm,
    /// Memory, in percent of the limit, from which on the process ends in good order; needs its gate
    #[arg(long, value_name = "PERCENT", default_value_t = 95)]
    pub oom_watch_memory_threshold: u8,
    /// How often memory is looked at; needs its gate
    #[arg(long, value_name = "DURATION", value_parser = flags::duration, default_value = "500ms")]
    pub oom_watch_interval: Duration,
    /// File with the memory limit; needs its gate
    #[arg(long, value_name = "FILE", default_value = "")]
    pub oom_watch_max_memory_path: String,
    /// File with the memory in use; needs its gate
    #[arg(long, value_name = "FILE", default_value = "")]
    pub oom_watch_current_memory_path: String,
}

impl Args {
    /// Checks what one flag or gate alone cannot tell.
    ///
    /// # Errors
    /// What does not fit together, or asks for what is not there.
    pub fn check(&self, gates: &FeatureGates) -> Result<(), StartError> {
        let refuse = |text: String| Err(StartError::Controller(text));
        account_needs_gate(
            "default-kubeconfig-service-account",
            &self.applier.default_kubeconfig_service_account,
            gates,
            gates::OBJECT_LEVEL_WORKLOAD_IDENTITY,
        )?;
        if let Some((gate, why)) = REFUSED.iter().find(|(gate, _)| gates.enabled(gate)) {
            return refuse(format!(
                "--feature-gates={gate}=true is not supported: {why}"
            ));
        }
        if gates.enabled(gates::ADOPT_LEGACY_RELEASES) {
            tracing::warn!(
                "the feature gate {} has no effect",
                gates::ADOPT_LEGACY_RELEASES
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Args, String> {
        let line = ["helm-controller"].into_iter().chain(line.iter().copied());
        flags::parse_from::<Args, _>(line).map_err(|error| error.to_string())
    }

    #[test]
    fn h24_1_defaults() {
        let args = parse(&[]).unwrap();
        assert_eq!((args.applier.concurrent, args.applier.http_retry), (4, 9));
        assert_eq!(args.applier.requeue_dependency, Duration::from_secs(30));
        assert_eq!(args.http_timeout, Duration::from_secs(30));
        assert_eq!(args.graceful_shutdown_timeout, Duration::from_mins(10));
        assert_eq!(args.snapshot_digest_algo, Algorithm::Sha256);
        assert_eq!(args.oom_watch_memory_threshold, 95);
        assert!(
            !args.applier.no_cross_namespace_refs
                && args.applier.default_service_account.is_empty()
        );
    }

    #[test]
    fn h24_1_command_lines_of_existing_manifests_are_accepted() {
        let args = parse(&[
            "--watch-all-namespaces=true",
            "--log-level=info",
            "--log-encoding=json",
            "--enable-leader-election",
            "--events-addr=http://notification-controller.flux-system.svc.cluster.local./",
            "--no-cross-namespace-refs",
            "--default-service-account=default",
            "--requeue-dependency=5s",
            "--concurrent=20",
            "--override-manager=argocd",
            "--snapshot-digest-algo=blake3",
            "--graceful-shutdown-timeout=600s",
            "--oom-watch-memory-threshold=90",
            "--feature-gates=CancelHealthCheckOnNewRevision=true,UseHelm3Defaults=true",
        ])
        .unwrap();
        assert_eq!(args.snapshot_digest_algo, Algorithm::Blake3);
        assert_eq!(args.applier.override_managers, ["argocd"]);
        assert!(args.applier.no_cross_namespace_refs);
        assert!(parse(&["--snapshot-digest-algo=md5"]).is_err());
    }

    #[test]
    fn h25_4_every_gate_is_off() {
        let gates = FeatureGates::new(GATES);
        assert!(GATES.iter().all(|(gate, _)| !gates.enabled(gate)));
        assert_eq!(GATES.len(), 15);
    }

    #[test]
    fn h24_2_gates_for_what_is_not_there_are_refused() {
        let args = parse(&[]).unwrap();
        let with = |gate: &str| {
            let gates = FeatureGates::new(GATES);
            args.check(&gates.with(gate).unwrap())
        };
        assert!(with("UseHelm3Defaults=true").is_ok());
        assert!(with("AdoptLegacyReleases=true").is_ok());
        for gate in ["OOMWatch", "DetectDrift", "CorrectDrift", "AllowDNSLookups"] {
            let error = with(&format!("{gate}=true")).unwrap_err().to_string();
            assert!(error.contains(gate), "{error}");
        }
    }
}
