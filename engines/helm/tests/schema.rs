//! `values.schema.json` against what Helm 4.3.1's validator says of the same schema and values.
//!
//! `schema/cases.jsonl` holds one case a line: schema, values (JSON), and the message, empty when
//! the values fit. Recorded from `github.com/santhosh-tekuri/jsonschema/v6` v6.0.3, used as Helm
//! uses it; cases whose message changes from run to run were left out. Only the reason why a remote
//! reference is not loaded is ours.
#![allow(clippy::unwrap_used)]

use helm::schema::{ChartSchemas, Schema, validate};
use yaml::{Map, Value};

fn json(text: &str) -> Value {
    fn floats(value: serde_json::Value) -> Value {
        match value {
            serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap()),
            serde_json::Value::Array(items) => items.into_iter().map(floats).collect(),
            serde_json::Value::Object(entries) => entries
                .into_iter()
                .map(|(key, value)| (key, floats(value)))
                .collect(),
            other => Value::from_json(other),
        }
    }
    floats(serde_json::from_str(text).unwrap())
}

fn values(text: &str) -> Map {
    json(text).as_map().unwrap().clone()
}

#[test]
fn every_recorded_case_gives_helms_message() {
    let cases = include_str!("schema/cases.jsonl");
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let (schema, instance, expected): (String, String, String) =
            serde_json::from_str(line).unwrap();
        let result = Schema::parse(schema.as_bytes()).check(&values(&instance));
        let message = result.err().unwrap_or_default();
        if message != expected {
            wrong.push(format!(
                "{schema}\n  {instance}\n  want {expected:?}\n  got  {message:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cases.lines().count() > 1000);
}

#[test]
fn a_subchart_is_held_against_its_part_of_the_values() {
    let parent = Schema::parse(br#"{"required": ["name"]}"#);
    let child = Schema::parse(br#"{"properties": {"port": {"type": "integer"}}}"#);
    let chart = ChartSchemas {
        name: "parent",
        schema: Some(&parent),
        dependencies: vec![
            ChartSchemas {
                name: "child",
                schema: Some(&child),
                dependencies: Vec::new(),
            },
            ChartSchemas {
                name: "other",
                schema: None,
                dependencies: Vec::new(),
            },
        ],
    };
    let error = validate(&chart, &values(r#"{"child": {"port": "x"}, "other": [1]}"#)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "values don't meet the specifications of the schema(s) in the following chart(s):\n\
         parent:\n- at '': missing property 'name'\n\
         child:\n- at '/port': got string, want integer\n\
         other:\ninvalid type for values: expected object (map), got []interface {}\n"
    );
    assert_eq!(
        validate(&chart, &values(r#"{"name": 1, "child": null}"#)),
        Ok(())
    );
}

#[test]
fn integers_of_set_and_floats_of_files_compare_alike() {
    let schema = Schema::parse(br#"{"properties": {"a": {"const": 3, "type": "integer"}}}"#);
    let mut map = Map::new();
    map.insert("a", 3);
    assert_eq!(schema.check(&map), Ok(()));
    map.insert("a", 3.0);
    assert_eq!(schema.check(&map), Ok(()));
    map.insert("a", 3.5);
    assert_eq!(
        schema.check(&map),
        Err("- at '/a': got number, want integer\n".to_owned())
    );
}

#[test]
fn schemas_that_explode_hit_a_budget() {
    let levels: Vec<String> = (0..40)
        .map(|level| {
            let next = format!(r##"{{"$ref":"#/$defs/d{}"}}"##, level + 1);
            format!(r#""d{level}":{{"anyOf":[{next},{next}]}},"#)
        })
        .collect();
    let definitions = levels.concat();
    let text = format!(r##"{{"$ref":"#/$defs/d0","$defs":{{{definitions}"d40":false}}}}"##);
    let error = Schema::parse(text.as_bytes())
        .check(&Map::new())
        .unwrap_err();
    assert!(error.starts_with("unable to validate schema: "), "{error}");

    let schema = Schema::parse(br##"{"properties":{"a":{"$ref":"#"}}}"##);
    let mut deep = Map::new();
    for _ in 0..1000 {
        let mut outer = Map::new();
        outer.insert("a", deep);
        deep = outer;
    }
    let error = schema.check(&deep).unwrap_err();
    assert!(error.contains("nest too deeply"), "{error}");
}
