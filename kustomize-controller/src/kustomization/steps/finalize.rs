//! Deletion (section 17).

use apply::{Cluster, Gvk, ObjectRef, PruneOptions};
use common::access::{Identity, TargetError};
use common::inventory;
use common::reconcile::{Class, Notice, Pass, Stop};
use crds::kustomize::{DeletionPolicy, Kustomization};

use crate::build::metadata;
use crate::kustomization::{Kustomizations, reasons, state};

/// How often terminating objects are looked at where they cannot be watched.
const POLL: std::time::Duration = std::time::Duration::from_secs(2);

impl Kustomizations {
    /// Deletes what was applied, as the policy says. What cannot be deleted keeps the object; an account that is gone does not
    /// (K17.2).
    pub(in crate::kustomization) async fn undo(&self, pass: &mut Pass<Self>) -> Result<(), Stop> {
        if !deletes(&pass.object) {
            return Ok(());
        }
        let objects = match inventory::from_status(pass.object.status.inventory.as_ref()).objects()
        {
            Ok(objects) => objects,
            Err(error) => {
                // Entries that nobody can read name nothing that could be deleted.
                tracing::error!(%error, "inventory cannot be read, nothing is pruned");
                return Ok(());
            }
        };
        let Some(cluster) = self.cluster_to_undo(pass).await? else {
            let lines: Vec<String> = objects.iter().map(|object| object.id().subject()).collect();
            Self::tell_undoing(
                pass,
                Notice::Error,
                &format!("unable to prune objects: \n{}", lines.join("\n")),
            );
            return Ok(());
        };
        let key = pass.key();
        let options = PruneOptions::for_owner(&metadata::owner(), &key.name, &key.namespace);
        let changes = match apply::prune(cluster.as_ref(), objects, &options).await {
            Ok(changes) => changes,
            Err(failure) => {
                let stop = Stop::new(Class::Backoff, Self::reason(pass), failure.to_string());
                return Err(stop
                    .with_event("pruning for deleted resource failed")
                    .with_notice(Notice::Error));
            }
        };
        if changes.is_empty() {
            return Ok(());
        }
        Self::tell_undoing(pass, Notice::Info, &changes.to_string());
        if pass.object.spec.deletion_policy() == DeletionPolicy::WaitForTermination {
            let timeout = pass.object.spec.timeout();
            let gone = async move {
                apply::wait_for_termination(cluster.as_ref(), &changes, timeout, POLL).await
            };
            match pass.park(gone).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    let text = "failed to wait for resources termination";
                    tracing::error!(%error, "{text}");
                    Self::tell_undoing(pass, Notice::Error, text);
                }
                // Nothing is lost: the next pass finds the objects gone or still going.
                Err(_) => return Err(Stop::abandon()),
            }
        }
        Ok(())
    }

    /// The cluster under the object's identity; none when the account to act as cannot be read.
    async fn cluster_to_undo(
        &self,
        pass: &Pass<Self>,
    ) -> Result<Option<std::sync::Arc<dyn Cluster>>, Stop> {
        let failed = |error: TargetError| {
            Stop::new(
                Class::Backoff,
                reasons::RECONCILIATION_FAILED,
                error.to_string(),
            )
        };
        let identity = self
            .identity_of(pass)
            .map_err(|error| failed(error.into()))?;
        if let Identity::ServiceAccount(user) = &identity {
            let account = ObjectRef {
                gvk: Gvk::new("v1", "ServiceAccount"),
                namespace: pass.key().namespace.to_string(),
                name: user.rsplit(':').next().unwrap_or_default().to_owned(),
            };
            if let Err(error) = self.settings.identities.own().get(&account).await {
                tracing::error!(%error, "skipping pruning, failed to find account to impersonate");
                return Ok(None);
            }
        }
        // A kubeconfig that is missing keeps the object: letting it go would orphan what lies on the other cluster.
        let (_, cluster) = self.target(pass).await.map_err(failed)?;
        Ok(Some(cluster))
    }

    fn tell_undoing(pass: &Pass<Self>, notice: Notice, message: &str) {
        let status = &pass.object.status;
        let metadata = state::metadata(
            status.last_applied_revision.as_deref(),
            status.last_applied_origin_revision.as_deref(),
        );
        let metadata: Vec<(&str, &str)> = metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        pass.event(notice, &Self::reason(pass), message, &metadata);
    }

    /// Events of a deletion carry the reason that Ready has (K7.2).
    fn reason(pass: &Pass<Self>) -> String {
        pass.ready_reason().unwrap_or("info").to_owned()
    }
}

/// Whether deleting the object deletes what it applied: the table of section 17, and K17.1.
fn deletes(object: &Kustomization) -> bool {
    let applied = object
        .status
        .inventory
        .as_ref()
        .is_some_and(|inventory| !inventory.entries.is_empty());
    let by_policy = match object.spec.deletion_policy() {
        DeletionPolicy::MirrorPrune => object.spec.prune,
        DeletionPolicy::Delete | DeletionPolicy::WaitForTermination => true,
        _ => false,
    };
    applied && by_policy && !object.spec.suspend
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(spec: Value) -> Kustomization {
        let inventory = json!({"inventory": {"entries": [{"id": "ns_a__Service", "v": "v1"}]}});
        serde_json::from_value(json!({"spec": spec, "status": inventory})).unwrap()
    }

    #[test]
    fn section_17_the_policy_decides() {
        for (policy, prune, expected) in [
            (json!(null), true, true),
            (json!(null), false, false),
            (json!("MirrorPrune"), true, true),
            (json!("MirrorPrune"), false, false),
            (json!("Delete"), false, true),
            (json!("WaitForTermination"), false, true),
            (json!("Orphan"), true, false),
        ] {
            let object = object(json!({"deletionPolicy": policy, "prune": prune}));
            assert_eq!(deletes(&object), expected, "{policy} {prune}");
        }
    }

    #[test]
    fn k17_1_nothing_is_deleted_when_suspended_or_empty() {
        assert!(!deletes(&object(json!({"prune": true, "suspend": true}))));
        let mut empty = object(json!({"prune": true}));
        empty.status.inventory = None;
        assert!(!deletes(&empty));
    }
}
