//! Noticing that the server serves something else than before.

use std::sync::Arc;

use apply::Cluster as _;
use futures::StreamExt as _;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::core::PartialObjectMeta;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};

use super::KubeCluster;
use crate::context::Context;

/// Forgets what is known of a group whenever a definition in it appears, changes or goes, until the process goes down. Where
/// definitions may not be watched, what is known stays until somebody applies one.
pub async fn follow_definitions(context: Arc<Context>, cluster: Arc<KubeCluster>) {
    let api: Api<PartialObjectMeta<CustomResourceDefinition>> = Api::all(context.client.clone());
    let events = watcher(api, watcher::Config::default()).default_backoff();
    let mut events = std::pin::pin!(events.take_until(context.shutdown.clone().cancelled_owned()));
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Apply(definition) | Event::Delete(definition)) => {
                let name = definition.metadata.name.unwrap_or_default();
                let group = name.split_once('.').map_or("", |(_, group)| group);
                cluster.forget(group);
            }
            // Changes may have been missed.
            Ok(Event::InitDone) => cluster.forget(""),
            Ok(Event::Init | Event::InitApply(_)) => {}
            Err(error) => tracing::debug!(%error, "definitions cannot be watched"),
        }
    }
}
