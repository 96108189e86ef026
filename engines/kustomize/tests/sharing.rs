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

/// A view of which nothing ever changes, and that notes what is looked for.
struct Still {
    view: MemoryView,
    stamp: Stamp,
    asked: RefCell<Vec<PathBuf>>,
}

impl FileView for Still {
    fn resolve(&self, path: &Path) -> io::Result<(PathBuf, FileKind)> {
        self.asked.borrow_mut().push(path.into());
        self.view.resolve(path)
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.view.read(path)
    }

    fn stamp(&self, _: &Path) -> Option<Stamp> {
        Some(self.stamp)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.view.list(path)
    }
}

#[test]
fn where_nothing_changes_nothing_is_looked_for_twice() {
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    let view = |more: &[&str]| {
        let mut view = overlays(2, |at| format!("namespace: ns{at}\n")).view;
        for file in more {
            view.insert(file, "resources: [other.yaml]\n");
        }
        Still {
            view,
            stamp: Stamp::new(),
            asked: RefCell::default(),
        }
    };
    let still = view(&[]);
    let build = |view: &Still, root| kustomize::build(view, Path::new(root), &options);
    build(&still, "o0").unwrap();
    let first = still.asked.take();
    assert!(first.contains(&"/base/Kustomization".into()));
    build(&still, "o1").unwrap();
    let second = still.asked.take();
    let is_in_base = |path: &&PathBuf| path.parent() == Some(Path::new("/base"));
    assert_eq!(second.iter().find(is_in_base), None);
    // In another view something else may stand there.
    assert!(build(&view(&["base/Kustomization"]), "o1").is_err());
}

#[test]
fn a_reference_to_one_renamed_object_of_many_is_followed() {
    let mut view = overlays(2, |at| {
        format!(
            "configMapGenerator: [{{name: app3, namespace: x, behavior: merge, literals: [at={at}]}}]\n"
        )
    });
    view.view.insert(
        "base/kustomization.yaml",
        "resources: [r.yaml]\nconfigMapGenerator: [{name: app3, namespace: x, literals: [a=b]}]\n",
    );
    view.view.insert(
        "base/r.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: x}\nspec: {volumes: [{configMap: {name: app3}}, {configMap: {name: y}}]}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {name: q, namespace: x}\nspec: {volumes: [{configMap: {name: app0}}]}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app0, namespace: x}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app1, namespace: x}\n",
    );
    let builds = build_all(&view, 2);
    let names = |build: &Build| build.to_yaml().matches("name: app3-").count();
    assert_eq!(builds.iter().map(names).collect::<Vec<_>>(), [2, 2]);
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

/// Objects with what is unusual about metadata, references and the way they are written.
const ODD: &str = r#"
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, annotations: {b: "1", a: x}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  namespace: "12"
  labels: {}
  annotations: {}
data: {on: "true", 1: a, text: "a\n\n b"}
---
apiVersion: v1
kind: Secret
metadata:
  annotations:
    note: |
      two
      lines
    config.kubernetes.io/origin: here
  name: web
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, labels: {team: old}}
spec:
  selector: {matchLabels: {app: web}}
  serviceName: web
  template:
    metadata: {labels: {app: web}, annotations: null}
    spec:
      serviceAccountName: web
      imagePullSecrets: [{name: web}]
      containers:
      - envFrom:
        - configMapRef: {name: web}
        image: app
        name: c
      - {name: d, image: other, env: [{name: A, valueFrom: {secretKeyRef: {key: k, name: web}}}]}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: fast}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: }
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects: [{kind: ServiceAccount, name: web, namespace: default}, {kind: ServiceAccount, name: default}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules: [{resources: [configmaps], resourceNames: [web], verbs: [get]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {nginx.ingress.kubernetes.io/auth-secret: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: web, x: [1, [2]], "yes": 1}
spec: [{a: {b: c}}, [d], e]
"#;

/// What overlays over [`ODD`] do, one after the other and together.
const FIELDS: [&str; 11] = [
    "namespace: team\n",
    "namespace: 'on'\n",
    "namePrefix: p-\n",
    "namePrefix: '1'\nnameSuffix: e5\n",
    "labels: [{pairs: {team: new, tier: 'true'}, includeSelectors: true}]\n",
    "labels: [{pairs: {x: y}, fields: [{path: spec/a/b, create: true}, {path: spec/a/b/c, create: true}]}]\n",
    "commonLabels: {app: other, '1': '2'}\n",
    "commonAnnotations: {note: 'a: b', z: ' c'}\n",
    "images: [{name: app, newTag: '1.10'}]\n",
    "replicas: [{name: web, count: 3}]\n",
    "patches: [{target: {kind: '[A-R].*'}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/labels\", \"value\": {\"k\": \"v\"}}]'}]\n",
];

#[test]
fn overlays_of_all_kinds_over_odd_objects_end_as_they_do_alone() {
    let mut view = MemoryView::new()
        .with("base/kustomization.yaml", "resources: [r.yaml]\n")
        .with("base/r.yaml", ODD);
    let mut roots = Vec::new();
    for (at, fields) in FIELDS.iter().enumerate() {
        for (beside, other) in FIELDS.iter().enumerate().skip(at) {
            let name = |fields: &str| fields.split(':').next().map(str::to_owned);
            let both = if at != beside && name(fields) == name(other) {
                continue;
            } else if at == beside {
                (*fields).to_owned()
            } else {
                format!("{fields}{other}")
            };
            let root = format!("o{at}-{beside}");
            view.insert(
                format!("{root}/kustomization.yaml"),
                format!("resources: [../base]\n{both}"),
            );
            // What one overlay has made is the base of another one.
            view.insert(
                format!("t{root}/kustomization.yaml"),
                format!("resources: [../{root}]\nnamePrefix: top-\n{}", FIELDS[4]),
            );
            roots.extend([format!("t{root}"), root]);
        }
    }
    let options = Options {
        cache: Some(ParseCache::new().into()),
        ..Options::default()
    };
    let mut built = 0;
    for round in 0..2 {
        for root in &roots {
            let build = kustomize::build(&view, Path::new(root), &options);
            let alone = kustomize::build(&view, Path::new(root), &Options::default());
            match (build, alone) {
                (Ok(build), Ok(alone)) => {
                    assert_eq!(build.to_yaml(), alone.to_yaml(), "{root} {round}");
                    assert_eq!(build.objects(), alone.objects(), "{root} {round}");
                    built += 1;
                }
                (build, alone) => assert_eq!(
                    build.unwrap_err().to_string(),
                    alone.unwrap_err().to_string(),
                    "{root} {round}"
                ),
            }
        }
    }
    assert!(built > 80, "only {built} were built");
}
