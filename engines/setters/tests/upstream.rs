//! The files of `data/files` beside what image-automation-controller 1.2 changes in them: `data/changes.txt` holds its
//! changes, sorted, and `data/edited` the files as they must be afterwards.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use setters::{Edited, Image, Outcome, Policy, Setters, is_candidate};

fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(folder)
}

fn policy(name: &str, image: &str, tag: &str, digest: &str) -> Policy {
    Policy {
        namespace: "apps".into(),
        name: name.into(),
        latest: Image {
            name: image.into(),
            tag: tag.into(),
            digest: digest.into(),
        },
    }
}

fn setters() -> Setters {
    let digest = format!("sha256:{}", "a".repeat(64));
    let mut policies = vec![
        policy("web", "ghcr.io/org/web", "1.1.0", ""),
        policy("pinned", "ghcr.io/org/pinned", "2.0.0", &digest),
    ];
    for (name, tag) in [
        ("number", "1.10"),
        ("date", "20240101"),
        ("exp", "1e3"),
        ("octal", "0777"),
        ("under", "1_000"),
        ("yes", "yes"),
        ("hex", "0x1F"),
    ] {
        policies.push(policy(name, "num", tag, ""));
    }
    Setters::new(policies).unwrap()
}

fn edited() -> BTreeMap<String, Edited> {
    let setters = setters();
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(data("files")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !is_candidate(&name) {
            continue;
        }
        if let Outcome::Edited(edited) = setters.edit(&fs::read(entry.path()).unwrap()) {
            all.insert(name, edited);
        }
    }
    all
}

/// Files that upstream cannot edit, or puts elsewhere.
const OURS: [&str; 3] = ["directive.yaml", "list.yaml", "meta-scalar.yaml"];

#[test]
fn t2_changes_are_those_of_upstream() {
    let mut lines = Vec::new();
    for (file, edited) in &edited() {
        for (object, changes) in &edited.objects {
            for (at, change) in changes.iter().enumerate() {
                lines.push(format!(
                    "{file}|{}|{}|{}|{}|{at}|{:?}|{:?}|{}",
                    object.api_version,
                    object.kind,
                    object.namespace,
                    object.name,
                    change.old_value,
                    change.new_value,
                    change.setter
                ));
            }
        }
    }
    lines.retain(|line| !OURS.iter().any(|file| line.starts_with(file)));
    lines.sort();
    let expected = fs::read_to_string(data("changes.txt")).unwrap();
    let mut expected: Vec<&str> = expected.lines().collect();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn f6_only_scalars_change_and_only_files_with_a_change() {
    let edited = edited();
    let mut expected = BTreeMap::new();
    for entry in fs::read_dir(data("edited")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        expected.insert(name, fs::read_to_string(entry.path()).unwrap());
    }
    for (name, edited) in &edited {
        assert_eq!(Some(&edited.text), expected.get(name), "{name}");
    }
    assert_eq!(edited.len(), expected.len());
}
