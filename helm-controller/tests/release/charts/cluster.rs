//! What is in the cluster after a step, as far as two runs can be compared.

use std::collections::BTreeMap;

use common::k8s_openapi::api::core::v1::{Namespace, Secret};
use common::k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use common::kube::api::{DeleteParams, DynamicObject, ListParams, PostParams};
use common::kube::discovery::{Discovery, Scope, verbs};
use common::kube::{Api, Client, ResourceExt as _};
use serde_json::{Value, json};
use testing::helm::Line;
use testing::wait_for;

use super::record;
use crate::support::LONG;

/// Kinds whose objects are made by the cluster itself.
const OF_THE_CLUSTER: &[&str] = &[
    "ControllerRevision",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "Lease",
];

/// Where a release is made.
pub struct Place {
    client: Client,
    pub namespace: String,
    pub release: String,
    groups: &'static [&'static str],
}

/// What was there after a step.
pub struct Seen {
    step: &'static str,
    /// By kind and name.
    objects: BTreeMap<String, Value>,
    /// By name.
    records: BTreeMap<String, Value>,
}

impl Place {
    pub fn new(
        client: &Client,
        namespace: &str,
        release: &str,
        groups: &'static [&'static str],
    ) -> Self {
        Self {
            client: client.clone(),
            namespace: namespace.to_owned(),
            release: release.to_owned(),
            groups,
        }
    }

    /// Makes the namespace.
    pub async fn make(&self) {
        let namespace = json!({"metadata": {"name": self.namespace}});
        let namespace: Namespace = serde_json::from_value(namespace).unwrap();
        let all: Api<Namespace> = Api::all(self.client.clone());
        all.create(&PostParams::default(), &namespace)
            .await
            .unwrap();
    }

    /// Deletes the namespace, and the definitions that the chart has left.
    pub async fn clear(&self) {
        let gone = DeleteParams::foreground();
        let all: Api<Namespace> = Api::all(self.client.clone());
        all.delete(&self.namespace, &gone).await.unwrap();
        let definitions: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let mut left = Vec::new();
        for definition in definitions.list(&ListParams::default()).await.unwrap() {
            if self.groups.contains(&definition.spec.group.as_str()) {
                definitions
                    .delete(&definition.name_any(), &gone)
                    .await
                    .unwrap();
                left.push(definition.name_any());
            }
        }
        for name in left {
            wait_for(&definitions, &name, "gone", LONG, |found| found.is_none())
                .await
                .unwrap();
        }
        wait_for(&all, &self.namespace, "gone", LONG, |found| found.is_none())
            .await
            .unwrap();
    }

    /// What is there now.
    pub async fn look(&self, step: &'static str) -> Seen {
        let mut objects = BTreeMap::new();
        for group in self.discover().await.groups() {
            for (resource, capabilities) in group.recommended_resources() {
                let listed = capabilities.supports_operation(verbs::LIST);
                if !listed || OF_THE_CLUSTER.contains(&resource.kind.as_str()) {
                    continue;
                }
                let api: Api<DynamicObject> = match capabilities.scope {
                    Scope::Namespaced => {
                        Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
                    }
                    Scope::Cluster => Api::all_with(self.client.clone(), &resource),
                };
                // Another test may just have taken the kind away.
                let Ok(found) = api.list(&ListParams::default()).await else {
                    continue;
                };
                for object in found {
                    let object = serde_json::to_value(object).unwrap();
                    if self.is_of_interest(&resource.kind, &object, &capabilities.scope) {
                        let name = object["metadata"]["name"].as_str().unwrap();
                        let key = format!("{} {name}", resource.kind);
                        objects.insert(key, comparable(object));
                    }
                }
            }
        }
        Seen {
            step,
            objects,
            records: self.records().await,
        }
    }

    /// The kinds that are served. A group that another test takes away in the middle of it makes it fail.
    async fn discover(&self) -> Discovery {
        for _ in 0..50 {
            if let Ok(discovery) = Discovery::new(self.client.clone()).run().await {
                return discovery;
            }
        }
        panic!("the kinds that are served cannot be read");
    }

    /// Objects of the namespace that somebody has put there, and those of the cluster that are the release's.
    fn is_of_interest(&self, kind: &str, object: &Value, scope: &Scope) -> bool {
        let metadata = &object["metadata"];
        match scope {
            Scope::Namespaced => {
                let name = metadata["name"].as_str().unwrap();
                let is_default = matches!(
                    (kind, name),
                    ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default")
                );
                let is_record = object["type"] == "helm.sh/release.v1";
                !is_default && !is_record && metadata.get("ownerReferences").is_none()
            }
            Scope::Cluster => {
                let is_own = |key: &str, value: &str| metadata["annotations"][key] == value;
                let group = object["spec"]["group"].as_str().unwrap_or_default();
                (kind == "CustomResourceDefinition" && self.groups.contains(&group))
                    || (is_own("meta.helm.sh/release-namespace", &self.namespace)
                        && is_own("meta.helm.sh/release-name", &self.release))
            }
        }
    }

    async fn records(&self) -> BTreeMap<String, Value> {
        let selector = format!("owner=helm,name={}", self.release);
        let secrets: Api<Secret> = Api::namespaced(self.client.clone(), &self.namespace);
        let found = secrets
            .list(&ListParams::default().labels(&selector))
            .await
            .unwrap();
        let found = found.items.iter();
        found
            .map(|secret| (secret.name_any(), record::comparable(secret)))
            .collect()
    }
}

