//! Files that few would write, with what the real program makes of them.

use std::path::Path;

use kustomize::{MemoryView, Options};

use crate::{built, config_map, read};

/// The data of a ConfigMap that was printed, without the indentation.
fn data_of(printed: &str) -> Vec<&str> {
    let lines = printed.lines().skip_while(|line| *line != "data:").skip(1);
    lines
        .map_while(|line| match line {
            "" => Some(""),
            line => line.strip_prefix("  "),
        })
        .collect()
}

/// Builds an object of no known kind with a strategic merge patch.
fn patched(spec: &str, patch: &str) -> Result<String, String> {
    let object = |spec: &str| format!("apiVersion: v1\nkind: Foo\nmetadata: {{name: a}}\n{spec}");
    built(&[
        (
            "kustomization.yaml",
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
        ),
        ("r.yaml", &object(spec)),
        ("p.yaml", &object(patch)),
    ])
}

#[test]
fn a_tag_counts_whatever_the_quotes_say() {
    let out = config_map(
        "  a: !!int \"5\"\n  b: !!str 5\n  c: !!float \"5\"\n  d: !!bool \"true\"\n  e: !!int '0x10'\n",
    );
    assert_eq!(
        data_of(&out.unwrap()),
        ["a: 5", "b: \"5\"", "c: 5", "d: true", "e: 16"]
    );
}

#[test]
fn binary_is_decoded_and_bytes_that_are_no_text_are_replaced() {
    let out = config_map(
        "  a: !!binary aGVsbG8=\n  b: !!binary \"aGVsbG8=\"\n  c: !!binary |\n    aGVs\n    bG8=\n",
    );
    assert_eq!(data_of(&out.unwrap()), ["a: hello", "b: hello", "c: hello"]);
    let out = config_map("  a: !!binary //79\n");
    assert_eq!(data_of(&out.unwrap()), ["a: \u{fffd}\u{fffd}\u{fffd}"]);
}

#[test]
fn a_merge_key_in_quotes_goes_away_with_what_it_names() {
    let out = config_map("  \"<<\": {a: b}\n  c: d\n");
    assert_eq!(data_of(&out.unwrap()), ["c: d"]);
}

#[test]
fn a_merge_key_that_a_json_patch_writes_merges_when_the_result_is_printed() {
    let with = |value: &str| {
        let patch = format!("[{{\"op\": \"add\", \"path\": \"/data/<<\", \"value\": {value}}}]");
        built(&[
            (
                "kustomization.yaml",
                "resources: [r.yaml]\npatches: [{path: p.json, target: {kind: ConfigMap}}]\n",
            ),
            (
                "r.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {q: x}\n",
            ),
            ("p.json", &patch),
        ])
    };
    let out = with("{\"z\": \"y\", \"q\": \"lost\"}").unwrap();
    assert_eq!(data_of(&out), ["q: x", "z: \"y\""]);
    let error = with("3").unwrap_err();
    assert!(error.contains("map merge requires map or sequence of maps as the value"));
}

#[test]
fn a_patch_may_have_keys_that_look_like_paths() {
    let keys = "spec:\n  '[a=b]': y\n  '*': y\n  '-': y\n  '0': y\n  ' x ': y\n";
    let out = patched(keys, &keys.replace('y', "z")).unwrap();
    let spec: Vec<_> = out.lines().skip_while(|line| *line != "spec:").collect();
    assert_eq!(
        spec,
        [
            "spec:",
            "  ' x ': z",
            "  '*': z",
            "  '-': z",
            "  '[a=b]': z",
            "  \"0\": z"
        ]
    );
}

#[test]
fn a_field_without_a_name_cannot_be_patched_around() {
    for (object, patch) in [
        ("data: {a: b}\n", "data: {\"\": x}\n"),
        ("data: {\"\": y, a: b}\n", "data: {q: x}\n"),
        ("data: {\"\": y, a: b}\n", "spec: {q: x}\n"),
    ] {
        let error = patched(object, patch).unwrap_err();
        assert!(
            error.contains("wrong node kind: expected ScalarNode but got MappingNode"),
            "{error}"
        );
    }
    // A list that does not merge is not looked into.
    let out = patched("spec: {l: [{name: x}]}\n", "spec: {l: [{\"\": x}]}\n");
    assert!(out.unwrap().contains("  - \"\": x\n"));
}

#[test]
fn a_patch_file_with_bytes_that_are_no_text_is_no_patch() {
    let object = "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\n";
    let mut view = MemoryView::new().with("r.yaml", object).with(
        "kustomization.yaml",
        "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
    );
    view.insert("p.yaml", [object.as_bytes(), b"spec: {a: \xff}\n"].concat());
    let failure = kustomize::build(&view, Path::new("/"), &Options::default()).unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("unable to parse SM or JSON patch")
    );
}

#[test]
fn keys_that_are_no_text_cannot_be_printed() {
    let error = patched("spec: {x: r}\n", "spec: {null: z}\n").unwrap_err();
    assert!(error.contains("object member name must be a string"));
}

