//! Short ways to make objects and clusters.

use apply::testing::{InMemory, Recorder, Request};
use apply::{ApiError, ApplyOptions, Object, ObjectId, Owner};
use serde_json::{Value, json};

pub fn owner() -> Owner {
    Owner {
        field_manager: "us".into(),
        group: "g.io".into(),
    }
}

pub fn options() -> ApplyOptions {
    ApplyOptions::for_owner(&owner(), &[])
}

pub fn object(api_version: &str, kind: &str, name: &str, fields: &Value) -> Object {
    let mut value = json!({
        "apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "ns"},
    });
    for (key, field) in fields.as_object().unwrap() {
        value[key] = field.clone();
    }
    let mut object = Object::new(value).unwrap();
    owner().mark(&mut object, "unit", "ns");
    object
}

pub fn config(name: &str, value: &str) -> Object {
    object("v1", "ConfigMap", name, &json!({"data": {"k": value}}))
}

pub fn cluster() -> Recorder<InMemory> {
    Recorder::new(InMemory::default())
}

/// A cluster that answers the requests that `matches` with an error.
pub fn failing(
    inner: InMemory,
    matches: impl Fn(&Request) -> bool + Send + Sync + 'static,
    error: ApiError,
) -> Recorder<InMemory> {
    Recorder::new(inner).failing(move |request| matches(request).then(|| error.clone()))
}

pub fn id(kind: &str, name: &str) -> ObjectId {
    let group = match kind {
        "Deployment" | "StatefulSet" => "apps",
        "Job" => "batch",
        "Widget" => "example.com",
        _ => "",
    };
    ObjectId::new("ns", name, group, kind)
}
