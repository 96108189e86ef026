//! What is recorded of a release, as far as two runs can be compared.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::k8s_openapi::api::core::v1::Secret;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use yaml::{Budget, Dialect};

/// A record with what can differ taken out of it:
///
/// - times are `TIME`, and times of writes in labels too;
/// - a rollback by `helm` 4.3 names the revision that it went back to, which `helm` 4.2 does not know;
/// - manifests are lists of what they say with the templates they come from: the controller writes them anew, without comments
///   and with its labels, which are taken off.
pub fn comparable(secret: &Secret) -> Value {
    let payload = &secret.data.as_ref().unwrap()["release"].0;
    let packed = STANDARD.decode(payload).unwrap();
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let mut record: Value = serde_json::from_str(&text).unwrap();
    let mut labels = json!(secret.metadata.labels);
    for written in ["createdAt", "modifiedAt"] {
        if labels.get(written).is_some() {
            labels[written] = json!("TIME");
        }
    }
    if let Some(info) = record["info"].as_object_mut() {
        info.remove("rollback_revision");
        for key in ["first_deployed", "last_deployed", "deleted"] {
            info.entry(key).and_modify(hide_time);
        }
    }
    record["manifest"] = documents(record["manifest"].as_str().unwrap());
    for hook in record["hooks"].as_array_mut().into_iter().flatten() {
        hook["manifest"] = documents(hook["manifest"].as_str().unwrap());
        if let Some(run) = hook["last_run"].as_object_mut() {
            for key in ["started_at", "completed_at"] {
                run.entry(key).and_modify(hide_time);
            }
        }
    }
    json!({"type": secret.type_, "labels": labels, "record": record})
}

/// A time is there or it is not.
fn hide_time(time: &mut Value) {
    if time.as_str().is_some_and(|text| !text.is_empty()) {
        *time = json!("TIME");
    }
}

/// The documents of a manifest with the templates that they come from.
fn documents(manifest: &str) -> Value {
    let documents = helm::output::split(manifest);
    let documents = documents.iter().map(|document| {
        let source = document
            .lines()
            .find_map(|line| line.strip_prefix("# Source: "));
        let objects = yaml::decode(document.as_bytes(), Dialect::Kubernetes, &Budget::default());
        let mut objects: Vec<Value> = objects.unwrap().iter().map(yaml::Value::to_json).collect();
        objects.iter_mut().for_each(without_origin);
        json!({"source": source, "objects": objects})
    });
    documents.collect()
}

/// An object without the labels that say which HelmRelease it comes from.
pub fn without_origin(object: &mut Value) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
        labels.remove("helm.toolkit.fluxcd.io/name");
        labels.remove("helm.toolkit.fluxcd.io/namespace");
        if labels.is_empty() {
            metadata.remove("labels");
        }
    }
}
