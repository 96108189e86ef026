//! The values of the release (H9).

use common::k8s_openapi::api::core::v1::{ConfigMap, Secret};
use common::kube::{self, Client};
use common::object;
use common::reconcile::{Class, Flow, Pass, Stop};
use crds::meta::ConfigKind;
use futures::future::try_join_all;

use crate::helm_release::{HelmReleases, reasons};
use crate::values::{Data, References, compose};

impl HelmReleases {
    /// Fetches what the values come from, each object once and all at a time, and puts them together.
    pub(in crate::helm_release) async fn values(
        &self,
        pass: &mut Pass<Self>,
    ) -> Result<Flow, Stop> {
        let namespace = pass.key().namespace;
        let client = &pass.context.client;
        let fetches = References::wanted(&pass.object.spec)
            .into_iter()
            .map(|(kind, name)| {
                let namespace = &namespace;
                async move {
                    let data = fetch(client, namespace, &kind, &name).await;
                    data.map(|data| (kind, name, data))
                }
            });
        let fetched = try_join_all(fetches)
            .await
            .map_err(|error| failed(&error))?;
        let mut objects = References::default();
        for (kind, name, data) in fetched {
            if let Some(data) = data {
                objects.insert(&kind, &name, data);
            }
        }
        pass.state.values = compose(&pass.object.spec, &namespace, &objects)
            .map_err(|error| failed(&error.to_string()))?;
        Ok(Flow::Next)
    }
}

fn failed(error: &str) -> Stop {
    Stop::new(Class::Backoff, reasons::VALUES_ERROR, error)
}

/// The data of an object; nothing when it is not there.
async fn fetch(
    client: &Client,
    namespace: &str,
    kind: &ConfigKind,
    name: &str,
) -> Result<Option<Data>, String> {
    let found = match kind {
        ConfigKind::Secret => object::read(client, namespace, name).await.map(of_secret),
        _ => object::read(client, namespace, name)
            .await
            .map(of_config_map),
    };
    match found {
        Ok(data) => Ok(Some(data)),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(kube::Error::Api(status)) => Err(unreadable(kind, namespace, name, &status.message)),
        Err(error) => Err(unreadable(kind, namespace, name, &error.to_string())),
    }
}

fn unreadable(kind: &ConfigKind, namespace: &str, name: &str, cause: &str) -> String {
    let kind = kind.as_str();
    format!("could not resolve {kind} chart values reference '{namespace}/{name}': {cause}")
}

fn of_secret(secret: Secret) -> Data {
    let data = secret.data.unwrap_or_default();
    data.into_iter()
        .map(|(key, value)| (key, value.0))
        .collect()
}

fn of_config_map(map: ConfigMap) -> Data {
    let data = map.data.unwrap_or_default();
    data.into_iter()
        .map(|(key, value)| (key, value.into_bytes()))
        .collect()
}
