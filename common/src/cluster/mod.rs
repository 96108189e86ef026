//! [`apply::Cluster`] on a real API server.
//!
//! ```text
//! Cluster call ─▶ Mappings (discovery, cached per process) ─▶ path ─▶ kube::Client ─▶ ApiError
//! ```
//!
//! A [`KubeCluster`] is one identity. Clones of it for other identities ([`KubeCluster::with_client`]) share what is
//! known of the kinds, which is read under the identity of the controller.

mod definitions;
mod error;
mod mappings;
mod path;
mod request;
mod served;
mod write;

pub use definitions::follow_definitions;
pub use error::api_error;
pub use served::Served;
pub use write::{Conflicts, Merge, Validation, Writing};

use std::sync::Arc;

use apply::cluster::{
    Answer, ApiError, ApplyMode, DeleteRequest, ListQuery, Listing, Mapping, WatchEvent, WatchQuery,
};
use apply::{Cluster, GroupKind, Gvk, Object, ObjectRef};
use futures::future::BoxFuture;
use futures::stream::{BoxStream, StreamExt as _};
use kube::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::object::Trimmed;

use mappings::Mappings;
use path::Path;
use request::{Accept, PatchKind, View};
use served::Catalogue;

/// How many objects a list asks for at a time.
const PAGE: usize = 500;

/// A Kubernetes API under the identity of a client.
#[derive(Clone)]
pub struct KubeCluster {
    client: Client,
    mappings: Arc<Mappings>,
    catalogue: Arc<Catalogue>,
}

impl std::fmt::Debug for KubeCluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubeCluster").finish_non_exhaustive()
    }
}

impl KubeCluster {
    /// A cluster of which nothing is known yet.
    pub fn new(client: Client) -> Self {
        let mappings = Arc::new(Mappings::new(client.clone()));
        let catalogue = Arc::new(Catalogue::new(client.clone()));
        Self {
            client,
            mappings,
            catalogue,
        }
    }

    /// The same cluster under another identity.
    #[must_use]
    pub fn with_client(&self, client: Client) -> Self {
        Self {
            client,
            mappings: Arc::clone(&self.mappings),
            catalogue: Arc::clone(&self.catalogue),
        }
    }

    /// What the server is and serves, read once and again after [`Cluster::forget`].
    ///
    /// # Errors
    /// What the server says.
    pub async fn served(&self) -> Result<Arc<Served>, ApiError> {
        self.catalogue.served().await
    }

