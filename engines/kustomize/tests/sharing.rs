//! What builds with one cache share, counted.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kustomize::{Build, FileKind, FileView, MemoryView, Options, ParseCache, Stamp};
use yaml::Value;

/// A view that counts how often each file is read.
struct Counting {
    view: MemoryView,
    reads: RefCell<BTreeMap<PathBuf, usize>>,
}

impl FileView for Counting {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        self.view.resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        *self.reads.borrow_mut().entry(path.into()).or_default() += 1;
        self.view.read(path)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.view.stamp(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.view.list(path)
    }
}

/// Overlays `o0`, `o1`, … over a base of some apps, with these fields beside the base.
fn overlays(count: usize, fields: impl Fn(usize) -> String) -> Counting {
    let app = |at: usize| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app{at}}}\nspec:\n  template:\n    spec:\n      containers:\n      \
             - {{name: c, image: app, envFrom: [{{configMapRef: {{name: app{at}}}}}]}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app{at}}}\ndata: {{a: b}}\n"
        )
    };
    let apps: Vec<_> = (0..10).map(app).collect();
    let mut view = MemoryView::new()
        .with("base/kustomization.yaml", "resources: [r.yaml]\n")
        .with("base/r.yaml", apps.join("---\n"));
    for at in 0..count {
        let text = format!("resources: [../base]\n{}", fields(at));
        view.insert(format!("o{at}/kustomization.yaml"), text);
    }
    Counting {
        view,
        reads: RefCell::default(),
    }
}

fn build_all(view: &Counting, count: usize) -> Vec<Build> {
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    (0..count)
        .map(|at| {
            let root = format!("o{at}");
            let build = kustomize::build(view, Path::new(&root), &options).unwrap();
            let alone = kustomize::build(&view.view, Path::new(&root), &Options::default());
            assert_eq!(build.to_yaml(), alone.unwrap().to_yaml());
            build
        })
        .collect()
}

fn is_one(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// In how many places both builds have one and the same object in memory.
fn in_common(a: &Build, b: &Build) -> usize {
    let pairs = a.objects().into_iter().zip(b.objects());
    pairs.filter(|(a, b)| is_one(a, b)).count()
}

#[test]
fn a_hundred_overlays_read_their_base_as_often_as_two() {
    let view = overlays(100, |at| format!("namespace: ns{at}\n"));
    build_all(&view, 100);
    let reads = view.reads.borrow();
    for (path, count) in &*reads {
        // Once to build it, once to know its hash from then on.
        assert!(*count <= 2, "{} was read {count} times", path.display());
    }
    assert!(reads.contains_key(Path::new("/base/r.yaml")));
}

#[test]
fn objects_that_overlays_leave_alone_are_one_in_memory() {
    let view = overlays(3, |at| {
        format!(
            "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {{name: app{at}}}\n    spec: {{replicas: 3}}\n"
        )
    });
    let builds = build_all(&view, 3);
    // Each has patched another one of the twenty.
    assert_eq!(builds[0].objects().len(), 20);
    assert_eq!(in_common(&builds[0], &builds[1]), 18);
    assert_eq!(in_common(&builds[1], &builds[2]), 18);
}

#[test]
fn fields_that_overlays_leave_alone_are_one_in_memory() {
    let view = overlays(2, |at| format!("namespace: ns{at}\n"));
    let builds = build_all(&view, 2);
    assert_eq!(in_common(&builds[0], &builds[1]), 0);
    for (a, b) in builds[0].objects().iter().zip(&builds[1].objects()) {
        let field = match a.get("kind").and_then(Value::as_str) {
            Some("ConfigMap") => "data",
            _ => "spec",
        };
        assert!(is_one(a.get(field).unwrap(), b.get(field).unwrap()));
    }
}

#[test]
fn what_overlays_leave_alone_deep_inside_a_field_is_one_in_memory() {
    let view = overlays(2, |at| {
        format!("labels:\n- pairs: {{team: t{at}}}\n  includeSelectors: true\n")
    });
    let builds = build_all(&view, 2);
    let pod = |build: &Build| {
        let is_deployment =
            |object: &&Value| object.get("kind").and_then(Value::as_str) == Some("Deployment");
        let objects = build.objects();
        let deployment = objects.iter().find(is_deployment).unwrap();
        let template = deployment.get("spec").unwrap().get("template").unwrap();
        assert!(template.get("metadata").unwrap().get("labels").is_some());
        template.get("spec").unwrap().clone()
    };
    assert!(is_one(&pod(&builds[0]), &pod(&builds[1])));
}

#[test]
fn overlays_that_rename_move_and_label_print_as_they_do_alone() {
    let view = overlays(4, |at| {
        format!(
            "namespace: ns{at}\nnamePrefix: p{at}-\nlabels:\n- pairs: {{team: '{at}'}}\n  \
             includeSelectors: true\npatches:\n- target: {{kind: Deployment}}\n  patch: |-\n    \
             - {{op: add, path: /spec/template/spec/containers/-, value: {{name: d, image: i}}}}\n    \
             - {{op: remove, path: /spec/template/spec/containers/0/image}}\n"
        )
    });
    let builds = build_all(&view, 4);
    let text = builds[3].to_yaml();
    // References deep inside follow the objects that they name.
    assert_eq!(
        text.matches("      - envFrom:\n        - configMapRef:\n            name: p3-app")
            .count(),
        10
    );
    assert_eq!(text.matches("        team: \"3\"\n").count(), 10);
}
