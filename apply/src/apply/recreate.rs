//! Making an object anew where it cannot be changed in place (compat K14.9).

use crate::cluster::{ApiError, Cluster, DeleteRequest, Propagation};
use crate::error::ApplyError;
use crate::immutable;
use crate::object::Object;
use crate::options::{ApplyOptions, Force, any_mark};
use crate::wait;

/// Whether the error is one that a new object cures and the user has asked for that, in the unit or on the object.
pub(super) fn is_called_for(
    error: &ApiError,
    desired: &Object,
    live: &Object,
    options: &ApplyOptions,
) -> bool {
    immutable::is_immutable(error)
        && (options.force == Force::All
            || any_mark(&options.force_marks, desired)
            || any_mark(&options.force_marks, live))
}

/// Deletes the live object and waits until it is gone, finalizers included.
pub(super) async fn delete_and_wait(
    cluster: &dyn Cluster,
    live: &Object,
    options: &ApplyOptions,
) -> Result<(), ApplyError> {
    let target = live.object_ref();
    let request = DeleteRequest {
        propagation: Propagation::Background,
        uid: (!live.uid().is_empty()).then(|| live.uid().to_owned()),
    };
    match cluster.delete(&target, &request).await {
        Ok(()) => {}
        Err(error) if error.is_not_found() => {}
        Err(source) => {
            return Err(ApplyError::Recreate {
                subject: live.subject(),
                source,
            });
        }
    }
    wait::until_gone(cluster, &target, options.poll_interval)
        .await
        .map_err(|source| ApplyError::RecreateWait {
            subject: live.subject(),
            source,
        })
}