impl Seen {
    /// Without what Helm 3 leaves in another way. It does not apply on the server: others wrote the fields, the record does not say how, the
    /// server finds other words for what it refuses, and of two ports with one number a patch loses one. Its charts do not tell when their
    /// files were changed, and a time that has not come is empty text.
    pub fn of(mut self, line: Line) -> Self {
        if line == Line::Three {
            for object in self.objects.values_mut() {
                without(object, &["managedFields", "ports"]);
            }
            for record in self.records.values_mut() {
                without(record, &["apply_method", "modtime", "schemamodtime"]);
                if let Value::String(text) = &mut record["record"]["info"]["description"] {
                    *text = without_apply(text);
                }
            }
        }
        self
    }

    /// Fails with the first difference.
    pub fn compare(&self, found: &Self) {
        let step = self.step;
        for (wanted, found) in [
            (&self.objects, &found.objects),
            (&self.records, &found.records),
        ] {
            let names = |map: &BTreeMap<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(found), names(wanted), "after {step}");
            for (name, wanted) in wanted {
                let differences = differences("", wanted, &found[name]);
                assert!(
                    differences.is_empty(),
                    "{name} after {step}:\n{}",
                    differences.join("\n")
                );
            }
        }
        assert!(!self.records.is_empty(), "nothing is recorded after {step}");
    }
}

/// A description without what tells that the server was to apply an object.
fn without_apply(text: &str) -> String {
    let parts = text.split_once("server-side apply failed for object ");
    let parts = parts.and_then(|(before, rest)| Some((before, rest.split_once(": ")?.1)));
    parts.map_or_else(
        || text.to_owned(),
        |(before, after)| format!("{before}{after}"),
    )
}

/// Times of a record that may not have come.
const TIMES: &[&str] = &["deleted", "started_at", "completed_at"];

/// Takes fields, and times that have not come, out of a value, wherever they stand in it.
fn without(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let is_no_time = TIMES.contains(&name.as_str()) && *value == "";
                !is_no_time && !names.contains(&name.as_str())
            });
            fields.values_mut().for_each(|field| without(field, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without(item, names)),
        _ => {}
    }
}

/// Where two values differ, and what they say there. Text may lack its last line end: that of a block at the end of a template
/// which ends without one is added by `helm` when it prints the manifest, and not there when the controller changes it before.
fn differences(path: &str, wanted: &Value, found: &Value) -> Vec<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let keys: std::collections::BTreeSet<&String> =
                wanted.keys().chain(found.keys()).collect();
            let none = Value::Null;
            let differ = keys.into_iter().flat_map(|key| {
                let (wanted, found) = (
                    wanted.get(key).unwrap_or(&none),
                    found.get(key).unwrap_or(&none),
                );
                differences(&format!("{path}/{key}"), wanted, found)
            });
            differ.collect()
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            let pairs = wanted.iter().zip(found).enumerate();
            pairs
                .flat_map(|(at, (wanted, found))| {
                    differences(&format!("{path}/{at}"), wanted, found)
                })
                .collect()
        }
        (wanted, found) if wanted == found => Vec::new(),
        (Value::String(wanted), Value::String(found))
            if wanted.strip_suffix('\n') == Some(found) =>
        {
            Vec::new()
        }
        (wanted, found) => vec![format!("  {path}\n    helm: {wanted}\n    ours: {found}")],
    }
}

