//! The conformance corpus, byte for byte.
//!
//! `SLUICE_CONFORMANCE` names the folder that holds `kustomize/<group>/<case>`; without it, it is
//! looked for in `../shared/conformance` beside the workspace. `SLUICE_CASE` runs the cases whose
//! path contains its text, and shows where they differ.
#![allow(clippy::unwrap_used)]
#![expect(clippy::print_stdout, reason = "the counts are the point")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use kustomize::{DirView, LoadRestrictor, Options, Reorder};

/// Cases that do not pass yet. One that passes has to be taken off.
const KNOWN_FAILURES: &[&str] = &[];

struct Case {
    name: String,
    group: String,
    dir: PathBuf,
    root: PathBuf,
    options: Options,
}

fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance");
    let folder = std::env::var_os("SLUICE_CONFORMANCE").map_or_else(beside, PathBuf::from);
    let folder = folder.join("kustomize");
    assert!(
        folder.is_dir(),
        "no conformance corpus at {}: set SLUICE_CONFORMANCE to the folder that holds kustomize/",
        folder.display()
    );
    folder
}

fn subdirs(folder: &Path) -> Vec<PathBuf> {
    let mut dirs: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    dirs.sort();
    dirs
}

fn load(dir: &Path) -> Case {
    let text = fs::read_to_string(dir.join("case.json")).unwrap();
    let case: serde_json::Value = serde_json::from_str(&text).unwrap();
    let args: Vec<&str> = case["args"]
        .as_array()
        .map(|args| args.iter().filter_map(|arg| arg.as_str()).collect())
        .unwrap_or_default();
    let mut options = Options::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg {
            "--reorder" => {
                options.reorder = match args.next() {
                    Some("none") => Reorder::None,
                    Some("legacy") => Reorder::Legacy,
                    other => panic!("{}: --reorder {other:?}", dir.display()),
                };
            }
            "--load-restrictor" => {
                assert_eq!(args.next(), Some("LoadRestrictionsNone"));
                options.load_restrictor = LoadRestrictor::None;
            }
            "--enable-managedby-label" => options.enable_managed_by_label = true,
            other => panic!("{}: unknown flag {other}", dir.display()),
        }
    }
    let field = |name: &str| case[name].as_str().unwrap().to_owned();
    Case {
        name: field("name"),
        group: field("group"),
        root: Path::new("/").join(field("root")),
        dir: dir.to_owned(),
        options,
    }
}

/// What is wrong with the result of a case, and whether the phrase of an expected error was there.
fn run(case: &Case) -> Result<bool, String> {
    let view = DirView::new(&case.dir).unwrap();
    let result = kustomize::build(&view, &case.root, &case.options).map(|build| build.to_yaml());
    let expected = fs::read_to_string(case.dir.join("expected.yaml")).ok();
    match (result, expected) {
        (Ok(got), Some(wanted)) if got == wanted => Ok(true),
        (Ok(got), Some(wanted)) => Err(difference(&wanted, &got)),
        (Err(error), Some(_)) => Err(format!("failed: {error}")),
        (Ok(_), None) => {
            let phrase = fs::read_to_string(case.dir.join("expected-error.txt")).unwrap();
            Err(format!("succeeded, but should fail: {}", phrase.trim()))
        }
        (Err(error), None) => {
            let phrase = fs::read_to_string(case.dir.join("expected-error.txt")).unwrap();
            Ok(error.to_string().contains(phrase.trim()))
        }
    }
}

/// The first lines that differ.
fn difference(wanted: &str, got: &str) -> String {
    let (mut wanted_lines, mut got_lines) = (wanted.lines(), got.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (wanted_lines.next(), got_lines.next()) {
            (None, None) => return "line breaks differ".into(),
            (a, b) if a == b => {}
            (a, b) => {
                let show = |text: Option<&str>| text.unwrap_or("(end)").to_owned();
                return format!("line {line}: wanted {:?}, got {:?}", show(a), show(b));
            }
        }
    }
}

#[test]
fn every_case_of_the_corpus_builds_byte_for_byte() {
    let only = std::env::var("SLUICE_CASE").ok();
    let mut groups: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut problems = String::new();
    let (mut phrases, mut errors) = (0, 0);
    for group in subdirs(&corpus()) {
        for dir in subdirs(&group) {
            let case = load(&dir);
            let path = format!("{}/{}", case.group, case.name);
            if only.as_ref().is_some_and(|only| !path.contains(only)) {
                continue;
            }
            let known = KNOWN_FAILURES.contains(&path.as_str());
            let counts = groups.entry(case.group.clone()).or_default();
            let result = run(&case);
            if dir.join("expected-error.txt").exists() && result.is_ok() {
                errors += 1;
                if result == Ok(true) {
                    phrases += 1;
                } else if only.is_some() {
                    println!("{path}: the phrase is not in the message");
                }
            }
            match (result, known) {
                (Ok(_), false) => counts.0 += 1,
                (Err(_), true) => counts.1 += 1,
                (Ok(_), true) => {
                    writeln!(problems, "{path}: passes; take it off KNOWN_FAILURES").unwrap();
                }
                (Err(problem), false) => {
                    counts.1 += 1;
                    writeln!(problems, "{path}: {problem}").unwrap();
                }
            }
        }
    }
    for (group, (passed, failed)) in &groups {
        println!("{group:<22} passed {passed:4}  failed {failed:4}");
    }
    println!("error messages that hold the phrase of the corpus: {phrases} of {errors}");
    assert!(problems.is_empty(), "\n{problems}");
}
