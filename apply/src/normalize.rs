//! Bringing desired objects into the form in which they are applied (compat K14.7).
//!
//! Objects of a built-in kind make the round trip through their Go type, of which [`schema`] holds a table: fields that
//! Kubernetes does not know vanish, quantities become canonical, empty fields go and required ones come. An object that
//! its type cannot hold stays as it is, and the API server says what is wrong with it.

mod ca_bundle;
mod quantity;
mod round_trip;
mod schema;
mod time;

use crate::object::Object;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use health::GroupKind;
use serde_json::{Map, Value};

/// Normalises one desired object.
pub fn normalize(object: &mut Object) {
    // Their empty `rules` would come back as null, and take away what an aggregated role has gathered.
    let exempt = object.api_version() == "rbac.authorization.k8s.io/v1"
        && matches!(object.kind(), "Role" | "ClusterRole");
    if !exempt {
        if let Some(mut typed) = round_trip::round_trip(object) {
            default_protocols(object, &mut typed);
            if object.kind() == "Secret" {
                fold_string_data(&mut typed);
            }
            *object.value_mut() = typed;
        }
        drop_what_the_server_sets(object);
    }
    ca_bundle::drop_invalid(object);
}

/// Whether any version of a kind has a Go type that is known here.
pub(crate) fn is_builtin_kind(kind: &GroupKind) -> bool {
    schema::builtin().has_kind(&kind.group, &kind.kind)
}

/// Whether the kind has a Go type that is known here.
pub(crate) fn is_builtin(object: &Object) -> bool {
    schema::builtin()
        .kind(object.api_version(), object.kind())
        .is_some()
}

/// `creationTimestamp` is reset, and `status` goes, except that of a definition, whose health needs it.
fn drop_what_the_server_sets(object: &mut Object) {
    let keeps_status = object.is_custom_resource_definition();
    let Some(fields) = object.value_mut().as_object_mut() else {
        return;
    };
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("creationTimestamp".to_owned(), Value::Null);
    }
    if !keeps_status {
        fields.shift_remove("status");
    }
}

/// Ports without a protocol get TCP: the protocol is part of the key by which ports are merged
/// (structured-merge-diff#130, kubernetes#98576).
fn default_protocols(object: &Object, typed: &mut Value) {
    let spec = match (object.api_version(), object.kind()) {
        ("v1", "Service") => return default_protocol(typed.pointer_mut("/spec/ports")),
        ("v1", "Pod") => "/spec",
        ("apps/v1", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch/v1", "Job") => "/spec/template/spec",
        ("batch/v1", "CronJob") => "/spec/jobTemplate/spec/template/spec",
        _ => return,
    };
    let containers = typed
        .pointer_mut(&format!("{spec}/containers"))
        .and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        default_protocol(container.get_mut("ports"));
    }
}

fn default_protocol(ports: Option<&mut Value>) {
    for port in ports.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(port) = port.as_object_mut() {
            let protocol = port.entry("protocol").or_insert(Value::Null);
            if protocol.as_str().is_none_or(str::is_empty) {
                *protocol = Value::from("TCP");
            }
        }
    }
}

/// `stringData` becomes `data`, over what is there: applied as it is, its keys would have no owner (kubernetes#108008).
fn fold_string_data(secret: &mut Value) {
    let Some(fields) = secret.as_object_mut() else {
        return;
    };
    let Some(Value::Object(texts)) = fields.shift_remove("stringData") else {
        return;
    };
    let data = fields.entry("data").or_insert(Value::Null);
    if !data.is_object() {
        *data = Value::Object(Map::new());
    }
    let Some(data) = data.as_object_mut() else {
        return;
    };
    for (key, text) in texts {
        let encoded = STANDARD.encode(text.as_str().unwrap_or_default());
        data.insert(key, Value::from(encoded));
    }
}

#[cfg(test)]
mod tests;
