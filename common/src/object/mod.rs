//! What the skeleton needs to know of a kind that it reconciles.

mod key;
mod kinds;
mod lenient;
mod read;
pub(crate) mod text;
mod trimmed;

pub use key::{ObjectKey, ObjectReference};
pub(crate) use lenient::Lenient;
pub use read::read;
pub(crate) use trimmed::Trimmed;

use std::fmt::Debug;

use crds::{ReconcileStatus, Status as _, WithStatus};

use crate::conditions::Condition;

pub use crds::well_known::FINALIZER;
pub use crds::well_known::annotation::{EVENT_PREFIX as EVENT_ANNOTATIONS, REQUESTED_AT};

/// A kind that is reconciled: custom resource with the status fields that all of them share.
///
/// Implemented here for the kinds of the toolkit; a controller adds one line for a kind that is missing.
pub trait Object: WithStatus<Status: ReconcileStatus> + Debug {
    /// `spec.suspend`.
    fn suspended(&self) -> bool;

    /// `status.conditions`.
    fn conditions(&self) -> &[Condition] {
        self.status().conditions()
    }

    /// `status.conditions`, to be changed.
    fn conditions_mut(&mut self) -> &mut Vec<Condition> {
        self.status_mut().conditions_mut()
    }

    /// `status.observedGeneration`; -1 on a fresh object (K1.5, K2).
    fn observed_generation(&self) -> i64 {
        self.status().observed_generation()
    }

    /// Sets `status.observedGeneration`.
    fn set_observed_generation(&mut self, generation: i64) {
        self.status_mut().set_observed_generation(generation);
    }

    /// `status.lastHandledReconcileAt`.
    fn last_handled_reconcile_at(&self) -> Option<&str> {
        self.status().last_handled_reconcile_at()
    }

    /// Sets `status.lastHandledReconcileAt`.
    fn set_last_handled_reconcile_at(&mut self, token: &str) {
        self.status_mut().set_last_handled_reconcile_at(token);
    }

    /// Namespace and name.
    fn key(&self) -> ObjectKey {
        ObjectKey::of(self.meta())
    }

    /// `metadata.generation`, 0 where the server has not set one.
    fn generation(&self) -> i64 {
        self.meta().generation.unwrap_or(0)
    }

    /// The value of [`REQUESTED_AT`].
    fn requested_at(&self) -> Option<&str> {
        self.meta()
            .annotations
            .as_ref()?
            .get(REQUESTED_AT)
            .map(String::as_str)
    }

    /// Whether the object is going away.
    fn deleting(&self) -> bool {
        self.meta().deletion_timestamp.is_some()
    }

    /// Whether our finalizer is on it.
    fn has_finalizer(&self) -> bool {
        self.meta()
            .finalizers
            .iter()
            .flatten()
            .any(|name| name == FINALIZER)
    }

    /// The reference that events carry.
    fn reference(&self) -> ObjectReference {
        ObjectReference {
            api_version: Self::api_version(&()).into_owned(),
            kind: Self::kind(&()).into_owned(),
            namespace: self.meta().namespace.clone().unwrap_or_default(),
            name: self.meta().name.clone().unwrap_or_default(),
            uid: self.meta().uid.clone().unwrap_or_default(),
            resource_version: self.meta().resource_version.clone().unwrap_or_default(),
        }
    }
}
