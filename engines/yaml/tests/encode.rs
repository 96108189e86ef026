//! What `sigs.k8s.io/yaml` prints.

#![allow(clippy::unwrap_used)]

use yaml::{Budget, Dialect, Value, decode_first, encode, encode_entry, in_order};

fn from_json(text: &str) -> Value {
    Value::from_json(serde_json::from_str(text).unwrap())
}

#[test]
fn objects_print_in_block_style_with_sorted_keys() {
    let value = from_json(
        r#"{"spec":{"ports":[{"port":80,"name":"http"}],"empty":{},"none":[],"nested":[["a","b"],[{"c":1}]]},"kind":"Service"}"#,
    );
    let expected = "\
kind: Service
spec:
  empty: {}
  nested:
  - - a
    - b
  - - c: 1
  none: []
  ports:
  - name: http
    port: 80
";
    assert_eq!(encode(&value), expected);
}

#[test]
fn entries_that_are_printed_one_by_one_are_those_of_the_whole() {
    let long = "word ".repeat(40);
    let value = from_json(&format!(
        r#"{{"metadata":{{"b":"x\ny\n","a10":" \nz\n\n","a2":{{"m":{{}},"l":[["{long}"],{{"k":1}}]}},"on":"{long}","e":"","f":"x\ny"}}}}"#
    ));
    let Some(Value::Map(inner)) = value.as_map().and_then(|map| map.get("metadata").cloned())
    else {
        panic!("no mapping");
    };
    let mut out = String::from("metadata:\n");
    for (key, value) in in_order(inner.iter().collect(), |(key, _)| key) {
        encode_entry(&mut out, 1, key, value);
    }
    assert_eq!(out, encode(&value));
    let mut whole = String::new();
    encode_entry(&mut whole, 0, "metadata", &Value::Map(inner));
    assert_eq!(whole, out);
}

#[test]
fn text_is_quoted_where_it_would_be_read_as_something_else() {
    for (text, expected) in [
        ("plain", "plain\n"),
        ("", "\"\"\n"),
        ("yes", "\"yes\"\n"),
        ("null", "\"null\"\n"),
        ("1", "\"1\"\n"),
        ("1e3", "\"1e3\"\n"),
        ("1:30", "\"1:30\"\n"),
        ("2001-01-01", "\"2001-01-01\"\n"),
        ("a: b", "'a: b'\n"),
        ("- a", "'- a'\n"),
        ("it's #1", "'it''s #1'\n"),
        ("tab\tbed", "\"tab\\tbed\"\n"),
        ("\u{1f600}", "\"\\U0001F600\"\n"),
        ("é", "é\n"),
        ("<<", "<<\n"),
        ("a\nb", "|-\n  a\n  b\n"),
        ("a\nb\n", "|\n  a\n  b\n"),
        ("a\n\n", "|+\n  a\n\n"),
        ("  a\nb", "|2-\n    a\n  b\n"),
        ("a \nb", "\"a \\nb\"\n"),
        ("a\n\tb", "\"a\\n\\tb\"\n"),
        ("\u{feff}ab", "\"\\uFEFF\\x61\\x62\"\n"),
    ] {
        assert_eq!(encode(&Value::from(text)), expected, "{text:?}");
    }
}

#[test]
fn long_lines_fold_at_the_first_space_beyond_eighty_columns() {
    let words = "word ".repeat(30);
    let value: Value = [("key", Value::from(words.trim_end()))]
        .into_iter()
        .collect();
    let text = encode(&value);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].len(), 84);
    assert!(lines[1].starts_with("  word"));
    let back = decode_first(text.as_bytes(), Dialect::Kubernetes, &Budget::default());
    assert_eq!(back, Ok(Some(value)));
}

#[test]
fn numbers_go_through_json() {
    for (value, expected) in [
        (Value::from(1000.0), "1000\n"),
        (Value::from(1e21), "1e+21\n"),
        (Value::from(1_234_567.5), "1.2345675e+06\n"),
        (Value::from(0.5), "0.5\n"),
        (Value::from(u64::MAX), "18446744073709551615\n"),
        (Value::Null, "null\n"),
    ] {
        assert_eq!(encode(&value), expected);
    }
}

#[test]
fn long_keys_stand_behind_a_question_mark() {
    let key = "k".repeat(129);
    let value: Value = [(key.as_str(), from_json(r#"["a"]"#))]
        .into_iter()
        .collect();
    assert_eq!(encode(&value), format!("? {key}\n: - a\n"));
}
