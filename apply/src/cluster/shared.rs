//! A cluster behind an [`Arc`] is a cluster.

use super::{
    Answer, ApiError, ApplyMode, Cluster, DeleteRequest, ListQuery, Listing, Mapping, WatchEvent,
    WatchQuery,
};
use crate::id::{Gvk, ObjectRef};
use crate::object::Object;
use futures::stream::BoxStream;
use health::GroupKind;
use serde_json::Value;
use std::sync::Arc;

impl<C: Cluster + ?Sized> Cluster for Arc<C> {
    fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping> {
        (**self).mapping(gvk)
    }

    fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping> {
        (**self).preferred(kind)
    }

    fn forget(&self, group: &str) {
        (**self).forget(group);
    }

    fn get<'a>(&'a self, target: &'a ObjectRef) -> Answer<'a, Object> {
        (**self).get(target)
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        (**self).list(query)
    }

    fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        (**self).list_metadata(query)
    }

    fn apply<'a>(
        &'a self,
        object: &'a Object,
        field_manager: &'a str,
        mode: ApplyMode,
    ) -> Answer<'a, Object> {
        (**self).apply(object, field_manager, mode)
    }

    fn patch<'a>(
        &'a self,
        target: &'a ObjectRef,
        operations: &'a Value,
        field_manager: &'a str,
    ) -> Answer<'a, Object> {
        (**self).patch(target, operations, field_manager)
    }

    fn delete<'a>(&'a self, target: &'a ObjectRef, request: &'a DeleteRequest) -> Answer<'a, ()> {
        (**self).delete(target, request)
    }

    fn watch<'a>(
        &'a self,
        query: &'a WatchQuery,
    ) -> Answer<'a, BoxStream<'static, Result<WatchEvent, ApiError>>> {
        (**self).watch(query)
    }
}