/// An object with what can differ taken out of it: its status, identity, addresses and times, and the labels of its origin.
/// Of who wrote its fields, only what `helm` and the controller wrote is left, under one name.
fn comparable(mut object: Value) -> Value {
    record::without_origin(&mut object);
    let uid = object["metadata"]["uid"].as_str().unwrap().to_owned();
    let map = object.as_object_mut().unwrap();
    map.remove("status");
    if let Some(spec) = map.get_mut("spec").and_then(Value::as_object_mut) {
        for assigned in ["clusterIP", "clusterIPs", "healthCheckNodePort"] {
            spec.entry(assigned).and_modify(|found| {
                if *found != "None" && *found != json!(["None"]) {
                    *found = json!("ASSIGNED");
                }
            });
        }
        let ports = spec.get_mut("ports").and_then(Value::as_array_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_object_mut) {
            port.entry("nodePort")
                .and_modify(|found| *found = json!("ASSIGNED"));
        }
    }
    let metadata = map["metadata"].as_object_mut().unwrap();
    for own in ["uid", "resourceVersion", "creationTimestamp"] {
        metadata.remove(own);
    }
    if let Some(annotations) = metadata
        .get_mut("annotations")
        .and_then(Value::as_object_mut)
    {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    let fields = metadata.remove("managedFields").unwrap_or_default();
    let mut writers: Vec<Value> = fields
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(writer)
        .collect();
    writers.sort_by_key(Value::to_string);
    metadata.insert("managedFields".to_owned(), writers.into());
    // Jobs carry their identity in their labels.
    let text = object.to_string().replace(&uid, "UID");
    serde_json::from_str(&text).unwrap()
}

/// What `helm` or the controller wrote.
fn writer(entry: &Value) -> Option<Value> {
    let manager = entry["manager"].as_str()?;
    if !matches!(manager, "helm" | "helm-controller") {
        return None;
    }
    let mut entry = entry.clone();
    let map = entry.as_object_mut()?;
    map.remove("time");
    map.insert("manager".to_owned(), json!("helm"));
    let metadata = map["fieldsV1"]
        .get_mut("f:metadata")
        .and_then(Value::as_object_mut);
    if let Some(metadata) = metadata
        && let Some(labels) = metadata.get_mut("f:labels").and_then(Value::as_object_mut)
    {
        labels.remove("f:helm.toolkit.fluxcd.io/name");
        labels.remove("f:helm.toolkit.fluxcd.io/namespace");
        // An object that has no other labels.
        if labels.keys().all(|key| key == ".") {
            metadata.remove("f:labels");
        }
    }
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(uid: &str, origin: &str, manager: &str, value: &str) -> Value {
        json!({
            "kind": "Service",
            "metadata": {
                "name": "a", "uid": uid, "resourceVersion": uid, "creationTimestamp": uid,
                "labels": {"own": uid, "helm.toolkit.fluxcd.io/name": origin},
                "managedFields": [
                    {"manager": manager, "time": uid, "fieldsV1": {"f:metadata": {"f:labels": {
                        "f:own": {}, "f:helm.toolkit.fluxcd.io/name": {}}}}},
                    {"manager": "kube-controller-manager", "time": uid, "fieldsV1": {}},
                ],
            },
            "spec": {"clusterIP": uid, "ports": [{"port": 80, "nodePort": 30000}], "value": value},
            "status": {"now": uid},
        })
    }

    #[test]
    fn what_two_runs_of_helm_cannot_have_in_common_does_not_count() {
        let one = comparable(object("uid-1", "a", "helm", "v"));
        let two = comparable(object("uid-2", "b", "helm-controller", "v"));
        assert_eq!(differences("", &one, &two), Vec::<String>::new());
        assert_eq!(
            one["metadata"]["managedFields"].as_array().unwrap().len(),
            1
        );
        assert_eq!(one["metadata"]["labels"], json!({"own": "UID"}));
    }

    #[test]
    fn everything_else_counts() {
        assert!(differences("", &json!("a\n"), &json!("a")).is_empty());
        assert!(!differences("", &json!("a"), &json!("a\n")).is_empty());
        assert!(!differences("", &json!("a\n\n"), &json!("a")).is_empty());
        let one = comparable(object("uid-1", "a", "helm", "v"));
        let two = comparable(object("uid-2", "a", "somebody", "w"));
        let text = differences("", &one, &two).join("\n");
        assert!(text.contains("/spec/value"), "{text}");
        assert!(text.contains("/metadata/managedFields"), "{text}");
        let mut headless = object("uid-2", "a", "helm", "v");
        headless["spec"]["clusterIP"] = json!("None");
        let text = differences("", &one, &comparable(headless)).join("\n");
        assert!(text.contains("/spec/clusterIP"), "{text}");
    }
}
