//! Values that few would write, with what the real program prints.

use crate::{built, config_map, read};

#[test]
fn of_annotations_that_stand_there_more_than_once_two_go() {
    let with = |count: usize| {
        let annotations: String = (1..=count).fold(String::new(), |text, at| {
            text + &format!("  annotations: x{at}\n")
        });
        let file = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n{annotations}");
        built(&[
            ("kustomization.yaml", "resources: [r.yaml]\n"),
            ("r.yaml", &file),
        ])
    };
    let none = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    assert_eq!(with(1).unwrap(), none);
    assert_eq!(with(2).unwrap(), none);
    let one = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations: x3\n  name: a\n";
    assert_eq!(with(3).unwrap(), one);
    assert!(
        with(4)
            .unwrap_err()
            .contains("mapping key \"annotations\" already defined")
    );
}

const REPLACING: &str = "resources: [r.yaml]
replacements:
- source: {kind: ConfigMap, name: a, fieldPath: data.k}
  targets:
  - select: {name: t}
    fieldPaths: [data.a, data.b]
    options: {create: true}
";

#[test]
fn what_stands_in_brackets_stays_text() {
    let file = "apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: 2001-12-14t21:59:43.10-05:00, l: [2001-12-14t21:59:43.10-05:00]}
x:
  k: 2001-12-14t21:59:43.10-05:00
";
    let out = built(&[
        ("kustomization.yaml", "resources: [r.yaml]\n"),
        ("r.yaml", file),
    ]);
    let expected = r#"apiVersion: v1
data:
  k: "2001-12-14t21:59:43.10-05:00"
  l:
  - "2001-12-14t21:59:43.10-05:00"
kind: ConfigMap
metadata:
  name: a
x:
  k: "2001-12-14T21:59:43.1-05:00"
"#;
    assert_eq!(out.unwrap(), expected);
    // A tab at the start of several lines is at home there, and nowhere else.
    let with = |data: &str| {
        let file = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{k: \"\\tx\\ny\"}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: t}}\n{data}"
        );
        built(&[("kustomization.yaml", REPLACING), ("r.yaml", &file)])
    };
    let out = with("data: {a: x}\n").unwrap();
    assert!(
        out.contains("data:\n  a: \"\\tx\\ny\"\n  b: \"\\tx\\ny\"\n"),
        "{out}"
    );
    let error = with("data:\n  a: x\n").unwrap_err();
    assert!(error.contains("found a tab character"), "{error}");
}

#[test]
fn bytes_become_text_when_they_are_printed() {
    let with = |bytes: &str| {
        let file = format!(
            "apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations: {{k: !!binary {bytes}}}
data: {{k: !!binary {bytes}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: t}}
data: {{a: x}}
"
        );
        built(&[("kustomization.yaml", REPLACING), ("r.yaml", &file)])
    };
    let expected = "apiVersion: v1
data:
  k: hi
kind: ConfigMap
metadata:
  annotations:
    k: aGk=
  name: a
---
apiVersion: v1
data:
  a: aGk=
  b: aGk=
kind: ConfigMap
metadata:
  name: t
";
    assert_eq!(with("aGk=").unwrap(), expected);
    let error = with("aG").unwrap_err();
    assert!(error.contains("invalid base64 data"), "{error}");
}

#[test]
fn control_characters_that_json_keeps_cannot_be_printed() {
    for (character, allowed) in [
        ("x7f", false),
        ("x84", false),
        ("x85", true),
        ("x9f", false),
        ("xa0", true),
        ("ufffe", false),
        ("ufffd", true),
        ("x1f", true),
    ] {
        let out = config_map(&format!("  a: \"a\\{character}\"\n"));
        assert_eq!(out.is_ok(), allowed, "{character}");
        let out = config_map(&format!("  \"a\\{character}\": b\n"));
        // A line break, which a key in JSON cannot have.
        let allowed = allowed && character != "x85";
        assert_eq!(out.is_ok(), allowed, "{character} in a key");
    }
}

#[test]
fn definitions_of_crds_are_a_mapping() {
    for (text, allowed) in [("[]", false), ("5", false), ("{}", true), ("null", true)] {
        let out = built(&[
            (
                "kustomization.yaml",
                "resources: [r.yaml]\ncrds: [c.json]\n",
            ),
            (
                "r.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
            ),
            ("c.json", text),
        ]);
        assert_eq!(out.is_ok(), allowed, "{text}");
    }
}

#[test]
fn a_list_without_items_is_patched_to_an_empty_name() {
    let kustomization = "resources: [r.yaml]\npatches:\n- target: {kind: .*}\n  patch: |-\n    \
                         kind: x\n    metadata: {name: x, annotations: {a: b}}\n";
    let list = "apiVersion: v1\nkind: List\n";
    let printed = built(&[("kustomization.yaml", kustomization), ("r.yaml", list)]).unwrap();
    assert_eq!(
        printed,
        "apiVersion: v1\nkind: List\nmetadata:\n  annotations:\n    a: b\n  name: \"\"\n"
    );
}

#[test]
fn a_component_that_calls_two_objects_alike_fails_where_it_is_taken_in() {
    let replacement = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nreplacements:\n- source: {kind: ConfigMap, name: a}\n  \
                       targets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.name]}]\n";
    let error = built(&[
        ("kustomization.yaml", "resources: [r.yaml]\ncomponents: [c]\n"),
        ("c/kustomization.yaml", replacement),
        (
            "r.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n",
        ),
    ])
    .unwrap_err();
    assert!(
        error.contains(
            "recursed merging from path '/c': may not add resource with an already registered id: \
             ConfigMap.v1.[noGrp]/a.[noNs]"
        ),
        "{error}"
    );
}

#[test]
fn a_time_in_a_list_in_brackets_stays_as_it_is_written() {
    let file = "apiVersion: example.com/v1
kind: Foo
metadata: {name: t}
spec:
  brackets: [2020-01-01 10:00:00, [2020-01-01 10:00:00], {a: 2020-01-01 10:00:00}]
  day: [2020-01-01]
  lines:
  - 2020-01-01 10:00:00
  tagged: [!!timestamp 2020-01-01 10:00:00]
";
    let printed = read(file).unwrap();
    let spec = "spec:
  brackets:
  - \"2020-01-01 10:00:00\"
  - - \"2020-01-01 10:00:00\"
  - a: \"2020-01-01 10:00:00\"
  day:
  - \"2020-01-01T00:00:00Z\"
  lines:
  - \"2020-01-01T10:00:00Z\"
  tagged:
  - \"2020-01-01T10:00:00Z\"
";
    assert!(printed.ends_with(spec), "{printed}");
}
