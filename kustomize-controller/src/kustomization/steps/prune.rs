//! Deleting what left the inventory (K15.5, K15.6).

use apply::PruneOptions;
use common::inventory;
use common::reconcile::{Class, Flow, Pass, Stop};

use crate::build::metadata;
use crate::kustomization::{Kustomizations, reasons};

impl Kustomizations {
    /// Deletes the stale objects that still carry this object's labels. Those that could not be deleted stay in the
    /// inventory, to be tried again.
    pub(in crate::kustomization) async fn prune(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        if !pass.object.spec.prune || pass.state.stale.is_empty() {
            return Ok(Flow::Next);
        }
        let key = pass.key();
        let options = PruneOptions::for_owner(&metadata::owner(), &key.name, &key.namespace);
        let cluster = pass.state.cluster();
        let stale = std::mem::take(&mut pass.state.stale);
        match apply::prune(cluster.as_ref(), stale, &options).await {
            Ok(changes) => {
                tracing::info!("garbage collection completed: {changes}");
                Self::tell(pass, &changes.to_string());
                Ok(Flow::Next)
            }
            Err(failure) => {
                let mut kept = inventory::from_status(pass.object.status.inventory.as_ref());
                kept.merge(&failure.survivors);
                pass.object.status.inventory = Some(inventory::to_status(kept));
                Self::remember(pass, reasons::PRUNE_FAILED);
                Err(pass
                    .state
                    .stop(Class::Retry, reasons::PRUNE_FAILED, failure.to_string()))
            }
        }
    }
}
