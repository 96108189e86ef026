//! Whether an event goes to the provider of an alert (E19 to E24).

use common::access::CrossNamespace;
use crds::notification::{Alert, Provider};

use crate::args::gates;
use crate::event::{Event, key};
use crate::provider::{comments_on_changes, forwards, reports_on_commits};

/// What happens to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// It goes on.
    Through,
    /// It ends here, and nobody is told: the provider is suspended, or it is none of its business.
    Silent,
    /// It says nothing of the commit that a commit status is about (E22).
    NoCommit,
    /// It says nothing of the change request that a comment is about (E23).
    NoChangeRequest,
}

/// Why an event that an alert wants does not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It comes from another namespace.
    #[error(
        "discarding event, access denied to cross-namespace sources: alert '{alert}' can't process event from '{object}', cross-namespace references have been blocked"
    )]
    CrossNamespace {
        /// `namespace/name`.
        alert: String,
        /// `Kind/namespace/name`.
        object: String,
    },
    /// The provider wants an identity that is not switched on.
    #[error(
        "to use spec.serviceAccountName for provider authentication please enable the {gate} feature gate in the controller",
        gate = gates::OBJECT_LEVEL_WORKLOAD_IDENTITY
    )]
    Gate,
}

/// Whether objects may name service accounts: the gate `ObjectLevelWorkloadIdentity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadIdentity {
    /// They may.
    ByObject,
    /// They may not.
    Off,
}

/// Whether an alert may see an event (E19).
///
/// # Errors
/// When the event comes from another namespace and that is blocked.
pub fn reach(rule: CrossNamespace, event: &Event, alert: &Alert) -> Result<(), Refusal> {
    let own = alert.metadata.namespace.as_deref().unwrap_or_default();
    if rule == CrossNamespace::Allowed || event.involved_object.namespace == own {
        return Ok(());
    }
    let name = alert.metadata.name.as_deref().unwrap_or_default();
    Err(Refusal::CrossNamespace {
        alert: format!("{own}/{name}"),
        object: event.involved_object.to_string(),
    })
}

/// Whether an event goes to a provider, before its metadata is combined.
///
/// # Errors
/// When the provider wants an identity that is not switched on.
pub fn pass(
    event: &Event,
    provider: &Provider,
    identity: WorkloadIdentity,
) -> Result<Passage, Refusal> {
    let kind = &provider.spec.r#type;
    if provider.spec.suspend {
        return Ok(Passage::Silent);
    }
    let is_update = event.of_group(key::COMMIT_STATUS) == Some(key::COMMIT_STATUS_UPDATE);
    if is_update && !reports_on_commits(kind) && !forwards(kind) {
        return Ok(Passage::Silent);
    }
    let annotated = |name: &str| {
        let name = format!("{}{name}", key::EVENT_GROUP);
        event
            .metadata
            .get(&name)
            .is_some_and(|value| !value.is_empty())
    };
    if reports_on_commits(kind) && !annotated(key::COMMIT) && !is_update && !event.is_error() {
        return Ok(Passage::NoCommit);
    }
    if comments_on_changes(kind) && !annotated(key::CHANGE_REQUEST) {
        return Ok(Passage::NoChangeRequest);
    }
    if provider.spec.service_account_name.is_some() && identity == WorkloadIdentity::Off {
        return Err(Refusal::Gate);
    }
    Ok(Passage::Through)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::event::tests::sample;

    const UPDATE: (&str, &str) = ("kustomize.toolkit.fluxcd.io/commit_status", "update");
    const COMMIT: (&str, &str) = ("event.toolkit.fluxcd.io/commit", "abc");

    fn provider(spec: Value) -> Provider {
        serde_json::from_value(json!({"spec": spec})).unwrap()
    }

    fn passage(kind: &str, severity: &str, metadata: &[(&str, &str)]) -> Passage {
        pass(
            &sample(severity, metadata),
            &provider(json!({"type": kind})),
            WorkloadIdentity::Off,
        )
        .unwrap()
    }

    #[test]
    fn e19_events_of_other_namespaces_are_refused_where_that_is_blocked() {
        let alert = |namespace: &str| -> Alert {
            serde_json::from_value(json!({"metadata": {"name": "a", "namespace": namespace}}))
                .unwrap()
        };
        let event = sample("info", &[]);
        assert_eq!(
            reach(CrossNamespace::Blocked, &event, &alert("flux-system")),
            Ok(())
        );
        assert_eq!(
            reach(CrossNamespace::Allowed, &event, &alert("apps")),
            Ok(())
        );
        assert_eq!(
            reach(CrossNamespace::Blocked, &event, &alert("apps"))
                .unwrap_err()
                .to_string(),
            "discarding event, access denied to cross-namespace sources: alert 'apps/a' can't process event from \
             'Kustomization/flux-system/webapp', cross-namespace references have been blocked"
        );
    }

    #[test]
    fn e20_a_suspended_provider_is_skipped_in_silence() {
        let provider =
            provider(json!({"type": "slack", "suspend": true, "serviceAccountName": "x"}));
        let passage = pass(&sample("info", &[]), &provider, WorkloadIdentity::Off);
        assert_eq!(passage, Ok(Passage::Silent));
    }

    #[test]
    fn e21_updates_of_commit_statuses_go_to_those_and_to_generic_webhooks_alone() {
        for kind in [
            "generic",
            "generic-hmac",
            "github",
            "gitlab",
            "gitea",
            "bitbucket",
            "bitbucketserver",
            "azuredevops",
        ] {
            assert_eq!(passage(kind, "info", &[UPDATE]), Passage::Through, "{kind}");
        }
        for kind in ["slack", "msteams", "githubdispatch", "alertmanager"] {
            assert_eq!(passage(kind, "info", &[UPDATE]), Passage::Silent, "{kind}");
            assert_eq!(passage(kind, "info", &[]), Passage::Through, "{kind}");
        }
        let foreign = ("source.toolkit.fluxcd.io/commit_status", "update");
        assert_eq!(passage("slack", "info", &[foreign]), Passage::Through);
    }

    #[test]
    fn e22_commit_statuses_need_a_commit_an_update_or_a_failure() {
        assert_eq!(passage("github", "info", &[]), Passage::NoCommit);
        assert_eq!(
            passage("github", "info", &[("event.toolkit.fluxcd.io/commit", "")]),
            Passage::NoCommit
        );
        assert_eq!(passage("github", "info", &[COMMIT]), Passage::Through);
        assert_eq!(passage("github", "info", &[UPDATE]), Passage::Through);
        assert_eq!(passage("github", "error", &[]), Passage::Through);
    }

    #[test]
    fn e23_comments_need_a_change_request() {
        let kind = "githubpullrequestcomment";
        assert_eq!(passage(kind, "error", &[]), Passage::NoChangeRequest);
        let number = ("event.toolkit.fluxcd.io/change_request", "7");
        assert_eq!(passage(kind, "info", &[number]), Passage::Through);
    }

    #[test]
    fn e24_service_accounts_need_their_gate() {
        let provider = provider(json!({"type": "slack", "serviceAccountName": "x"}));
        let event = sample("info", &[]);
        let refusal = pass(&event, &provider, WorkloadIdentity::Off)
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains("please enable the ObjectLevelWorkloadIdentity feature gate"),
            "{refusal}"
        );
        assert_eq!(
            pass(&event, &provider, WorkloadIdentity::ByObject),
            Ok(Passage::Through)
        );
    }
}
