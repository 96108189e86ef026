//! What documents decode to, and how refusals are worded.

#![allow(clippy::unwrap_used)]

use yaml::{Budget, Dialect, ErrorKind, Value, decode, decode_first};

fn json(text: &str, dialect: Dialect) -> String {
    match decode_first(text.as_bytes(), dialect, &Budget::default()) {
        Ok(value) => value
            .unwrap_or_default()
            .to_go_json(yaml::JsonEscape::Plain),
        Err(error) => error.to_string(),
    }
}

fn kubernetes(text: &str) -> String {
    json(text, Dialect::Kubernetes)
}

fn kyaml(text: &str) -> String {
    json(text, Dialect::Kyaml)
}

#[test]
fn every_scalar_style_reads_as_its_text() {
    let text = "\
plain: two words
folded plain: one
  two

  three
single: 'it''s
  here'
double: \"tab\\tnew\\
  line \\u00e9\"
literal: |
  a
   b

keep: |+
  a

strip: >-
  a
  b

   c
  d
";
    let expected = r#"{"double":"tab\tnewline é","folded plain":"one two\nthree","keep":"a\n\n","literal":"a\n b\n","plain":"two words","single":"it's here","strip":"a b\n\n c\nd"}"#;
    assert_eq!(kubernetes(text), expected);
    assert_eq!(kyaml(text), expected);
}

#[test]
fn collections_nest_in_block_and_flow() {
    let text = "\
- a: [1, {b: c}, d: e,]
  f: {g, h: , ? i : j}
-
  - - k
    - l
  - {}
- ? m
  : - nn
  ? o
- p:
  - q
  r: s
";
    let expected = r#"[{"a":[1,{"b":"c"},{"d":"e"}],"f":{"g":null,"h":null,"i":"j"}},[["k","l"],{}],{"m":["nn"],"o":null},{"p":["q"],"r":"s"}]"#;
    assert_eq!(kubernetes(text), expected);
    assert_eq!(kyaml(text), expected);
}

