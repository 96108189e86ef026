//! Cases beside the corpus: `tests/cases/<name>`, with expected output from the real program.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
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
    assert!(count >= 15, "only {count} cases found");
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
        build.objects()[0]
            .at(&["metadata", "name"])
            .unwrap()
            .clone()
    };
    assert_eq!(name("a"), yaml::Value::from("a-c"));
    assert_eq!(name("b"), yaml::Value::from("b-c"));
    assert_eq!(name("a"), yaml::Value::from("a-c"));
}

#[test]
fn builds_that_share_a_base_print_what_each_prints_alone() {
    let mut view = MemoryView::new()
        .with(
            "base/kustomization.yaml",
            "resources: [r.yaml]\nnamePrefix: b-\ncommonLabels: {a: b}\nconfigMapGenerator: [{name: g, literals: [a=1]}]\n",
        )
        .with(
            "base/r.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, envFrom: [{configMapRef: {name: g}}]}]}\n\
             ---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n",
        );
    let overlays = [
        "resources: [../base]\n",
        "resources: [../base]\nconfigMapGenerator: [{name: g, behavior: merge, literals: [b=2]}]\n",
        "resources: [../base]\nnamespace: ns\nnameSuffix: -x\n",
        "resources: [../base]\nimages: [{name: i, newTag: '2'}]\nconfigMapGenerator: [{name: h}]\n",
        "resources: [../base]\npatches: [{patch: '{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: NodePort}}'}]\n",
        "resources: [../base]\nbuildMetadata: [originAnnotations, managedByLabel]\n",
        "resources: [../base]\nopenapi: {version: v1.21.2}\n",
    ];
    for (at, text) in overlays.iter().enumerate() {
        view.insert(format!("o{at}/kustomization.yaml"), text);
    }
    let shared = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    for _ in 0..2 {
        for at in 0..overlays.len() {
            let root = format!("o{at}");
            let alone = kustomize::build(&view, Path::new(&root), &Options::default()).unwrap();
            let build = kustomize::build(&view, Path::new(&root), &shared).unwrap();
            assert_eq!(build.to_yaml(), alone.to_yaml(), "{root}");
            assert_eq!(build.read_set, alone.read_set, "{root}");
            assert_eq!(build.warnings, alone.warnings, "{root}");
            assert!(build.read_set.is_current(&view));
        }
    }
}

#[test]
fn a_shared_base_is_built_again_when_anything_it_read_changes() {
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    let name = |view: &MemoryView| {
        let build = kustomize::build(view, Path::new("a"), &options).unwrap();
        build.objects()[0]
            .at(&["metadata", "name"])
            .unwrap()
            .clone()
    };
    let mut view = overlays();
    assert_eq!(name(&view), yaml::Value::from("a-c"));
    let mut changed = view.clone();
    changed.insert(
        "base/r.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n",
    );
    assert_eq!(name(&changed), yaml::Value::from("a-d"));
    assert_eq!(name(&view), yaml::Value::from("a-c"));
    view.insert("base/kustomization.yml", "resources: []\n");
    assert!(kustomize::build(&view, Path::new("a"), &options).is_err());
}

#[test]
fn a_shared_base_that_includes_its_user_is_still_a_cycle() {
    let view = MemoryView::new()
        .with("x/kustomization.yaml", "resources: [../b]\n")
        .with("b/kustomization.yaml", "resources: [../c/inner]\n")
        .with(
            "c/inner/kustomization.yaml",
            "configMapGenerator: [{name: m}]\n",
        )
        .with(
            "c/inner/user/kustomization.yaml",
            "resources: [../../../b]\n",
        );
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    assert!(kustomize::build(&view, Path::new("x"), &options).is_ok());
    let error = kustomize::build(&view, Path::new("c/inner/user"), &options).unwrap_err();
    assert!(error.to_string().contains("cycle detected"), "{error}");
}

#[test]
fn links_are_part_of_the_read_set() {
    let folder = std::env::temp_dir().join(format!("sluice-links-{}", std::process::id()));
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("kustomization.yaml"), "resources: [r.yaml]\n").unwrap();
    fs::write(folder.join("one.yaml"), map("one")).unwrap();
    fs::write(folder.join("two.yaml"), map("two")).unwrap();
    std::os::unix::fs::symlink("one.yaml", folder.join("r.yaml")).unwrap();
    let view = DirView::new(&folder).unwrap();
    let build = kustomize::build(&view, Path::new("/"), &Options::default()).unwrap();
    assert!(build.read_set.is_current(&view));
    fs::remove_file(folder.join("r.yaml")).unwrap();
    std::os::unix::fs::symlink("two.yaml", folder.join("r.yaml")).unwrap();
    assert!(!build.read_set.is_current(&view));
    fs::remove_dir_all(folder).unwrap();
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
fn objects_and_output_have_limits() {
    let mut view = MemoryView::new().with(
        "l0/kustomization.yaml",
        "configMapGenerator: [{name: m, literals: [a=0123456789]}]\n",
    );
    for level in 1..40 {
        let below = level - 1;
        for (side, prefix) in [("x", "x-"), ("y", "y-")] {
            view.insert(
                format!("l{level}{side}/kustomization.yaml"),
                format!("resources: [../l{below}]\nnamePrefix: {prefix}\n"),
            );
        }
        view.insert(
            format!("l{level}/kustomization.yaml"),
            format!("resources: [../l{level}x, ../l{level}y]\n"),
        );
    }
    let fails = |root: &str, options: &Options| {
        let failure = kustomize::build(&view, Path::new(root), options).unwrap_err();
        let mut error = failure.error;
        while let Error::Context { source, .. } = error {
            error = *source;
        }
        error.to_string()
    };
    let few = Options {
        max_objects: 100,
        ..Options::default()
    };
    assert!(fails("l9", &few).starts_with("the number of objects exceeds the limit of 100"));
    let short = Options {
        max_output: 1000,
        ..Options::default()
    };
    assert!(fails("l7", &short).starts_with("the size of the output exceeds the limit of 1000"));
}

#[test]
fn files_that_unfold_without_end_are_refused() {
    let mut bomb = String::from(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n",
    );
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let aliases = vec![alias; 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{aliases}]").unwrap();
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (content, phrase) in [(bomb, "alias"), (deep, "depth")] {
        for (file, other) in [("kustomization.yaml", "r.yaml"), ("r.yaml", "p.yaml")] {
            let view = MemoryView::new()
                .with("kustomization.yaml", "resources: [r.yaml]\n")
                .with(other, "")
                .with(file, &content);
            let error = kustomize::build(&view, Path::new("/"), &Options::default()).unwrap_err();
            assert!(error.to_string().contains(phrase), "{file}: {error}");
        }
    }
}

#[test]
fn a_build_reads_no_more_files_than_it_may() {
    let view = overlays();
    let options = Options {
        max_files: 2,
        ..Options::default()
    };
    let failure = kustomize::build(&view, Path::new("a"), &options).unwrap_err();
    let mut error = failure.error;
    while let Error::Context { source, .. } = error {
        error = *source;
    }
    assert!(matches!(error, Error::Budget { limit: 2, .. }), "{error}");
    assert!(view.read(Path::new("/base/r.yaml")).is_ok());
}
