//! The parameters of requests, and what they answer.

use crate::id::Gvk;
use crate::object::Object;

/// How the API server serves a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub gvk: Gvk,
    /// The name of the resource in paths, such as `deployments`.
    pub plural: String,
    pub scope: Scope,
}

/// Whether objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Namespaced,
    Cluster,
}

/// Whether an apply is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyMode {
    /// Everything runs, admission included, nothing is stored.
    DryRun,
    Persist,
}

/// What becomes of the dependents of a deleted object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

impl Propagation {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// How to delete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteRequest {
    pub propagation: Propagation,
    /// Delete only the object with this uid: one that was made anew under the name is left alone.
    pub uid: Option<String>,
}

/// Which objects of one kind to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    pub gvk: Gvk,
    /// `None` lists all namespaces, or a cluster-scoped kind.
    pub namespace: Option<String>,
    /// In the syntax of label selectors; empty selects all.
    pub label_selector: String,
}

/// The answer to a list, all pages of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    pub items: Vec<Object>,
    /// Of the list, not of an item.
    pub resource_version: String,
}

/// Which objects of one kind to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchQuery {
    pub gvk: Gvk,
    pub namespace: Option<String>,
    /// Only the object of this name.
    pub name: Option<String>,
    /// Only changes after this resource version, and not the state of now.
    pub since: Option<String>,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchEvent {
    /// The object as it is now, new or changed.
    Applied(Object),
    /// The object as it was last.
    Deleted(Object),
}
