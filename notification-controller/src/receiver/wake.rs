//! Waking the objects of a Receiver, each by a new value of the annotation that asks for a reconciliation (R5 to R8).

use common::access::CrossNamespace;
use common::kube::api::{
    Api, ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
};
use common::kube::core::PartialObjectMeta;
use common::kube::{self, Client};
use common::object::REQUESTED_AT;
use crds::notification::{EventSource, Receiver};
use expr::EvalError;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::filter::Filters;
use crate::MANAGER;
use crate::alert::filter::labels_are_valid;
use crate::kinds::{self, fits_a_path};

/// How many objects of a listing are woken at a time.
const AT_A_TIME: usize = 8;

/// Why an object was not woken.
#[derive(Debug, thiserror::Error)]
pub enum WakeError {
    /// It is in another namespace.
    #[error("cross-namespace references are not allowed")]
    CrossNamespace,
    /// Its kind has no default version.
    #[error("apiVersion must be specified for kind {0:?}")]
    NoVersion(String),
    /// A name, a namespace or a version that no object has.
    #[error("{0:?} is not a name that an object can have")]
    NoName(String),
    /// All of a kind are never meant.
    #[error("matchLabels field not set when using wildcard '*' as name")]
    NoLabels,
    /// Labels that no object has.
    #[error("matchLabels hold a key or a value that no label can have")]
    Labels,
    /// The API server refuses.
    #[error("unable to {verb} {kind} {object:?} error: {source}")]
    Request {
        /// What was tried.
        verb: &'static str,
        /// The kind.
        kind: String,
        /// `namespace/name`, or the namespace.
        object: String,
        /// What the API server says.
        source: Box<kube::Error>,
    },
    /// A filter gives no answer.
    #[error(transparent)]
    Filter(#[from] EvalError),
}

/// Objects of one kind in one namespace.
struct Objects<'a> {
    api: Api<DynamicObject>,
    kind: &'a str,
    api_version: String,
    namespace: &'a str,
    filters: Option<&'a Filters>,
    index: usize,
}

/// Wakes the objects that a Receiver names at this index.
///
/// # Errors
/// Why one of them was not woken; the others of a listing are.
pub async fn wake(
    client: &Client,
    receiver: &Receiver,
    index: usize,
    filters: Option<&Filters>,
    rule: CrossNamespace,
) -> Result<(), WakeError> {
    let Some(resource) = receiver.spec.resources.get(index) else {
        return Ok(());
    };
    let source = &resource.source;
    let own = receiver.metadata.namespace.as_deref().unwrap_or_default();
    let namespace = source.namespace.as_deref().unwrap_or(own);
    if rule == CrossNamespace::Blocked && namespace != own {
        return Err(WakeError::CrossNamespace);
    }
    let objects = Objects {
        filters: filters.filter(|filters| filters.concern(index)),
        ..objects(client, source, namespace, index)?
    };
    if source.name == "*" {
        let labels = source.match_labels.as_ref().ok_or(WakeError::NoLabels)?;
        if !labels_are_valid(labels) {
            return Err(WakeError::Labels);
        }
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        objects.wake_labelled(&labels.join(",")).await
    } else {
        objects.wake_named(&source.name).await
    }
}

fn objects<'a>(
    client: &Client,
    source: &'a EventSource,
    namespace: &'a str,
    index: usize,
) -> Result<Objects<'a>, WakeError> {
    let kind = source.kind.as_str();
    let given = source.api_version.as_deref();
    let api_version = given
        .or_else(|| kinds::default_version(&source.kind))
        .ok_or_else(|| WakeError::NoVersion(kind.to_owned()))?;
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let name = Some(source.name.as_str()).filter(|name| *name != "*");
    let group_fits = group.is_empty() || fits_a_path(group);
    let misfit = [version, namespace]
        .into_iter()
        .chain(name)
        .find(|segment| !fits_a_path(segment))
        .or((!group_fits).then_some(group));
    if let Some(misfit) = misfit {
        return Err(WakeError::NoName(misfit.to_owned()));
    }
    let gvk = GroupVersionKind::gvk(group, version, kind);
    let resource = ApiResource::from_gvk_with_plural(&gvk, &kinds::plural(kind));
    Ok(Objects {
        api: Api::namespaced_with(client.clone(), namespace, &resource),
        kind,
        api_version: resource.api_version,
        namespace,
        filters: None,
        index,
    })
}

impl Objects<'_> {
    /// Where there is a filter the object is read first; otherwise one request does.
    async fn wake_named(&self, name: &str) -> Result<(), WakeError> {
        if self.filters.is_none() {
            return self.annotate(name).await;
        }
        let object = self
            .api
            .get_metadata(name)
            .await
            .map_err(|source| self.failed("read", name, source))?;
        self.wake_known(object).await
    }

    async fn wake_labelled(&self, labels: &str) -> Result<(), WakeError> {
        let list = self
            .api
            .list_metadata(&ListParams::default().labels(labels))
            .await
            .map_err(|source| self.failed("list", "", source))?;
        if list.items.is_empty() {
            tracing::error!(
                kind = self.kind,
                namespace = self.namespace,
                labels,
                "error annotating resources: none found with matching labels"
            );
            return Ok(());
        }
        let all: Vec<_> = futures::stream::iter(list.items)
            .map(|object| self.wake_known(object))
            .buffer_unordered(AT_A_TIME)
            .map(Ok::<_, WakeError>)
            .try_collect()
            .await?;
        // All were tried before the first failure is told.
        all.into_iter().collect()
    }

    async fn wake_known(&self, object: PartialObjectMeta<DynamicObject>) -> Result<(), WakeError> {
        let name = object.metadata.name.clone().unwrap_or_default();
        if let Some(filters) = self.filters
            && !filters.accept(self.index, &self.value(&object))?
        {
            tracing::debug!(
                "resource '{}/{name}.{}' NOT annotated because CEL expression returned false",
                self.kind,
                self.namespace
            );
            return Ok(());
        }
        self.annotate(&name).await
    }

    /// The object as filters see it: by its own kind, not as the partial form that it was read in.
    fn value(&self, object: &PartialObjectMeta<DynamicObject>) -> Value {
        json!({"apiVersion": self.api_version, "kind": self.kind, "metadata": object.metadata})
    }

    async fn annotate(&self, name: &str) -> Result<(), WakeError> {
        let now = Timestamp::now().to_string();
        let change = json!({"metadata": {"annotations": {REQUESTED_AT: now}}});
        let params = PatchParams {
            field_manager: Some(MANAGER.to_owned()),
            ..PatchParams::default()
        };
        self.api
            .patch_metadata(name, &params, &Patch::Merge(change))
            .await
            .map_err(|source| self.failed("annotate", name, source))?;
        tracing::info!(
            "resource '{}/{name}.{}' annotated",
            self.kind,
            self.namespace
        );
        Ok(())
    }

    fn failed(&self, verb: &'static str, name: &str, source: kube::Error) -> WakeError {
        WakeError::Request {
            verb,
            kind: self.kind.to_owned(),
            object: format!("{}/{name}", self.namespace),
            source: Box::new(source),
        }
    }
}
