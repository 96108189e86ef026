//! The definitions are structurally those of the conformance data, kind by kind.
#![allow(clippy::unwrap_used)]

mod difference;
mod round_trip;
mod sample;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use difference::differences;

/// The folder of the expected definitions; a missing one fails the test and says what to set.
fn expected_dir() -> PathBuf {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    let root = std::env::var_os("SLUICE_CONFORMANCE").map_or(default, PathBuf::from);
    let dir = root.join("crds");
    assert!(
        dir.is_dir(),
        "no conformance data at {}: set SLUICE_CONFORMANCE to the folder that holds crds/",
        dir.display()
    );
    dir
}

fn read_yaml(path: &Path) -> Value {
    let text = fs::read(path).unwrap();
    let mut documents =
        yaml::decode(&text, yaml::Dialect::Kubernetes, &yaml::Budget::default()).unwrap();
    assert_eq!(documents.len(), 1, "{} holds one document", path.display());
    documents.remove(0).to_json()
}

fn names_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn there_is_a_definition_for_every_expected_kind_and_no_other() {
    let ours: Vec<String> = crds::definition::all()
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(ours, names_in(&expected_dir()));
    assert_eq!(ours.len(), 15);
}

#[test]
fn every_definition_is_structurally_the_expected_one() {
    let dir = expected_dir();
    let mut report = String::new();
    for file in crds::definition::all() {
        let expected = read_yaml(&dir.join(&file.name));
        for difference in differences(&file.document, &expected) {
            writeln!(report, "{}: {difference}", file.name).unwrap();
        }
    }
    assert!(
        report.is_empty(),
        "differences from the expected definitions:\n{report}"
    );
}

#[test]
fn the_committed_files_are_the_definitions() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(names_in(dir).len(), 15, "one file per kind, and no other");
    for file in crds::definition::all() {
        let committed = read_yaml(&dir.join(&file.name));
        assert_eq!(
            committed, file.document,
            "{}: run `cargo xtask generate`",
            file.name
        );
    }
}

#[test]
fn every_field_and_every_kind_is_described() {
    for file in crds::definition::all() {
        let schema = &file.document["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        let mut missing = Vec::new();
        undescribed(schema, "", &mut missing);
        missing.retain(|path| path != ".metadata");
        assert!(
            missing.is_empty(),
            "{}: no description for {missing:?}",
            file.name
        );
    }
}

/// Collects the paths of properties without a description.
fn undescribed(schema: &Value, path: &str, missing: &mut Vec<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            let path = format!("{path}.{name}");
            if property["description"].as_str().is_none_or(str::is_empty) {
                missing.push(path.clone());
            }
            undescribed(property, &path, missing);
        }
    }
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            undescribed(&schema[key], &format!("{path}[]"), missing);
        }
    }
}
