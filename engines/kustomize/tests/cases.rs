//! Cases beside the corpus: `tests/cases/<name>`, with expected output from the real program.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use kustomize::{DirView, Error, FileView as _, MemoryView, Options, ParseCache};

#[test]
fn own_cases_build_as_the_real_program_prints_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let dir = entry.unwrap().path();
        if !dir.is_dir() {
            continue;
        }
        let view = DirView::new(dir.join("input")).unwrap();
        let build = kustomize::build(&view, Path::new("/"), &Options::default());
        let build = build.unwrap_or_else(|error| panic!("{}: {error}", dir.display()));
        let expected = fs::read_to_string(dir.join("expected.yaml")).unwrap();
        assert_eq!(build.to_yaml(), expected, "{}", dir.display());
        count += 1;
    }
    assert!(count >= 9, "only {count} cases found");
}

fn overlays() -> MemoryView {
    MemoryView::new()
        .with("base/kustomization.yaml", "resources: [r.yaml]\n")
        .with(
            "base/r.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
        )
        .with(
            "a/kustomization.yaml",
            "resources: [../base]\nnamePrefix: a-\n",
        )
        .with(
            "b/kustomization.yaml",
            "resources: [../base]\nnamePrefix: b-\n",
        )
}

#[test]
fn a_build_tells_what_it_read_and_what_it_missed() {
    let view = overlays();
    let build = kustomize::build(&view, Path::new("a"), &Options::default()).unwrap();
    let files: Vec<_> = build
        .read_set
        .files
        .keys()
        .map(|path| path.to_str().unwrap())
        .collect();
    assert_eq!(
        files,
        [
            "/a/kustomization.yaml",
            "/base/kustomization.yaml",
            "/base/r.yaml"
        ]
    );
    assert!(
        build
            .read_set
            .absent
            .contains(Path::new("/a/kustomization.yml"))
    );
}

#[test]
fn builds_that_share_parsed_files_do_not_see_each_other() {
    let view = overlays();
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    let name = |dir: &str| {
        let build = kustomize::build(&view, Path::new(dir), &options).unwrap();
        build.objects[0].at(&["metadata", "name"]).unwrap().clone()
    };
    assert_eq!(name("a"), yaml::Value::from("a-c"));
    assert_eq!(name("b"), yaml::Value::from("b-c"));
    assert_eq!(name("a"), yaml::Value::from("a-c"));
}

#[test]
fn remote_bases_helm_and_programs_are_refused_with_a_reason() {
    for (text, phrase) in [
        (
            "resources: ['https://example.org/x.yaml']\n",
            "a build reads local files only",
        ),
        (
            "resources: ['git@example.org:a/b.git']\n",
            "a build reads local files only",
        ),
        ("helmCharts: [{name: x}]\n", "a build starts no program"),
        (
            "transformers: ['{apiVersion: example.org/v1, kind: Mine, metadata: {name: m}}']\n",
            "external plugins disabled",
        ),
    ] {
        let view = MemoryView::new().with("kustomization.yaml", text);
        let error = kustomize::build(&view, Path::new("/"), &Options::default()).unwrap_err();
        assert!(error.to_string().contains(phrase), "{text}: {error}");
    }
}

#[test]
fn a_build_reads_no_more_files_than_it_may() {
    let view = overlays();
    let options = Options {
        max_files: 2,
        ..Options::default()
    };
    let mut error = kustomize::build(&view, Path::new("a"), &options).unwrap_err();
    while let Error::Context { source, .. } = error {
        error = *source;
    }
    assert!(matches!(error, Error::Budget { limit: 2, .. }), "{error}");
    assert!(view.read(Path::new("/base/r.yaml")).is_ok());
}
