//! A cluster that passes requests on and notes them.

use crate::cluster::{
    Answer, ApiError, ApplyMode, Cluster, DeleteRequest, ListQuery, Listing, Mapping, WatchEvent,
    WatchQuery,
};
use crate::id::{Gvk, ObjectRef};
use crate::object::Object;
use futures::future::ready;
use futures::stream::BoxStream;
use health::GroupKind;
use serde_json::Value;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    List,
    ListMetadata,
    DryRun,
    Apply,
    Patch,
    Delete,
    Watch,
}

/// One request. As text: `DryRun ConfigMap/ns/name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub verb: Verb,
    /// `Kind/namespace/name`; for lists and watches `Kind/namespace`.
    pub subject: String,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.verb, self.subject)
    }
}

type Fault = Box<dyn Fn(&Request) -> Option<ApiError> + Send + Sync>;

/// Notes the requests to the cluster inside, in the order in which they were made, and fails those that it is told to.
/// Discovery is not noted.
#[derive(Default)]
pub struct Recorder<C> {
    inner: C,
    requests: Mutex<Vec<Request>>,
    fault: Option<Fault>,
}

impl<C: fmt::Debug> fmt::Debug for Recorder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

impl<C> Recorder<C> {
    pub fn new(inner: C) -> Self {
        Self {
            inner,
            requests: Mutex::default(),
            fault: None,
        }
    }

    /// Answers the requests for which `fault` gives an error with that error, without passing them on.
    #[must_use]
    pub fn failing(
        mut self,
        fault: impl Fn(&Request) -> Option<ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.fault = Some(Box::new(fault));
        self
    }

    pub fn inner(&self) -> &C {
        &self.inner
    }

    /// The requests since the last call.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The requests since the last call, as text.
    pub fn take_lines(&self) -> Vec<String> {
        self.take().iter().map(ToString::to_string).collect()
    }

    /// Notes a request, and gives the answer to it: from the cluster inside unless it is to fail.
    fn pass<'a, T: Send + 'a>(
        &'a self,
        verb: Verb,
        subject: String,
        answer: impl FnOnce() -> Answer<'a, T>,
    ) -> Answer<'a, T> {
        let request = Request { verb, subject };
        let error = self.fault.as_ref().and_then(|fault| fault(&request));
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(request);
        match error {
            Some(error) => Box::pin(ready(Err(error))),
            None => answer(),
        }
    }
}

fn collection(gvk: &Gvk, namespace: Option<&str>) -> String {
    let namespace = namespace
        .map(|namespace| format!("/{namespace}"))
        .unwrap_or_default();
    format!("{}{namespace}", gvk.kind)
}

impl<C: Cluster> Cluster for Recorder<C> {
    fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping> {
        self.inner.mapping(gvk)
    }

    fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping> {
        self.inner.preferred(kind)
    }

    fn forget(&self, group: &str) {
        self.inner.forget(group);
    }

    fn get<'a>(&'a self, target: &'a ObjectRef) -> Answer<'a, Object> {
        self.pass(Verb::Get, target.id().subject(), || self.inner.get(target))
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        let subject = collection(&query.gvk, query.namespace.as_deref());
        self.pass(Verb::List, subject, || self.inner.list(query))
    }

    fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        let subject = collection(&query.gvk, query.namespace.as_deref());
        self.pass(Verb::ListMetadata, subject, || {
            self.inner.list_metadata(query)
        })
    }

    fn apply<'a>(
        &'a self,
        object: &'a Object,
        field_manager: &'a str,
        mode: ApplyMode,
    ) -> Answer<'a, Object> {
        let verb = match mode {
            ApplyMode::DryRun => Verb::DryRun,
            ApplyMode::Persist => Verb::Apply,
        };
        self.pass(verb, object.subject(), || {
            self.inner.apply(object, field_manager, mode)
        })
    }

    fn patch<'a>(
        &'a self,
        target: &'a ObjectRef,
        operations: &'a Value,
        field_manager: &'a str,
    ) -> Answer<'a, Object> {
        self.pass(Verb::Patch, target.id().subject(), || {
            self.inner.patch(target, operations, field_manager)
        })
    }

    fn delete<'a>(&'a self, target: &'a ObjectRef, request: &'a DeleteRequest) -> Answer<'a, ()> {
        self.pass(Verb::Delete, target.id().subject(), || {
            self.inner.delete(target, request)
        })
    }

    fn watch<'a>(
        &'a self,
        query: &'a WatchQuery,
    ) -> Answer<'a, BoxStream<'static, Result<WatchEvent, ApiError>>> {
        let subject = collection(&query.gvk, query.namespace.as_deref());
        self.pass(Verb::Watch, subject, || self.inner.watch(query))
    }
}
