//! Documents under `testdata/`, compared byte for byte with what the Go libraries make of them
//! (`testdata/README.md` says how the expected files were made).

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use yaml::node::{self, SequenceIndent};
use yaml::{Budget, Dialect, JsonEscape, Value, decode, decode_first, encode};

/// Reads a file of a case; none when the case does not have it.
fn read(case: &str, file: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(case)
        .join(file);
    fs::read_to_string(path).ok()
}

#[track_caller]
fn check(case: &str) {
    let input = read(case, "input.yaml").unwrap();
    let budget = Budget::default();

    let first = decode_first(input.as_bytes(), Dialect::Kubernetes, &budget)
        .unwrap()
        .unwrap();
    let json = first.to_go_json(JsonEscape::Html) + "\n";
    assert_eq!(
        Some(json),
        read(case, "kubernetes.json"),
        "{case}/kubernetes.json"
    );
    assert_eq!(
        Some(encode(&first)),
        read(case, "kubernetes.yaml"),
        "{case}/kubernetes.yaml"
    );

    if let Some(expected) = read(case, "kyaml.json") {
        let documents = decode(input.as_bytes(), Dialect::Kyaml, &budget).unwrap();
        let json: String = documents
            .iter()
            .map(|value| value.to_go_json(JsonEscape::Html) + "\n")
            .collect();
        assert_eq!(json, expected, "{case}/kyaml.json");
    }

    let trees = node::parse(input.as_bytes(), &budget).unwrap();
    for (indent, file) in [
        (SequenceIndent::Compact, "compact.yaml"),
        (SequenceIndent::Wide, "wide.yaml"),
    ] {
        assert_eq!(
            Some(node::print(&trees, indent)),
            read(case, file),
            "{case}/{file}"
        );
    }
}

macro_rules! cases {
    ($($name:ident => $case:literal)*) => {
        $(
            #[test]
            fn $name() {
                check($case);
            }
        )*

        #[test]
        fn every_case_is_run() {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
            let mut found: Vec<String> = fs::read_dir(root)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.join("input.yaml").exists())
                .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
                .collect();
            found.sort();
            let mut run = vec![$($case),*];
            run.sort_unstable();
            assert_eq!(found, run);
        }
    };
}

cases! {
    anchors_and_merges => "anchors"
    block_scalars => "blocks"
    carriage_returns => "carriage-returns"
    comments_everywhere => "comments"
    directives_and_documents => "documents"
    flow_collections => "flow"
    keys_of_all_kinds_in_natural_order => "keys"
    long_lines => "long-lines"
    a_manifest => "manifest"
    quoted_scalars => "quoting"
    scalars_that_look_like_other_types => "scalars"
    nested_sequences => "sequences"
    tags => "tags"
}

#[test]
fn refusals_are_worded_alike() {
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&read("errors", "expected.json").unwrap()).unwrap();
    assert!(rows.len() > 30);
    for row in rows {
        let input = row["input"].as_str().unwrap();
        for (dialect, library) in [
            (Dialect::Kubernetes, "kubernetes"),
            (Dialect::Kyaml, "kyaml"),
        ] {
            let message = decode_first(input.as_bytes(), dialect, &Budget::default())
                .map_or_else(|error| error.to_string(), |_: Option<Value>| String::new());
            assert_eq!(
                message,
                row[library].as_str().unwrap(),
                "{library}: {input:?}"
            );
        }
    }
}
