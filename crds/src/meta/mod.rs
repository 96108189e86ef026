//! What the kinds of every group share: conditions, artifacts, references, times and durations.

mod access;
mod artifact;
mod condition;
pub(crate) mod duration;
mod history;
mod inventory;
mod reference;
mod selector;
mod time;

pub use self::access::{AccessFrom, NamespaceSelector};
pub use self::artifact::{Artifact, ORIGIN_REVISION_KEY, ORIGIN_SOURCE_KEY};
pub use self::condition::{Condition, ConditionStatus};
pub use self::duration::{Duration, DurationError};
pub use self::history::{HISTORY_LIMIT, History, Snapshot};
pub use self::inventory::{ResourceInventory, ResourceRef};
pub use self::reference::{
    CommonMetadata, ConfigKind, DependencyReference, KubeConfigReference, LocalObjectReference,
    NamespacedObjectKindReference, NamespacedObjectReference, SecretKeyReference,
};
pub use self::selector::{LabelSelector, LabelSelectorRequirement};
pub use self::time::Time;
