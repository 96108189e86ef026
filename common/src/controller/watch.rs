//! Following a kind for good: list, watch, reconnect.

use std::fmt::Debug;

use futures::StreamExt as _;
use kube::core::NamespaceResourceScope;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use super::lenient::Lenient;
use crate::context::Context;

/// A namespaced kind that can be watched, whole or by its metadata.
pub trait Watched:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
}

impl<T> Watched for T where
    T: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static
{
}

/// Calls `seen` with what happens to the objects of a kind, until the process goes down. An error is logged, reported
/// as nothing, and followed by another try, with pauses that grow.
pub(super) async fn follow<T>(
    context: &Context,
    label_selector: &str,
    mut seen: impl FnMut(Option<Event<Lenient<T>>>) + Send,
) where
    T: Watched,
{
    let api: Api<Lenient<T>> = match &context.scope.namespace {
        Some(namespace) => Api::namespaced(context.client.clone(), namespace),
        None => Api::all(context.client.clone()),
    };
    let mut config = watcher::Config::default();
    if !label_selector.is_empty() {
        config = config.labels(label_selector);
    }
    let mut events = std::pin::pin!(kube::runtime::watcher(api, config).default_backoff());
    loop {
        let event = tokio::select! {
            () = context.shutdown.cancelled() => return,
            event = events.next() => event,
        };
        match event {
            Some(Ok(event)) => seen(Some(event)),
            Some(Err(error)) => {
                tracing::warn!(kind = %T::kind(&()), %error, "watch failed, trying again");
                seen(None);
            }
            None => return,
        }
    }
}
