//! The cluster as this crate sees it: a trait over JSON, so that a plan can run against a real API server, an
//! impersonated or remote one, or one that lives in memory.

mod error;
mod request;
mod shared;

pub use error::{ApiError, Cause, StatusError};
pub use request::{
    ApplyMode, DeleteRequest, ListQuery, Listing, Mapping, Propagation, Scope, WatchEvent,
    WatchQuery,
};

use crate::id::{Gvk, ObjectRef};
use crate::object::Object;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use health::GroupKind;
use serde_json::Value;

/// What a request gives.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ApiError>>;

/// A Kubernetes API under one identity.
///
/// Boundary: implementations send requests and translate errors; they decide nothing. Every method but
/// [`Cluster::mapping`], [`Cluster::preferred`] and [`Cluster::forget`] is one request (a list: one per page).
pub trait Cluster: Send + Sync {
    /// How a kind is served. Answers come from a cache of the process; an unknown kind is looked up again.
    /// [`ApiError::NoMatch`] when the server does not serve it.
    fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping>;

    /// How a kind is served at the version that the server prefers.
    fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping>;

    /// Drops what is cached of a group, after a definition of it was applied.
    fn forget(&self, group: &str);

    /// One object.
    fn get<'a>(&'a self, target: &'a ObjectRef) -> Answer<'a, Object>;

    /// Whole objects of one kind.
    fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing>;

    /// The metadata of objects of one kind (`PartialObjectMetadata`).
    fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing>;

    /// Server-side apply, always forced (compat K14.1). Returns the merged object.
    fn apply<'a>(
        &'a self,
        object: &'a Object,
        field_manager: &'a str,
        mode: ApplyMode,
    ) -> Answer<'a, Object>;

    /// A JSON patch (RFC 6902). Returns the patched object.
    fn patch<'a>(
        &'a self,
        target: &'a ObjectRef,
        operations: &'a Value,
        field_manager: &'a str,
    ) -> Answer<'a, Object>;

    /// A delete request. The object may live on until its finalizers are gone.
    fn delete<'a>(&'a self, target: &'a ObjectRef, request: &'a DeleteRequest) -> Answer<'a, ()>;

    /// Changes of one kind: the state of now first (as [`WatchEvent::Applied`]) unless the query says since
    /// when. The stream ends when the server ends it, or after an error; whoever still waits looks again and
    /// watches again.
    fn watch<'a>(
        &'a self,
        query: &'a WatchQuery,
    ) -> Answer<'a, BoxStream<'static, Result<WatchEvent, ApiError>>>;
}