/// Puts a text into the document that a ConfigMap holds.
fn replaced(path: &str, document: &str) -> Vec<String> {
    let kustomization = format!(
        "resources: [r.yaml]
replacements:
- source: {{kind: Foo, fieldPath: spec.v}}
  targets:
  - select: {{kind: ConfigMap}}
    fieldPaths: ['{path}']
"
    );
    let objects = format!(
        "apiVersion: v1\nkind: Foo\nmetadata: {{name: a}}\nspec: {{v: r}}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  config: |\n{document}"
    );
    let out = built(&[("kustomization.yaml", &kustomization), ("r.yaml", &objects)]);
    let out = out.unwrap();
    let lines = data_of(&out).into_iter().skip(1);
    lines.map(|line| line.trim_start().to_owned()).collect()
}

#[test]
fn a_replacement_inside_a_text_takes_the_first_of_equal_keys_and_keeps_the_others() {
    let document = "    a: 1\n    a: 2\n    b: 3\n";
    assert_eq!(
        replaced("data.config.a", document),
        ["a: !!int r", "a: 2", "b: 3"]
    );
    assert_eq!(
        replaced("data.config.b", document),
        ["a: 1", "a: 2", "b: !!int r"]
    );
}

#[test]
fn a_role_whose_rules_are_a_text_is_refused() {
    let role =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: text\n";
    let error = read(role).unwrap_err();
    assert!(error.contains("expected sequence or mapping node"));
}

#[test]
fn a_folded_service_type_keeps_its_line_break() {
    let out = read(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  type: >\n    ClusterIP\n",
    );
    assert!(out.unwrap().ends_with("spec:\n  type: |\n    ClusterIP\n"));
}

#[test]
fn folded_text_gains_a_line_break_before_lines_that_are_indented_more() {
    let out = config_map("  a: >\n    one\n      two\n    three\n");
    assert_eq!(
        data_of(&out.unwrap()),
        ["a: |", "  one", "", "    two", "  three"]
    );
}

#[test]
fn a_null_version_is_no_version() {
    let out = read("apiVersion: NULL\nkind: ConfigMap\nmetadata: {name: a}\n");
    assert_eq!(
        out.unwrap(),
        "apiVersion: null\nkind: ConfigMap\nmetadata:\n  name: a\n"
    );
}

#[test]
fn a_file_that_starts_with_a_tab_makes_no_config_map() {
    for metadata in ["", "buildMetadata: [originAnnotations]\n"] {
        let generator = "configMapGenerator: [{name: a, files: [f.txt]}]\n";
        let kustomization = format!("{metadata}{generator}");
        let with = |text: &str| built(&[("kustomization.yaml", &kustomization), ("f.txt", text)]);
        let error = with("\ta: b\n\tc: d\n").unwrap_err();
        assert!(
            error.contains("found a tab character where an indentation space is expected"),
            "{error}"
        );
        // A tab further on is text like any other, and so is one on a single line.
        assert!(with("a:\n\tb\n").is_ok());
        assert!(with("\ta").is_ok());
    }
    // In quotes it stays what it is.
    assert_eq!(
        data_of(&config_map("  a: \"\\tx\\ny\"\n").unwrap()),
        ["a: \"\\tx\\ny\""]
    );
}

#[test]
fn the_text_of_an_item_of_a_list_is_in_quotes_and_keeps_them() {
    let out = built(&[
        (
            "kustomization.yaml",
            "resources: [r.yaml]\npatches: [{path: p.yaml}]\n",
        ),
        (
            "r.yaml",
            "apiVersion: v1\nkind: FooList\nitems:\n- {apiVersion: v1, kind: Foo, metadata: {name: a}, spec: {s: text}}\n",
        ),
        (
            "p.yaml",
            "apiVersion: v1\nkind: Foo\nmetadata: {name: a}\nspec: {s: 5}\n",
        ),
    ]);
    assert!(out.unwrap().ends_with("spec:\n  s: \"5\"\n"));
}

#[test]
fn warnings_are_told_when_the_build_fails_as_well() {
    let view = MemoryView::new().with(
        "kustomization.yaml",
        "resources: [missing.yaml]\ncommonLabels: {a: b}\n",
    );
    let failure = kustomize::build(&view, Path::new("/"), &Options::default()).unwrap_err();
    assert!(failure.to_string().contains("missing.yaml"));
    assert!(failure.warnings[0].contains("'commonLabels' is deprecated"));
}

#[test]
fn annotations_that_are_there_twice_become_one_with_a_cache_and_without() {
    let printed =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: b\n  name: p-a\n";
    for (field, expected) in [
        ("", Ok(printed.to_owned())),
        ("  x: y\n", Err("mapping key \"x\" already defined")),
    ] {
        let twice = format!("  annotations: {{a: b}}\n{field}").repeat(2);
        let object = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n{twice}");
        let view = MemoryView::new()
            .with("base/kustomization.yaml", "resources: [r.yaml]\n")
            .with("base/r.yaml", object)
            .with(
                "top/kustomization.yaml",
                "resources: [../base]\nnamePrefix: p-\n",
            );
        let cached = Options {
            cache: Some(kustomize::ParseCache::new().into()),
            ..Options::default()
        };
        for options in [&cached, &cached, &Options::default()] {
            match (
                kustomize::build(&view, Path::new("top"), options),
                &expected,
            ) {
                (Ok(build), Ok(expected)) => assert_eq!(build.to_yaml(), *expected),
                (Err(failure), Err(expected)) => {
                    assert!(failure.to_string().ends_with(expected), "{failure}");
                }
                (end, _) => panic!("{field:?} ended in {:?}", end.map(|build| build.to_yaml())),
            }
        }
    }
}