#[test]
fn streams_hold_many_documents_with_any_line_ends() {
    let text = "\u{feff}a: 1\r\n---\r\nb: 2\r\n...\r\n--- # empty\r\n---\r\n- c\r\n";
    let documents = decode(text.as_bytes(), Dialect::Kyaml, &Budget::default()).unwrap();
    let texts: Vec<String> = documents
        .iter()
        .map(|value| value.to_go_json(yaml::JsonEscape::Plain))
        .collect();
    assert_eq!(texts, [r#"{"a":1}"#, r#"{"b":2}"#, "null", r#"["c"]"#]);
    assert_eq!(decode(b"", Dialect::Kyaml, &Budget::default()), Ok(vec![]));
    assert_eq!(
        decode(b"# only\n", Dialect::Kubernetes, &Budget::default()),
        Ok(vec![])
    );
}

#[test]
fn keys_that_are_no_text_become_text() {
    assert_eq!(
        kubernetes("1: a\ntrue: b\n1.5: c\n2001-01-01: d\n"),
        r#"{"1":"a","1.5":"c","2001-01-01":"d","true":"b"}"#
    );
    assert_eq!(
        kyaml("1: a\n0x10: b\n2001-01-01: c\n"),
        r#"{"0x10":"b","1":"a","2001-01-01":"c"}"#
    );
    assert_eq!(
        kubernetes("null: a\n"),
        r#"unsupported map key of type: %!s(<nil>), key: <nil>, value: "a""#
    );
    assert_eq!(
        kyaml("{{ a }}: b\n"),
        r#"yaml: invalid map key: map[string]interface {}{"a":interface {}(nil)}"#
    );
}

#[test]
fn the_dialects_differ_in_old_booleans_and_timestamps() {
    let text = "a: yes\nb: 2001-02-03\nc: 0o7\n";
    assert_eq!(kubernetes(text), r#"{"a":true,"b":"2001-02-03","c":7}"#);
    assert_eq!(
        kyaml(text),
        r#"{"a":"yes","b":"2001-02-03T00:00:00Z","c":7}"#
    );
}

#[test]
fn equal_keys_are_refused_by_kyaml_and_by_strict_decoding() {
    let text = "a: 1\nb:\n  c: 2\na: 3\na: 4\n";
    assert_eq!(kubernetes(text), r#"{"a":4,"b":{"c":2}}"#);
    assert_eq!(
        kyaml(text),
        "yaml: unmarshal errors:\n  line 4: mapping key \"a\" already defined at line 1\n  \
         line 5: mapping key \"a\" already defined at line 1\n  \
         line 5: mapping key \"a\" already defined at line 4"
    );
    assert_eq!(
        json(text, Dialect::KubernetesStrict),
        "yaml: unmarshal errors:\n  line 4: key \"a\" already set in map\n  \
         line 5: key \"a\" already set in map"
    );
}

#[test]
fn merges_replace_in_v2_and_fill_in_v3() {
    let text = "p: &x {a: 1, b: 2}\nq: &y {a: 3, c: 4}\nz:\n  a: 0\n  <<: [*x, *y]\n  c: 5\n";
    assert_eq!(
        kubernetes(text),
        r#"{"p":{"a":1,"b":2},"q":{"a":3,"c":4},"z":{"a":1,"b":2,"c":5}}"#
    );
    assert_eq!(
        kyaml(text),
        r#"{"p":{"a":1,"b":2},"q":{"a":3,"c":4},"z":{"a":0,"b":2,"c":5}}"#
    );
    for dialect in [Dialect::Kubernetes, Dialect::Kyaml] {
        assert_eq!(
            json("<<: 1\n", dialect),
            "yaml: map merge requires map or sequence of maps as the value"
        );
    }
}

#[test]
fn tags_decide_and_refuse() {
    let text =
        "a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!binary aGk=\ne: !mine 4\nf: !!null ''\n";
    let expected = r#"{"a":"1","b":2,"c":3,"d":"hi","e":"4","f":null}"#;
    assert_eq!(kubernetes(text), expected);
    assert_eq!(kyaml(text), expected);
    assert_eq!(
        kubernetes("!!int x"),
        "yaml: cannot decode !!str `x` as a !!int"
    );
    assert_eq!(
        kyaml("!!binary '*'"),
        "yaml: !!binary value contains invalid base64 data"
    );
    assert_eq!(kubernetes("a: .inf"), "json: unsupported value: +Inf");
}

#[test]
fn errors_name_the_line_in_the_words_of_go_yaml() {
    for (text, v2, v3) in [
        (
            "a: 1\nb: c: d\n",
            "yaml: line 2: mapping values are not allowed in this context",
            "yaml: line 2: mapping values are not allowed in this context",
        ),
        (
            "a: b\n c: d\n",
            "yaml: line 2: mapping values are not allowed in this context",
            "yaml: line 2: mapping values are not allowed in this context",
        ),
        (
            "a:\n\tb: c\n",
            "yaml: line 2: found character that cannot start any token",
            "yaml: line 2: found character that cannot start any token",
        ),
        (
            "a: [1, 2\nb: 3\n",
            "yaml: line 1: did not find expected ',' or ']'",
            "yaml: line 1: did not find expected ',' or ']'",
        ),
        (
            "a: *b\n",
            "yaml: unknown anchor 'b' referenced",
            "yaml: unknown anchor 'b' referenced",
        ),
        (
            "a: &a [*a]\n",
            "yaml: anchor 'a' value contains itself",
            "yaml: anchor 'a' value contains itself",
        ),
        (
            "a: \"b\n",
            "yaml: line 2: found unexpected end of stream",
            "yaml: line 2: found unexpected end of stream",
        ),
        (
            "a: \u{7}",
            "yaml: control characters are not allowed",
            "yaml: control characters are not allowed",
        ),
    ] {
        assert_eq!(kubernetes(text), v2, "{text:?}");
        assert_eq!(kyaml(text), v3, "{text:?}");
    }
}

#[test]
fn an_error_gives_the_true_place() {
    let error = decode(
        b"a: 1\nb:\n  - c: d: e\n",
        Dialect::Kyaml,
        &Budget::default(),
    )
    .unwrap_err();
    assert_eq!((error.line(), error.column()), (3, 9));
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert_eq!(
        error.message(),
        "line 3: mapping values are not allowed in this context"
    );
}

#[test]
fn bombs_of_aliases_are_refused() {
    let levels = (1..10).map(|level| {
        let before = format!("*a{}, ", level - 1).repeat(9);
        format!("a{level}: &a{level} [{before}]\n")
    });
    let text: String = std::iter::once("a0: &a0 [x, x, x]\n".to_owned())
        .chain(levels)
        .collect();
    for dialect in [Dialect::Kubernetes, Dialect::Kyaml] {
        let error = decode(text.as_bytes(), dialect, &Budget::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "yaml: document contains excessive aliasing"
        );
        assert_eq!(error.kind(), ErrorKind::Budget);
    }
}

#[test]
fn depth_size_and_count_have_limits() {
    let budget = Budget {
        bytes: 100,
        depth: 5,
        values: 20,
    };
    let refused = |text: &str| {
        let error = decode(text.as_bytes(), Dialect::Kyaml, &budget).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Budget);
        error.to_string()
    };
    assert_eq!(refused("[[[[[[]]]]]]"), "yaml: exceeded max depth of 5");
    assert_eq!(refused("- - - - - - a"), "yaml: exceeded max depth of 5");
    assert_eq!(
        refused("a: &a [[[x]]]\nb: [[*a]]\n"),
        "yaml: exceeded max depth of 5"
    );
    assert_eq!(
        refused(&"- a\n".repeat(21)),
        "yaml: document holds more than 20 values"
    );
    assert_eq!(
        refused(&"a".repeat(101)),
        "yaml: input of 101 bytes exceeds the limit of 100"
    );
    assert!(decode(b"[[[[[]]]]]", Dialect::Kyaml, &budget).is_ok());
}

#[test]
fn the_first_document_is_read_alone() {
    let budget = Budget::default();
    let text = b"a: 1\n---\nb: [\n";
    let first = decode_first(text, Dialect::Kubernetes, &budget)
        .unwrap()
        .unwrap();
    assert_eq!(first.get("a"), Some(&Value::Int(1)));
    assert!(decode(text, Dialect::Kubernetes, &budget).is_err());
    assert_eq!(decode_first(b"", Dialect::Kubernetes, &budget), Ok(None));
}
