//! Records as Secrets (H16.1, H16.2).

use std::collections::BTreeMap;
use std::sync::Arc;

use apply::cluster::{DeleteRequest, ListQuery};
use apply::{ApiError, Cluster as _, Gvk, Object, ObjectRef};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::cluster::{KubeCluster, Validation, Writing};
use helm::release::{SECRET_TYPE, StoredRelease};
use serde_json::{Value, json};

use super::records::{Answer, Record, Records};
use crate::FIELD_MANAGER;

/// The Secrets of a namespace.
pub struct Secrets {
    cluster: Arc<KubeCluster>,
    namespace: String,
}

impl Secrets {
    /// Those of `namespace` on this cluster.
    pub fn new(cluster: Arc<KubeCluster>, namespace: impl Into<String>) -> Self {
        Self {
            cluster,
            namespace: namespace.into(),
        }
    }

    fn query(&self, release: &str) -> ListQuery {
        ListQuery {
            gvk: secret(),
            namespace: Some(self.namespace.clone()),
            label_selector: format!("name={release},owner=helm"),
        }
    }

    fn object(&self, record: &StoredRelease) -> Object {
        Object::from_response(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": record.name,
                "namespace": self.namespace,
                "labels": record.labels,
            },
            "type": SECRET_TYPE,
            "data": {"release": STANDARD.encode(&record.payload)},
        }))
    }
}

const WRITING: Writing<'_> = Writing {
    manager: FIELD_MANAGER,
    validation: Validation::Strict,
};

impl Records for Secrets {
    fn list<'a>(&'a self, release: &'a str) -> Answer<'a, Vec<Record>> {
        Box::pin(async move {
            let listing = self.cluster.list(&self.query(release)).await?;
            Ok(listing.items.iter().map(record).collect())
        })
    }

    fn list_labels<'a>(&'a self, release: &'a str) -> Answer<'a, Vec<Record>> {
        Box::pin(async move {
            let secrets = self.cluster.list_labels(&self.query(release)).await?;
            Ok(secrets.iter().map(record).collect())
        })
    }

    fn create<'a>(&'a self, record: &'a StoredRelease) -> Answer<'a, String> {
        Box::pin(async move {
            let object = self.object(record);
            let stored = self.cluster.create(&object, WRITING).await?;
            Ok(stored.resource_version().to_owned())
        })
    }

    fn update<'a>(&'a self, record: &'a StoredRelease) -> Answer<'a, String> {
        Box::pin(async move {
            let object = self.object(record);
            let stored = self.cluster.replace(&object, WRITING).await?;
            Ok(stored.resource_version().to_owned())
        })
    }

    fn delete<'a>(&'a self, name: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            let target = ObjectRef {
                gvk: secret(),
                namespace: self.namespace.clone(),
                name: name.to_owned(),
            };
            match self
                .cluster
                .delete(&target, &DeleteRequest::default())
                .await
            {
                Err(error) if error.is_not_found() => Ok(()),
                answer => answer,
            }
        })
    }
}

fn secret() -> Gvk {
    Gvk::new("v1", "Secret")
}

/// What is no record of Helm's reads as an empty one, which no release decodes from.
fn record(secret: &Object) -> Record {
    let value = secret.as_value();
    let labels = value.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let labels: BTreeMap<String, String> = labels
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect();
    let payload = value.pointer("/data/release").and_then(Value::as_str);
    Record {
        labels,
        payload: payload
            .and_then(|payload| STANDARD.decode(payload).ok())
            .unwrap_or_default(),
        resource_version: secret.resource_version().to_owned(),
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secrets").field(&self.namespace).finish()
    }
}

/// Whether an error says that the record is there already.
pub(super) fn exists(error: &ApiError) -> bool {
    error.reason() == "AlreadyExists"
}
