//! Compositions that Flux's own code has made (`data/composition.json`).

use std::collections::BTreeMap;

use crds::helm::HelmReleaseSpec;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{References, compose};

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    values: Option<Value>,
    objects: Vec<Object>,
    refs: Value,
    #[serde(default)]
    result: Option<Value>,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Object {
    kind: String,
    name: String,
    data: BTreeMap<String, String>,
}

fn composed(case: &Case) -> Result<Value, String> {
    let spec: HelmReleaseSpec =
        serde_json::from_value(json!({"values": case.values, "valuesFrom": case.refs})).unwrap();
    let mut objects = References::default();
    for object in &case.objects {
        let data = object
            .data
            .iter()
            .map(|(key, text)| (key.clone(), text.clone().into_bytes()));
        objects.insert(&object.kind.as_str().into(), &object.name, data.collect());
    }
    let wanted = References::wanted(&spec);
    for object in &case.objects {
        let is_asked_for = wanted
            .iter()
            .any(|(kind, name)| kind.as_str() == object.kind && *name == object.name);
        assert!(
            is_asked_for || case.objects.len() > 1,
            "{}: {} is not fetched",
            case.name,
            object.name
        );
    }
    compose(&spec, "ns", &objects)
        .map(|values| yaml::Value::from(values).to_json())
        .map_err(|error| error.to_string())
}

#[test]
fn h9_values_are_composed_as_flux_composes_them() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("data/composition.json")).unwrap();
    assert!(cases.len() > 90);
    let mut wrong = Vec::new();
    for case in &cases {
        let expected = match (&case.result, &case.error) {
            (_, Some(error)) => Err(error.clone()),
            (result, None) => Ok(result.clone().unwrap_or_else(|| json!({}))),
        };
        let found = composed(case);
        let same = match (&found, &expected) {
            (Ok(found), Ok(expected)) => numbers(found) == numbers(expected),
            (found, expected) => found == expected,
        };
        if !same {
            wrong.push(format!("{}:\n  {found:?}\n  {expected:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every number as a float: the data was written as JSON, where 1 and 1.0 are the same.
fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(numbers).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), numbers(value)))
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn h9_4_an_object_is_asked_for_once() {
    let spec: HelmReleaseSpec = serde_json::from_value(json!({"valuesFrom": [
        {"kind": "Secret", "name": "a"}, {"kind": "ConfigMap", "name": "a"},
        {"kind": "Secret", "name": "a", "valuesKey": "k"}, {"kind": "Pod", "name": "p"},
    ]}))
    .unwrap();
    let wanted: Vec<String> = References::wanted(&spec)
        .into_iter()
        .map(|(kind, name)| format!("{kind}/{name}"))
        .collect();
    assert_eq!(wanted, ["Secret/a", "ConfigMap/a"]);
}
