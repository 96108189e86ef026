//! `--set` and its kin against what Helm 4.3.1's own parser makes of the same text.
//!
//! `strvals/cases.jsonl` holds one case a line: syntax, text, values to begin with (YAML), values
//! afterwards, error. Numbers in the values are written `i64:1` and `f64:1`, by their Go type.
//! Recorded by calling the functions of `helm.sh/helm/v4/pkg/strvals`.

#![allow(clippy::unwrap_used)]

use helm::strvals::{MAX_INDEX, Syntax, apply_flag, parse_into};
use proptest::prelude::*;
use yaml::{Budget, Dialect, Map, Value, decode_first};

fn tagged(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) => format!("i64:{number}").into(),
        Value::Float(number) => {
            let json = Value::Float(*number).to_go_json(yaml::JsonEscape::Html);
            format!("f64:{json}").into()
        }
        Value::Seq(items) => items.iter().map(tagged).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.to_string(), tagged(value)))
            .collect(),
        other => other.to_json(),
    }
}

/// The values as Helm reads them from a file: every number a float64.
fn floats(value: Value) -> Value {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
        Value::Int(number) => Value::Float(number as f64),
        Value::Seq(items) => items.iter().cloned().map(floats).collect(),
        Value::Map(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), floats(value.clone())))
            .collect(),
        other => other,
    }
}

fn read_file(name: &str) -> Result<String, String> {
    match name {
        "bad" => Err("open bad: no such file or directory".to_owned()),
        name => Ok(format!("<{name}>")),
    }
}

#[test]
fn every_recorded_case_gives_what_helm_gives() {
    let mut wrong = Vec::new();
    let cases = include_str!("strvals/cases.jsonl");
    for line in cases.lines() {
        let case: (String, String, String, serde_json::Value, String) =
            serde_json::from_str(line).unwrap();
        let (kind, text, base, expected, error) = case;
        let base = decode_first(base.as_bytes(), Dialect::Kubernetes, &Budget::default())
            .unwrap()
            .unwrap_or_default();
        let mut values = floats(base).as_map().cloned().unwrap_or_default();
        let mut read = read_file;
        let syntax = match kind.as_str() {
            "set" => Syntax::Typed,
            "string" => Syntax::Text,
            "literal" => Syntax::Literal,
            "json" => Syntax::Json,
            "file" => Syntax::File(&mut read),
            other => panic!("unknown syntax {other}"),
        };
        let result = parse_into(&text, syntax, &mut values);
        let message = result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        let values = tagged(&values.into());
        // What was set before an error reaches nobody.
        if message != error || (error.is_empty() && values != expected) {
            wrong.push(format!("{line}\n    got {values} {message:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cases.lines().count() > 300);
}

fn set(text: &str) -> Result<Map, String> {
    let mut values = Map::new();
    apply_flag(text, Syntax::Typed, &mut values).map_err(|error| error.to_string())?;
    Ok(values)
}

#[test]
fn flags_name_themselves_in_errors() {
    assert_eq!(
        set("a").unwrap_err(),
        r#"failed parsing --set data: key "a" has no value"#
    );
    let mut values = Map::new();
    let error = apply_flag("a=tru", Syntax::Json, &mut values).unwrap_err();
    assert_eq!(error.to_string(), "failed parsing --set-json data a=tru");
    let error = apply_flag(" {\"a\":", Syntax::Json, &mut values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed parsing --set-json data JSON:  {\"a\":"
    );
}

#[test]
fn a_whole_json_object_is_merged_over_the_values() {
    let mut values = Map::new();
    apply_flag("a.b=1,a.c=2,l={x}", Syntax::Typed, &mut values).unwrap();
    apply_flag(
        r#"{"a":{"b":{"n":null}},"l":[]}"#,
        Syntax::Json,
        &mut values,
    )
    .unwrap();
    assert_eq!(
        Value::from(values).to_go_json(yaml::JsonEscape::Html),
        r#"{"a":{"b":{"n":null},"c":2},"l":[]}"#
    );
}

#[test]
fn indices_end_at_the_supported_maximum() {
    assert!(set(&format!("a[{MAX_INDEX}]=x")).is_ok());
    assert_eq!(
        set("a[65537]=x").unwrap_err(),
        "failed parsing --set data: index of 65537 is greater than maximum supported index of 65536"
    );
}

#[test]
fn lists_and_indices_that_explode_hit_a_budget() {
    let wide = format!("a{}=x", "[65536]".repeat(100));
    assert!(set(&wide).unwrap_err().contains("use a values file"));
    let deep = format!("a{}=x", "[0]".repeat(100_000));
    assert!(set(&deep).unwrap_err().contains("use a values file"));
    let alternating = format!("{}=x", "a[0].".repeat(100_000));
    assert!(set(&alternating).unwrap_err().contains("use a values file"));
}

proptest! {
    #[test]
    fn text_that_is_escaped_comes_back(text in "[ -~é]{0,20}") {
        let escaped: String = text.chars().flat_map(|c| ['\\', c]).collect();
        let mut values = Map::new();
        parse_into(&format!("a.b[0]={escaped}"), Syntax::Text, &mut values).unwrap();
        let found = Value::from(values);
        let item = found.at(&["a", "b"]).and_then(Value::as_seq).map(|items| items[0].clone());
        prop_assert_eq!(item, Some(Value::from(text)));
    }

    #[test]
    fn no_text_breaks_the_parser(text in r"[a,.={}\[\]0-9\\]{0,24}") {
        for syntax in [Syntax::Typed, Syntax::Literal, Syntax::Json] {
            let _ = parse_into(&text, syntax, &mut Map::new());
        }
    }
}