    /// The client that this cluster is spoken to with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn path(&self, gvk: &Gvk, namespace: &str) -> Result<Path, ApiError> {
        Ok(Path::of(&self.mappings.mapping(gvk).await?, namespace))
    }

    async fn object(&self, request: http::Request<Vec<u8>>) -> Result<Object, ApiError> {
        let value: Value = self.client.request(request).await.map_err(api_error)?;
        Ok(Object::from_response(value))
    }

    /// The metadata of the objects that a query fits, without what others have noted on their fields, as the server has them in its
    /// cache: what was written some moments ago may be missing.
    ///
    /// # Errors
    /// What the server says, or that it does not serve the kind.
    pub async fn list_labels(&self, query: &ListQuery) -> Result<Vec<Object>, ApiError> {
        let wanted = (Accept::Metadata, View::Cached);
        let listing = self.pages::<Trimmed>(query, wanted).await?;
        Ok(listing.items)
    }

    /// All pages of a list. A page that comes too late starts the list over, once.
    async fn pages<T>(&self, query: &ListQuery, wanted: (Accept, View)) -> Result<Listing, ApiError>
    where
        T: DeserializeOwned + Into<Value>,
    {
        let namespace = query.namespace.as_deref().unwrap_or_default();
        let path = self.path(&query.gvk, namespace).await?;
        let mut listing = Listing::default();
        let mut token = String::new();
        let mut restarted = false;
        loop {
            let request = request::list(&path, &query.label_selector, PAGE, &token, wanted);
            let page: Page<T> = match self.client.request(request).await.map_err(api_error) {
                Ok(page) => page,
                Err(error) if error.is_expired() && !token.is_empty() && !restarted => {
                    listing = Listing::default();
                    token.clear();
                    restarted = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            token = page.metadata.token.unwrap_or_default();
            listing.resource_version = page.metadata.resource_version.unwrap_or_default();
            let items = page.items.into_iter().flatten().map(Into::into);
            listing
                .items
                .extend(items.map(|item| named(item, &query.gvk)));
            if token.is_empty() {
                return Ok(listing);
            }
        }
    }
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    #[serde(default)]
    metadata: PageMetadata,
    items: Option<Vec<T>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PageMetadata {
    #[serde(rename = "continue")]
    token: Option<String>,
    #[serde(rename = "resourceVersion")]
    resource_version: Option<String>,
}

/// An item of a page. They do not always say what they are, so that is filled in.
fn named(mut item: Value, gvk: &Gvk) -> Object {
    if let Some(fields) = item.as_object_mut() {
        fields.insert("apiVersion".to_owned(), Value::from(gvk.api_version()));
        fields.insert("kind".to_owned(), Value::from(gvk.kind.as_str()));
    }
    Object::from_response(item)
}

impl Cluster for KubeCluster {
    fn mapping<'a>(&'a self, gvk: &'a Gvk) -> Answer<'a, Mapping> {
        Box::pin(self.mappings.mapping(gvk))
    }

    fn preferred<'a>(&'a self, kind: &'a GroupKind) -> Answer<'a, Mapping> {
        Box::pin(self.mappings.preferred(kind))
    }

    fn forget(&self, group: &str) {
        self.mappings.forget(group);
        self.catalogue.forget();
    }

    fn get<'a>(&'a self, target: &'a ObjectRef) -> Answer<'a, Object> {
        Box::pin(async move {
            let path = self.path(&target.gvk, &target.namespace).await?;
            self.object(request::get(&path.object(&target.name))).await
        })
    }

    fn list<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        Box::pin(self.pages::<Value>(query, (Accept::Objects, View::Latest)))
    }

    fn list_metadata<'a>(&'a self, query: &'a ListQuery) -> Answer<'a, Listing> {
        Box::pin(self.pages::<Value>(query, (Accept::Metadata, View::Latest)))
    }

    fn apply<'a>(
        &'a self,
        object: &'a Object,
        field_manager: &'a str,
        mode: ApplyMode,
    ) -> Answer<'a, Object> {
        Box::pin(async move {
            let path = self.path(&object.gvk(), object.namespace()).await?;
            let kind = PatchKind::Apply(mode);
            let path = path.object(object.name());
            self.object(request::patch(
                &path,
                object.as_value(),
                field_manager,
                kind,
            ))
            .await
        })
    }

    fn patch<'a>(
        &'a self,
        target: &'a ObjectRef,
        operations: &'a Value,
        field_manager: &'a str,
    ) -> Answer<'a, Object> {
        Box::pin(async move {
            let path = self
                .path(&target.gvk, &target.namespace)
                .await?
                .object(&target.name);
            self.object(request::patch(
                &path,
                operations,
                field_manager,
                PatchKind::Json,
            ))
            .await
        })
    }

    fn delete<'a>(&'a self, target: &'a ObjectRef, request: &'a DeleteRequest) -> Answer<'a, ()> {
        Box::pin(async move {
            let path = self
                .path(&target.gvk, &target.namespace)
                .await?
                .object(&target.name);
            let mut options = json!({
                "apiVersion": "v1",
                "kind": "DeleteOptions",
                "propagationPolicy": request.propagation.as_str(),
            });
            if let Some(uid) = &request.uid {
                options["preconditions"] = json!({"uid": uid});
            }
            let request = request::delete(&path, &options);
            self.client
                .request_text(request)
                .await
                .map(drop)
                .map_err(api_error)
        })
    }

    fn watch<'a>(
        &'a self,
        query: &'a WatchQuery,
    ) -> BoxFuture<'a, Result<BoxStream<'static, Result<WatchEvent, ApiError>>, ApiError>> {
        Box::pin(async move {
            let namespace = query.namespace.as_deref().unwrap_or_default();
            let path = self.path(&query.gvk, namespace).await?;
            let request = request::watch(&path, query.name.as_deref(), query.since.as_deref());
            let events = self
                .client
                .request_events::<Trimmed>(request)
                .await
                .map_err(api_error)?;
            let events = events
                .filter_map(|event| std::future::ready(translate(event)))
                .scan(false, |failed, event| {
                    let over = std::mem::replace(failed, event.is_err());
                    std::future::ready((!over).then_some(event))
                });
            Ok(events.boxed())
        })
    }
}

/// An event in our terms; bookmarks are none.
fn translate(
    event: Result<kube::core::WatchEvent<Trimmed>, kube::Error>,
) -> Option<Result<WatchEvent, ApiError>> {
    use kube::core::WatchEvent::{Added, Bookmark, Deleted, Error, Modified};
    Some(match event {
        Ok(Added(Trimmed(object)) | Modified(Trimmed(object))) => {
            Ok(WatchEvent::Applied(Object::from_response(object)))
        }
        Ok(Deleted(Trimmed(object))) => Ok(WatchEvent::Deleted(Object::from_response(object))),
        Ok(Bookmark(_)) => return None,
        Ok(Error(status)) => Err(error::status_error(*status)),
        Err(error) => Err(api_error(error)),
    })
}
